// Every byte once and in order through a gateway, both ways at once, down to those before the end.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"
#include "bench/gate/ws_frames.hpp"
#include "bench/noise.hpp"

#include <algorithm>
#include <future>
#include <poll.h>
#include <random>
#include <stdexcept>
#include <sys/socket.h>

namespace bench {

namespace {

constexpr std::size_t stream_size = std::size_t{16} * 1024 * 1024;
constexpr std::size_t last_words_size = std::size_t{777} * 1024 + 7;

// In frames of all sizes, each with a key of its own.
std::vector<std::byte> framed(std::span<const std::byte> payload) {
    std::mt19937 random(1);
    std::vector<std::byte> wire;
    while (!payload.empty()) {
        const auto most = random() % 4 == 0 ? 200'000U : 2'000U;
        const auto size = std::min<std::size_t>(payload.size(), 1 + random() % most);
        append_masked(wire, payload.first(size), static_cast<std::uint32_t>(random()));
        payload = payload.subspan(size);
    }
    return wire;
}

// The client's end, on one thread since a TLS connection must not be used by two.
class client_end {
public:
    client_end(ws_client& client, std::span<const std::byte> wire) : client_(client), rest_(wire) {}

    /// Until all is sent and `size` bytes of payload, or a Close, or the end have come.
    hash exchange(std::size_t size) {
        while (!rest_.empty() || (came_.size() < size && !over_)) {
            const bool sent = send_some();
            if (!receive_some() && !sent) {
                client_.wait_for(rest_.empty() ? POLLIN : POLLIN | POLLOUT);
            }
        }
        return came_;
    }

private:
    bool send_some() {
        const auto sent = rest_.empty() ? std::nullopt : client_.try_send(rest_);
        rest_ = rest_.subspan(sent.value_or(0));
        return sent.has_value();
    }

    bool receive_some() {
        const auto got = over_ ? std::nullopt : client_.try_receive(buffer_);
        if (got) {
            came_.feed(reader_.payload_of(std::span(buffer_).first(*got)));
            over_ = *got == 0 || reader_.has_closed();
        }
        return got.has_value();
    }

    ws_client& client_;
    std::span<const std::byte> rest_;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(100'000);
    frame_reader reader_;
    hash came_;
    bool over_ = false;
};

bool streams_are_intact(gate_session& session) {
    const auto down = noise(stream_size, 1);
    const auto up = noise(stream_size, 2);
    const auto wire = framed(up);
    const auto on_its_own = [](auto... what) { return std::async(std::launch::async, what...); };
    const auto said = spoken(down, session.target_speaks);
    auto sent_down = on_its_own([&] { send_in_pieces(session.target, said); });
    auto came_up =
        on_its_own([&] { return hash_heard(session.target, up.size(), session.target_speaks); });
    const auto came_down = client_end(session.client, wire).exchange(down.size());
    sent_down.get();
    return came_down == hash_of(down) && came_up.get() == hash_of(up);
}

// The client's last bytes and then its Close.
bool last_words_go_up(gate_session& session) {
    const auto words = noise(last_words_size, 3);
    auto wire = framed(words);
    const auto close = masked_close();
    wire.insert(wire.end(), close.begin(), close.end());
    auto came = std::async(std::launch::async, [&] {
        return hash_heard(session.target, SIZE_MAX, session.target_speaks);
    });
    session.client.send_now(wire);
    return came.get() == hash_of(words);
}

// The target's last bytes and then its FIN.
bool last_words_come_down(gate_session& session) {
    const auto words = noise(last_words_size, 4);
    auto sent = std::async(std::launch::async, [&] {
        send_all(session.target, spoken(words, session.target_speaks));
        send_all(session.target, farewell(session.target_speaks));
        (void)::shutdown(session.target.get(), SHUT_WR);
    });
    const auto came = client_end(session.client, {}).exchange(SIZE_MAX);
    sent.get();
    return came == hash_of(words);
}

void measure_integrity(const slice& s) {
    auto first = make_gate_session(s.subject);
    auto second = make_gate_session(s.subject);
    const bool tls = s.subject.wrap() == wrapping::tls;
    const std::string key = tls ? "gate_integrity_tls" : "gate_integrity";
    const std::string more = tls ? ", TLS" : "";
    s.record({key, "every byte arrives, both ways (1 = yes)" + more, "", better::higher},
             streams_are_intact(first) ? 1 : 0);
    // Apart from the rest: who loses them has lost the end of a session, not of a stream.
    const bool down = last_words_come_down(first);
    s.record(
        {key + "_end", "so do those right before the end (1 = yes)" + more, "", better::higher},
        down && last_words_go_up(second) ? 1 : 0);
}

} // namespace

std::vector<test> gate_integrity_tests() {
    const auto made = [](const char* key, const char* title, wrapping wrap) {
        return test{.key = key,
                    .title = title,
                    .measure = measure_integrity,
                    .most_rounds = 2,
                    .wrap = wrap};
    };
    return {made("integrity", "integrity", wrapping::plain),
            made("integrity_tls", "integrity, TLS", wrapping::tls)};
}

} // namespace bench
