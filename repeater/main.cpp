// ultravnc_repeater: config -> log -> server -> run -> exit code.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/compat_log.hpp"
#include "repeater/config.hpp"
#include "repeater/event_log.hpp"
#include "repeater/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace {

namespace asio = boost::asio;

constexpr int cannot_bind = 71; // EX_OSERR, sysexits(3)
constexpr int bad_config = 78;  // EX_CONFIG

/// Thousands of peers wait at once: take as many descriptors as we may have.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/// Written at start, removed at exit.
class pid_file {
public:
    explicit pid_file(std::string path) : path_(std::move(path)) {
        if (!path_.empty() && !(std::ofstream(path_) << ::getpid() << '\n')) {
            std::cerr << "ultravnc_repeater: could not write pid file " << path_ << '\n';
        }
    }

    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;

    ~pid_file() {
        if (!path_.empty()) {
            (void)std::remove(path_.c_str());
        }
    }

private:
    std::string path_;
};

/// TERM: no newcomers, live pairs end by themselves. Again, or INT: stop now. HUP: reopen the log.
asio::awaitable<void> obey_signals(asio::signal_set& signals, repeater::server& server,
                                   net::log& log) {
    bool draining = false;
    for (;;) {
        const auto [ec, number] = co_await signals.async_wait(net::nothrow);
        if (ec) {
            co_return;
        }
        if (number == SIGHUP) {
            try {
                log.reopen();
            } catch (const std::exception&) { // the old file stays in use
            }
        } else if (number == SIGTERM && !draining) {
            draining = true;
            server.drain();
        } else {
            server.stop();
        }
    }
}

asio::awaitable<void> run_server(repeater::server& server, asio::signal_set& signals) {
    co_await server.run();
    signals.cancel();
}

void rethrow(const std::exception_ptr& e) {
    if (e) {
        std::rethrow_exception(e);
    }
}

int serve(const repeater::config& config, net::log& log, repeater::event_sink& events) {
    asio::io_context context{1};
    std::unique_ptr<repeater::server> server;
    try {
        server = std::make_unique<repeater::server>(context.get_executor(), config, events);
    } catch (const std::system_error& e) {
        std::cerr << "ultravnc_repeater: error: " << e.what()
                  << " (choose another with --viewer-port, --server-port or --bind)\n";
        return cannot_bind;
    }
    const pid_file pid(config.pid_file);
    asio::signal_set signals(context, SIGTERM, SIGINT, SIGHUP);
    events.receive(repeater::event::starting{
        ::getpid(), config.duplicates == repeater::duplicate_policy::refuse,
        config.mode1.mode == repeater::mode1::any});
    asio::co_spawn(context, run_server(*server, signals), rethrow);
    asio::co_spawn(context, obey_signals(signals, *server, log), rethrow);
    context.run();
    return EXIT_SUCCESS;
}

std::unique_ptr<repeater::event_sink> make_sink(const repeater::config& config, net::log& log) {
    if (config.log_format == repeater::log_format::compat) {
        return std::make_unique<repeater::compat_log>(log);
    }
    return std::make_unique<repeater::event_log>(log, config.log_ids);
}

int start(const repeater::config& config) {
    net::log::options options;
    options.file = config.log_file;
    options.from = config.log_level;
    if (config.log_format == repeater::log_format::compat) {
        options.pattern = "%v";
        options.from = net::log_level::debug;
    }
    std::unique_ptr<net::log> log;
    try {
        log = std::make_unique<net::log>(options);
    } catch (const std::exception& e) {
        std::cerr << "ultravnc_repeater: " << e.what() << '\n';
        return bad_config;
    }
    const auto sink = make_sink(config, *log);
    return serve(config, *log, *sink);
}

} // namespace

int main(int argc, char** argv) {
    try {
        (void)std::signal(SIGPIPE, SIG_IGN);
        raise_descriptor_limit();
        const auto parsed = repeater::parse_command_line(argc, argv);
        if (const auto* bye = std::get_if<repeater::farewell>(&parsed)) {
            (bye->exit_code == 0 ? std::cout : std::cerr) << bye->text;
            return bye->exit_code;
        }
        return start(std::get<repeater::config>(parsed));
    } catch (const std::exception& e) {
        std::cerr << "ultravnc_repeater: " << e.what() << '\n';
        return EXIT_FAILURE;
    }
}
