// Runs the command line, the log and the tunnel server, and turns their end into an exit code.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel_main.hpp"

#include "net/event_loop.hpp"
#include "service/rights.hpp"
#include "service/signals.hpp"
#include "wsgate/tunnel/tunnel_command_line.hpp"
#include "wsgate/tunnel/tunnel_server.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sysexits.h>

namespace wsgate {

namespace {

constexpr mode_t log_file_mode = 0666; // but for the umask

/// The first TERM or INT closes all sessions with 1001, the second one cuts them off. HUP reopens
/// the log, USR1 writes the sessions into it.
service::signal_meanings meanings(tunnel_server& server, service::log& log,
                                  tunnel_journal& journal) {
    service::signal_meanings m;
    m.reload = [&log] { log.reopen(); };
    m.show = [&server] { server.show_sessions(); };
    m.upgrade = [&journal] { journal.warned(service::no_upgrade); };
    m.stop = [&server] { server.stop(); };
    m.stop_now = [&server] { server.stop_now(); };
    return m;
}

asio::awaitable<void> run_server(tunnel_server& server, service::signals& signals) {
    co_await server.run();
    signals.cancel();
}

int start(const tunnel_config& config) {
    service::log::options options;
    options.file = config.log_file;
    options.starts_later = true;
    options.from = config.log_level;
    options.tag = "wsgate tunnel";
    options.pattern = service::log_pattern(config.log_format);
    options.notice = tunnel_journal::notice(config.log_format);
    net::event_loop loop;
    service::signals signals(loop.get_executor()); // before the log, so that no HUP is lost
    std::unique_ptr<service::log> log;
    std::unique_ptr<tunnel_journal> journal;
    std::unique_ptr<tunnel_server> server;
    try {
        const service::rights rights(config.rights);
        rights.make_file(config.log_file, log_file_mode);
        log = std::make_unique<service::log>(options);
        journal = std::make_unique<tunnel_journal>(*log, config.log_format);
        server = std::make_unique<tunnel_server>(loop.get_executor(), config, *journal);
        const auto advice =
            rights.give_up({.files = {.written = {config.log_file}, .removed = {}}});
        log->start();
        std::for_each(advice.begin(), advice.end(),
                      [&](const std::string& each) { journal->warned(each); });
    } catch (const std::system_error& e) {
        service::print_error(
            fmt::format("wsgate tunnel: {} (choose another with --listen)\n", e.what()));
        return EX_OSERR;
    } catch (const std::exception& e) {
        service::print_error(fmt::format("wsgate tunnel: {}\n", e.what()));
        return EX_CONFIG;
    }
    asio::co_spawn(loop, run_server(*server, signals), net::rethrow);
    asio::co_spawn(loop, signals.obey(meanings(*server, *log, *journal)), net::rethrow);
    net::run_or_end(loop);
    const bool one_session = config.once || !config.listen;
    return one_session && !server->has_carried() ? EXIT_FAILURE : EXIT_SUCCESS;
}

std::string variable(const char* name) {
    const char* const value = std::getenv(name); // NOLINT: nobody sets variables here
    return value == nullptr ? "" : value;
}

} // namespace

bool is_tunnel(int argc, const char* const* argv) {
    return (argc > 1 && std::string_view{argv[1]} == "tunnel") ||
           (argc > 0 && is_hctunnel(argv[0]));
}

int run_tunnel(int argc, const char* const* argv) {
    const int skipped = is_hctunnel(argv[0]) ? 0 : 1;
    const auto parsed = parse_tunnel_command_line(argc - skipped, argv + skipped, variable);
    if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
        return service::print(*bye);
    }
    return start(std::get<tunnel_config>(parsed));
}

} // namespace wsgate
