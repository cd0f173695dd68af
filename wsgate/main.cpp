// main() of wsgate: runs `wsgate tunnel`, `wsgate make-token` or the gateway itself.
// SPDX-License-Identifier: EUPL-1.2
#include "net/memory_reserve.hpp"
#include "service/descriptors.hpp"
#include "service/early_exit.hpp"
#include "service/handover/handshake.hpp"
#include "service/handover/image.hpp"
#include "service/last_words.hpp"
#include "service/openssl_memory.hpp"
#include "service/rights.hpp"
#include "service/signals.hpp"
#include "service/systemd.hpp"
#include "wsgate/daemon.hpp"
#include "wsgate/make_token.hpp"
#include "wsgate/options/command_line.hpp"
#include "wsgate/options/inherited_listeners.hpp"
#include "wsgate/tunnel/tunnel_main.hpp"

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace {

/// By which a process that is started in our place learns what it was passed.
constexpr auto passed_variable = "WSGATE_PASSED";

/// Takes what another process gives. Throws std::runtime_error, which that has been told as well.
wsgate::inheritance inherit_from(const net::message_socket& predecessor,
                                 const service::rights_options& o) {
    try {
        service::say_ready(predecessor, service::rights(o).user());
        return wsgate::inherit(predecessor);
    } catch (const std::exception& e) {
        service::refuse(predecessor, e.what());
        throw;
    }
}

int run_gateway(int argc, char** argv, const service::image_to_start& image) {
    auto passed = service::take_passed(passed_variable);
    wsgate::succession before{net::message_socket{std::move(passed["predecessor"])}};
    auto parsed = wsgate::parse_command_line(argc, argv);
    if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
        if (before.from) {
            service::refuse(before.from, bye->text);
        }
        return service::print(*bye);
    }
    auto& config = std::get<wsgate::config>(parsed);
    if (config.process.check) {
        return wsgate::check(config);
    }
    auto sockets = service::take_inherited_sockets();
    if (before.from) {
        before.given = inherit_from(before.from, config.process.rights);
        sockets = before.given.sockets;
    } else if (config.process.inetd) {
        sockets.push_back(wsgate::take_standard_input());
    }
    wsgate::take_over(sockets, config);
    const auto again = [&] {
        auto next = wsgate::parse_command_line(argc, argv);
        if (auto* const good = std::get_if<wsgate::config>(&next)) {
            wsgate::take_over(sockets, *good);
        }
        return next;
    };
    return wsgate::run_daemon(std::move(config), again, image, std::move(before));
}

/// Before any other constructor of a static object: those allocate as well.
[[gnu::constructor(101)]] void prepare() {
    service::prepare_last_words("wsgate");
    net::hold_memory_reserve();
    service::give_openssl_the_reserve();
}

} // namespace

int main(int argc, char** argv) {
    try {
        service::keep_standard_descriptors();
        service::prepare_signals();
        service::raise_descriptor_limit();
        if (wsgate::is_tunnel(argc, argv)) {
            return wsgate::run_tunnel(argc, argv);
        }
        if (argc > 1 && std::string_view{argv[1]} == "make-token") {
            return wsgate::make_token(argc - 1, argv + 1);
        }
        const service::image_to_start image(passed_variable,
                                            {argv, static_cast<std::size_t>(argc)});
        return run_gateway(argc, argv, image);
    } catch (const std::exception& e) {
        service::print_error(std::string{"wsgate: "} + e.what() + '\n');
        return EXIT_FAILURE;
    }
}
