// repeater_limit VIEWER_PORT SERVER_PORT: the least that a Mode II repeater has to do.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/limit/connection.hpp"
#include "bench/limit/listener.hpp"

#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unordered_map>
#include <utility>

namespace {

using namespace bench::limit;

constexpr std::size_t hello_size = 250;
constexpr std::string_view greeting = "RFB 000.000\n";

class peer;
using waiting = std::unordered_map<std::string, peer*>;

// Collects its hello, then waits or is joined to who waits under the same ID.
class peer : public connection {
public:
    peer(event_loop& loop, unique_fd socket, waiting& ours, waiting& others)
        : connection(loop, std::move(socket)), ours_(ours), others_(others) {}

protected:
    void take(std::span<std::byte> bytes) override {
        if (partner() != nullptr) {
            pass_on(bytes);
        } else if (kept().empty() && bytes.size() >= hello_size) {
            arrive(bytes);
        } else {
            keep(bytes);
            if (kept().size() >= hello_size) {
                arrive(take_kept());
            }
        }
    }

    [[nodiscard]] bool wants_more() const override { return id_.empty(); }

    void forget() override {
        const auto found = ours_.find(id_);
        if (found != ours_.end() && found->second == this) {
            ours_.erase(found);
        }
    }

private:
    // What came behind the hello is the partner's.
    void arrive(std::span<const std::byte> hello_and_more) {
        const auto* text =
            static_cast<const char*>(static_cast<const void*>(hello_and_more.data()));
        id_.assign(text, ::strnlen(text, hello_size));
        keep(hello_and_more.subspan(hello_size));
        if (id_.empty()) {
            break_off();
        } else if (const auto found = others_.find(id_); found != others_.end()) {
            auto* other = found->second;
            others_.erase(found);
            join(*other);
        } else if (auto* before = std::exchange(ours_[id_], this)) {
            before->break_off();
        }
    }

    waiting& ours_;
    waiting& others_;
    std::string id_;
};

[[noreturn]] void repeat(std::uint16_t viewer_port, std::uint16_t server_port) {
    event_loop loop;
    waiting viewers;
    waiting servers;
    const listener at_viewer_port(loop, viewer_port, [&](unique_fd socket) {
        (void)::send(socket.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL);
        loop.adopt(std::make_unique<peer>(loop, std::move(socket), viewers, servers));
    });
    const listener at_server_port(loop, server_port, [&](unique_fd socket) {
        loop.adopt(std::make_unique<peer>(loop, std::move(socket), servers, viewers));
    });
    loop.run();
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 3) {
            repeat(parse_port(argv[1]), parse_port(argv[2]));
        }
        std::cerr << "usage: repeater_limit VIEWER_PORT SERVER_PORT\n";
    } catch (const std::exception& e) {
        std::cerr << "repeater_limit: " << e.what() << '\n';
    }
    return EXIT_FAILURE;
}
