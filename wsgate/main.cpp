// main() of wsgate: runs `wsgate tunnel`, `wsgate make-token` or the gateway itself.
// SPDX-License-Identifier: EUPL-1.2
#include "service/descriptors.hpp"
#include "service/early_exit.hpp"
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

int run_gateway(int argc, const char* const* argv) {
    auto parsed = wsgate::parse_command_line(argc, argv);
    if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
        return service::print(*bye);
    }
    auto& config = std::get<wsgate::config>(parsed);
    if (config.process.check) {
        return wsgate::check(config);
    }
    auto sockets = service::take_inherited_sockets();
    if (config.process.inetd) {
        sockets.push_back(wsgate::take_standard_input());
    }
    wsgate::take_over(sockets, config);
    return wsgate::run_daemon(std::move(config), [&] {
        auto again = wsgate::parse_command_line(argc, argv);
        if (auto* const good = std::get_if<wsgate::config>(&again)) {
            wsgate::take_over(sockets, *good);
        }
        return again;
    });
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
        return run_gateway(argc, argv);
    } catch (const std::exception& e) {
        service::print_error(std::string{"wsgate: "} + e.what() + '\n');
        return EXIT_FAILURE;
    }
}
