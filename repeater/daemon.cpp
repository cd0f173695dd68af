// Puts log, pid file, server and signals together, and obeys each signal.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/daemon.hpp"

#include "net/event_loop.hpp"
#include "net/own_addresses.hpp"
#include "repeater/events/sinks.hpp"
#include "repeater/options/repeater_options.hpp"
#include "repeater/server.hpp"
#include "service/descriptors.hpp"
#include "service/pid_file.hpp"
#include "service/signals.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <memory>
#include <sysexits.h>
#include <unistd.h>

namespace repeater {

namespace {

constexpr auto last_deliveries = std::chrono::seconds(5);

class daemon {
public:
    daemon(std::shared_ptr<const config> c, const reread& again, net::unique_fd serving)
        : config_(std::move(c)), reread_(again), serving_(std::move(serving)),
          sinks_(config_->log, config_->events) {}

    int run() {
        try {
            server_ = std::make_unique<server>(context_.get_executor(), config_, sinks_);
        } catch (const std::exception& e) {
            return cannot_serve(e.what());
        }
        const service::pid_file pid(config_->pid_file);
        announce(pid);
        asio::co_spawn(context_, serve(), rethrow);
        asio::co_spawn(context_, signals_.obey(meanings()), rethrow);
        context_.run();
        sinks_.receive(event::stopped{});
        sinks_.outputs().finish(last_deliveries);
        return EXIT_SUCCESS;
    }

private:
    static void rethrow(const std::exception_ptr& e) {
        if (e) {
            std::rethrow_exception(e);
        }
    }

    /// Says why on standard error and in the log file, where the Perl's last words were. Returns
    /// the exit code.
    int cannot_serve(const std::string& why) {
        const auto line = "ultravnc_repeater: error: " + why;
        service::print_error(line + '\n');
        if (!config_->log.file.empty()) {
            sinks_.log().lines().line(service::log_level::error, line);
        }
        return EX_OSERR;
    }

    /// Tells the log how the repeater was started, before anybody is served.
    void announce(const service::pid_file& pid) {
        if (pid.error()) {
            sinks_.receive(event::pid_file_failed{config_->pid_file, pid.error()});
        }
        advise_on_descriptors();
        for (const auto& text : config_->warnings) {
            sinks_.receive(event::advice{text});
        }
        const bool must_know_itself =
            config_->mode1.mode == mode1::vnc || config_->mode1.mode == mode1::list;
        if (const net::own_addresses ours; must_know_itself && ours.error()) {
            sinks_.receive(event::advice{
                "the system does not list this machine's addresses, which Mode I must not dial (" +
                ours.error().message() +
                "): each destination is tried with bind(2) instead; in a unit, add AF_NETLINK to "
                "RestrictAddressFamilies="});
        }
        sinks_.receive(event::starting{::getpid(), config_->duplicates == duplicate_policy::refuse,
                                       config_->mode1.mode == mode1::any});
    }

    /// Not in the Perl's log, where an ordinary start has the Perl's lines.
    void advise_on_descriptors() {
        constexpr std::size_t enough = 65'536;
        const auto all = service::descriptor_limit();
        if (all < enough && config_->log.format != log_format::compat) {
            sinks_.receive(event::advice{fmt::format(
                "this process may have {} descriptors only, and each peer takes one: raise the "
                "hard limit (ulimit -H -n, LimitNOFILE=) to {} or more",
                all, enough)});
        }
    }

    /// Without the signals' wait nothing keeps the event loop running, and run() goes on to the
    /// end.
    asio::awaitable<void> serve() {
        co_await server_->run();
        signals_.cancel();
    }

    /// HUP reloads. The first TERM drains: whoever supervises us may start a successor, as
    /// `serving_` says. INT, or another TERM, stops.
    service::signal_meanings meanings() {
        service::signal_meanings m;
        m.reload = [this] { reload(); };
        m.show = [this] { server_->show_sessions(); };
        m.upgrade = [this] { sinks_.receive(event::advice{service::no_upgrade}); };
        m.stop = [this] {
            server_->drain();
            serving_ = net::unique_fd{};
        };
        m.stop_now = [this] { server_->stop(); };
        m.gentle_int = false;
        return m;
    }

    /// Lets the log open its file anew, which tells of a failure itself, and reads the
    /// configuration again. Where that is bad all of the old one stays in effect, and the log says
    /// why.
    void reload() {
        event::reloaded outcome;
        sinks_.log().lines().reopen();
        auto again = reread_();
        if (const auto* bye = std::get_if<service::early_exit>(&again)) {
            outcome.error = bye->text.substr(0, bye->text.find('\n'));
        } else {
            auto& fresh = std::get<config>(again);
            outcome.needs_restart = keep_what_needs_a_restart(*config_, fresh);
            server_->configure(std::make_shared<const config>(std::move(fresh)));
        }
        sinks_.receive(outcome);
    }

    std::shared_ptr<const config> config_; ///< that the process was started with
    const reread& reread_;
    net::unique_fd serving_;
    net::event_loop context_;
    // Before the logs: a HUP that comes once they are open must not be lost.
    service::signals signals_{context_.get_executor()};
    sinks sinks_;
    std::unique_ptr<server> server_;
};

} // namespace

int run_daemon(config c, const reread& again, net::unique_fd serving) {
    return daemon(std::make_shared<const config>(std::move(c)), again, std::move(serving)).run();
}

} // namespace repeater
