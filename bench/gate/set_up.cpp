// How many sessions a second a gateway can open, and how long one waits for its first byte.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"
#include "bench/poller.hpp"
#include "bench/statistics.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t in_flight = 8;
constexpr std::uint64_t listener_key = in_flight; // below: a slot; above: accepted + fd
constexpr std::uint64_t accepted_key = std::uint64_t{1} << 32U;
constexpr std::array first_byte{std::byte{'R'}};
constexpr std::size_t first_frame = 2 + first_byte.size();

// One thread and plain state machines: the generator must cost less than the subject. A session is
// complete when the target's first byte is at the client; then both ends are reset.
class gate_set_up {
public:
    explicit gate_set_up(running_subject& subject) : subject_(subject) {
        ready_.add(subject_.listener(), EPOLLIN, listener_key);
    }

    /// Milliseconds that each session took, from its connect.
    std::vector<double> run(std::chrono::milliseconds duration) {
        const auto until = clock::now() + duration;
        for (std::size_t slot = 0; slot < in_flight; ++slot) {
            begin(slot);
        }
        while (clock::now() < until) {
            for (const auto& event : ready_.wait(std::chrono::milliseconds(20))) {
                const auto key = event.data.u64;
                if (key < in_flight) {
                    go_on(key);
                } else if (key == listener_key) {
                    accept_target();
                } else {
                    drop_target(static_cast<int>(key - accepted_key));
                }
            }
        }
        return std::move(took_);
    }

private:
    struct attempt {
        clock::time_point began;
        ws_client client;
        std::size_t received = 0; // of the first frame
    };

    void begin(std::size_t slot) {
        attempts_[slot].emplace(attempt{
            .began = clock::now(), .client = ws_client(subject_.viewer_port(), subject_.wrap())});
        ready_.add(attempts_[slot]->client.socket(), EPOLLIN, slot);
        go_on(slot);
    }

    void go_on(std::size_t slot) {
        auto& a = *attempts_[slot];
        if (!a.client.open()) {
            return;
        }
        std::array<std::byte, first_frame> buffer{};
        const auto got = a.client.try_receive(std::span(buffer).first(first_frame - a.received));
        if (got == 0U) {
            throw std::runtime_error("the gateway closed a client's connection");
        }
        a.received += got.value_or(0);
        if (a.received == first_frame) {
            const std::chrono::duration<double, std::milli> took = clock::now() - a.began;
            took_.push_back(took.count());
            a.client.reset();
            begin(slot);
        }
    }

    void accept_target() {
        auto target = accept_from(subject_.listener());
        send_all(target, first_byte);
        const int fd = target.get();
        ready_.add(target, EPOLLIN, accepted_key + static_cast<std::uint64_t>(fd));
        accepted_.insert_or_assign(fd, std::move(target));
    }

    void drop_target(int fd) {
        if (auto gone = accepted_.extract(fd)) {
            reset(std::move(gone.mapped()));
        }
    }

    running_subject& subject_;
    poller ready_;
    std::array<std::optional<attempt>, in_flight> attempts_;
    std::unordered_map<int, unique_fd> accepted_;
    std::vector<double> took_;
};

void measure_set_up(const slice& s, const std::string& key, const std::string& title) {
    const meter used(s.subject);
    const auto took = gate_set_up(s.subject).run(2 * s.how.slice);
    const double seconds = used.seconds();
    const double cpu = used.cpu_seconds();
    if (took.empty()) {
        throw std::runtime_error("no session was opened");
    }
    const auto count = static_cast<double>(took.size());
    s.record({key + "_rate", title, "sessions/s", better::higher}, count / seconds);
    s.record({key + "_p99", title + ": p99", "ms"}, quantile(took, 0.99));
    s.record({key + "_cpu", title, "CPU-us/session"}, 1e6 * cpu / count);
}

test set_up_test(const std::string& key, const std::string& title, wrapping wrap) {
    return {.key = key,
            .title = title,
            .measure = [=](const slice& s) { measure_set_up(s, key, title); },
            .drains_first = true,
            .wrap = wrap};
}

} // namespace

std::vector<test> gate_set_up_tests() {
    return {set_up_test("open", "set-up, 8 in flight", wrapping::plain),
            set_up_test("open_tls", "set-up, 8 in flight, TLS", wrapping::tls)};
}

} // namespace bench
