// gate_limit VIEWER_PORT TARGET_PORT: the least that a gateway from WebSocket to TCP has to do.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/limit/connection.hpp"
#include "bench/limit/frames.hpp"
#include "bench/limit/listener.hpp"
#include "bench/limit/opening_handshake.hpp"

#include <exception>
#include <iostream>
#include <memory>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace {

using namespace bench::limit;

constexpr std::size_t longest_head = 8192;

static_assert(longest_header <= event_loop::gap);

// What comes from it goes to the client in frames, and its end as a Close.
class target : public connection {
public:
    using connection::connection;

    // The client has sent its Close: nothing may follow ours.
    void say_close() {
        if (!std::exchange(said_close_, true)) {
            pass_on(close_frame());
        }
    }

protected:
    void take(std::span<std::byte> bytes) override {
        if (!said_close_) {
            pass_on(framed(bytes));
        }
    }

    void take_end() override {
        say_close();
        if (socket() && kept().empty() && partner()->has_ended()) {
            break_off();
        }
    }

private:
    bool said_close_ = false;
};

struct gate {
    event_loop loop;
    opening_handshake handshake;
    std::uint16_t target_port;
};

// Its head is answered; then what its frames hold goes to the target.
class client : public connection {
public:
    client(gate& g, unique_fd socket) : connection(g.loop, std::move(socket)), gate_(g) {}

protected:
    void take(std::span<std::byte> bytes) override {
        if (partner() != nullptr) {
            carry(bytes);
            return;
        }
        keep(bytes);
        const auto head = kept();
        const std::string_view text{static_cast<const char*>(static_cast<const void*>(head.data())),
                                    head.size()};
        const auto end = text.find("\r\n\r\n");
        if (end != std::string_view::npos) {
            open(end + 4);
        } else if (text.size() > longest_head) {
            break_off();
        }
    }

private:
    // Frames may have come behind the head.
    void open(std::size_t head_size) {
        auto received = take_kept();
        const std::string_view head{
            static_cast<const char*>(static_cast<const void*>(received.data())), head_size};
        const auto answer = gate_.handshake.answer_to(head);
        auto to_target = connect_to(gate_.target_port);
        if (answer.empty() || !to_target ||
            ::send(socket().get(), answer.data(), answer.size(), MSG_NOSIGNAL) !=
                static_cast<ssize_t>(answer.size())) {
            break_off();
            return;
        }
        auto made = std::make_unique<target>(gate_.loop, std::move(to_target));
        target_ = made.get();
        gate_.loop.adopt(std::move(made));
        join(*target_);
        if (received.size() > head_size) {
            carry(std::span(received).subspan(head_size));
        }
    }

    void carry(std::span<std::byte> bytes) {
        if (const auto payload = frames_.decode(bytes); !payload.empty()) {
            pass_on(payload);
        }
        if (frames_.has_closed() && socket()) {
            target_->say_close();
            if (socket()) {
                end_here();
            }
        }
    }

    gate& gate_;
    target* target_ = nullptr;
    frame_decoder frames_;
};

[[noreturn]] void serve(std::uint16_t viewer_port, std::uint16_t target_port) {
    gate g{.loop = {}, .handshake = {}, .target_port = target_port};
    const listener at_viewer_port(g.loop, viewer_port, [&](unique_fd socket) {
        g.loop.adopt(std::make_unique<client>(g, std::move(socket)));
    });
    g.loop.run();
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 3) {
            serve(parse_port(argv[1]), parse_port(argv[2]));
        }
        std::cerr << "usage: gate_limit VIEWER_PORT TARGET_PORT\n";
    } catch (const std::exception& e) {
        std::cerr << "gate_limit: " << e.what() << '\n';
    }
    return EXIT_FAILURE;
}
