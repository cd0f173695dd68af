// Connects log, journal, server and service manager, and says what each signal does.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/daemon.hpp"

#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "service/background.hpp"
#include "service/pid_file.hpp"
#include "service/privileges.hpp"
#include "service/signals.hpp"
#include "service/systemd.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/server.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <sysexits.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wsgate {

namespace {

void complain(const std::string& what) {
    service::print_error("wsgate: " + what + '\n');
}

/// Whether we go into the background. If PID 1 did, its container would end.
bool goes_behind(const config& c) {
    return c.process.background && ::getpid() != 1;
}

/// Whom --user means.
std::optional<service::identity> identity_in(const config& c) {
    return c.process.user.empty() ? std::nullopt
                                  : std::optional{service::find_identity(c.process.user)};
}

class daemon {
public:
    daemon(const config& c, const reread& again)
        : config_(c), reread_(again), log_(options_of(c)), journal_(log_, c.log_format),
          server_(context_.get_executor(), c, journal_),
          chores_(context_.get_executor(), [](const std::exception_ptr& e) { rethrow(e); }) {}

    /// Tells the log what is odd about the process.
    void announce(const service::pid_file& pid) {
        if (config_.process.background && !goes_behind(config_)) {
            journal_.warned(service::no_background);
        }
        if (pid.error()) {
            journal_.warned(fmt::format("goes on without --pid-file {}: {}",
                                        config_.process.pid_file, pid.error().message()));
        }
    }

    /// From now on somebody can connect.
    void listen() { server_.listen_now(); }

    void run() {
        asio::co_spawn(context_, serve(), rethrow);
        asio::co_spawn(context_, signals_.obey(meanings()), rethrow);
        service::notify_manager("READY=1");
        if (const auto interval = service::watchdog_interval()) {
            chores_.spawn(feed_watchdog(*interval));
        }
        context_.run();
    }

private:
    static service::log::options options_of(const config& c) {
        service::log::options o;
        o.file = c.log_file;
        o.syslog = c.syslog;
        o.tag = "wsgate";
        if (goes_behind(c) && o.file.empty() && o.syslog.empty()) {
            o.file = "/dev/null"; // in the background there is no terminal
        }
        o.from = c.log_level;
        o.pattern = journal::pattern(c.log_format);
        o.notice = journal::notice(c.log_format);
        return o;
    }

    static void rethrow(const std::exception_ptr& e) {
        if (e) {
            std::rethrow_exception(e);
        }
    }

    asio::awaitable<void> serve() {
        co_await server_.run();
        signals_.cancel();
        chores_.cancel();
    }

    /// Tells the service manager's watchdog that every thread is alive. Where one hangs, nothing is
    /// told, and the manager restarts the process.
    asio::awaitable<void> feed_watchdog(std::chrono::microseconds interval) {
        for (;;) {
            co_await server_.pulse();
            service::notify_manager("WATCHDOG=1");
            co_await net::expire_after(interval);
        }
    }

    service::signal_meanings meanings() {
        service::signal_meanings m;
        m.reload = [this] { reload(); };
        m.show = [this] { server_.show_sessions(); };
        m.upgrade = [this] { journal_.warned(service::no_upgrade); };
        m.stop = [this] {
            service::notify_manager("STOPPING=1");
            server_.stop();
        };
        m.stop_now = [this] { server_.stop_now(); };
        return m;
    }

    void reload() {
        service::notify_manager("RELOADING=1");
        log_.reopen();
        if (config_.file.empty()) {
            server_.reload();
        } else {
            read_again();
        }
        service::notify_manager("READY=1");
    }

    void read_again() {
        auto again = reread_();
        if (const auto* bye = std::get_if<service::early_exit>(&again)) {
            journal_.reload_failed(bye->text.substr(0, bye->text.find('\n')));
        } else {
            server_.reload(std::get<config>(std::move(again)));
        }
    }

    const config& config_;
    const reread& reread_;
    net::event_loop context_;
    /// Stands before the log, so that a HUP that comes while the log is opened is not lost.
    service::signals signals_{context_.get_executor()};
    service::log log_;
    journal journal_;
    server server_;
    net::task_group chores_;
};

} // namespace

int check(const config& c) {
    try {
        service::log::options to_standard_error;
        to_standard_error.pattern = journal::pattern(c.log_format);
        service::log log{to_standard_error};
        journal j(log, c.log_format);
        net::event_loop context;
        metrics m;
        terms_keeper usable(context.get_executor(), c, j, m);
        usable.warn();
        (void)identity_in(c);
    } catch (const std::exception& e) {
        complain(e.what());
        return EX_CONFIG;
    }
    std::cout << "wsgate: all this could be used\n";
    return EXIT_SUCCESS;
}

int run_daemon(config c, const reread& again) {
    c.tcp.listens_later = true;
    std::optional<service::background> behind;
    std::unique_ptr<daemon> d;
    std::optional<service::pid_file> pid;
    try {
        const auto who = identity_in(c); // before anybody can connect
        if (goes_behind(c)) {
            behind.emplace();
        }
        d = std::make_unique<daemon>(c, again);
        pid.emplace(c.process.pid_file);
        if (who) {
            service::become(*who);
        }
        d->listen();
        d->announce(*pid);
        if (behind) {
            behind->serves();
        }
    } catch (const std::system_error& e) {
        complain(std::string{e.what()} + " (choose another with --listen)");
        return EX_OSERR;
    } catch (const std::exception& e) {
        complain(e.what());
        return EX_CONFIG;
    }
    d->run();
    return EXIT_SUCCESS;
}

} // namespace wsgate
