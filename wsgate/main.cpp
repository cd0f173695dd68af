// wsgate: config -> log -> server -> run -> exit code.
// SPDX-License-Identifier: EUPL-1.2
#include "net/systemd.hpp"
#include "wsgate/config.hpp"
#include "wsgate/journal.hpp"
#include "wsgate/make_token.hpp"
#include "wsgate/server.hpp"
#include "wsgate/tunnel_main.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string_view>
#include <sys/resource.h>
#include <system_error>

namespace {

namespace asio = boost::asio;

constexpr int cannot_bind = 71; // EX_OSERR, sysexits(3)
constexpr int bad_file = 78;    // EX_CONFIG

/// Each session takes two descriptors: take as many as we may have.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/// TERM, INT: goodbye to all sessions; again: cut them off. HUP: reopen the log.
asio::awaitable<void> obey_signals(asio::signal_set& signals, wsgate::server& server,
                                   net::log& log) {
    bool stopping = false;
    for (;;) {
        const auto [ec, number] = co_await signals.async_wait(net::nothrow);
        if (ec) {
            co_return;
        }
        if (number == SIGHUP) {
            net::notify_manager("RELOADING=1");
            try {
                log.reopen();
            } catch (const std::exception&) { // the old file stays in use
            }
            server.reload();
            net::notify_manager("READY=1");
        } else if (!std::exchange(stopping, true)) {
            net::notify_manager("STOPPING=1");
            server.stop();
        } else {
            server.stop_now();
        }
    }
}

asio::awaitable<void> run_server(wsgate::server& server, asio::signal_set& signals) {
    co_await server.run();
    signals.cancel();
}

void rethrow(const std::exception_ptr& e) {
    if (e) {
        std::rethrow_exception(e);
    }
}

int start(const wsgate::config& config) {
    net::log::options options;
    options.file = config.log_file;
    options.from = config.log_level;
    options.pattern = wsgate::journal::pattern(config.log_format);
    asio::io_context context{1};
    std::unique_ptr<net::log> log;
    std::unique_ptr<wsgate::journal> journal;
    std::unique_ptr<wsgate::server> server;
    try {
        log = std::make_unique<net::log>(options);
        journal = std::make_unique<wsgate::journal>(*log, config.log_format);
        server = std::make_unique<wsgate::server>(context.get_executor(), config, *journal);
    } catch (const std::system_error& e) {
        std::cerr << "wsgate: " << e.what() << " (choose another with --listen)\n";
        return cannot_bind;
    } catch (const std::exception& e) {
        std::cerr << "wsgate: " << e.what() << '\n';
        return bad_file;
    }
    asio::signal_set signals(context, SIGTERM, SIGINT, SIGHUP);
    asio::co_spawn(context, run_server(*server, signals), rethrow);
    asio::co_spawn(context, obey_signals(signals, *server, *log), rethrow);
    net::notify_manager("READY=1");
    context.run();
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv) {
    try {
        (void)std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes by write(2)
        raise_descriptor_limit();
        if (wsgate::is_tunnel(argc, argv)) {
            return wsgate::run_tunnel(argc, argv);
        }
        if (argc > 1 && std::string_view{argv[1]} == "make-token") {
            return wsgate::make_token(argc - 1, argv + 1);
        }
        const auto parsed = wsgate::parse_command_line(argc, argv);
        if (const auto* bye = std::get_if<wsgate::farewell>(&parsed)) {
            (bye->exit_code == 0 ? std::cout : std::cerr) << bye->text;
            return bye->exit_code;
        }
        return start(std::get<wsgate::config>(parsed));
    } catch (const std::exception& e) {
        std::cerr << "wsgate: " << e.what() << '\n';
        return EXIT_FAILURE;
    }
}
