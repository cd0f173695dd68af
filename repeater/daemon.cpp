// Puts log, pid file, server and signals together, and obeys each signal.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/daemon.hpp"

#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "repeater/admin_thread.hpp"
#include "repeater/events/sinks.hpp"
#include "repeater/handover/inheritance.hpp"
#include "repeater/options/repeater_options.hpp"
#include "repeater/predecessor.hpp"
#include "repeater/server.hpp"
#include "repeater/upgrades.hpp"
#include "service/descriptors.hpp"
#include "service/handover/handshake.hpp"
#include "service/pid_file.hpp"
#include "service/rights.hpp"
#include "service/signals.hpp"
#include "service/systemd.hpp"
#include "service/watchdog.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <sysexits.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace repeater {

namespace {

constexpr auto last_deliveries = std::chrono::seconds(5);

class daemon {
public:
    daemon(std::shared_ptr<const config> c, const reread& again,
           const service::image_to_start& image, relatives r)
        : config_(std::move(c)), reread_(again), image_(image), relatives_(std::move(r)),
          rights_(config_->rights), sinks_(config_->log) {}

    int run() {
        try {
            prepare();
        } catch (const std::exception& e) {
            if (relatives_.predecessor) {
                service::refuse(relatives_.predecessor, e.what());
            }
            return cannot_serve(e.what());
        }
        announce();
        asio::co_spawn(context_, serve(), net::rethrow);
        asio::co_spawn(context_, signals_.obey(meanings()), net::rethrow);
        if (admin_) {
            answer_operators();
        }
        say_ready();
        spawn_heartbeat();
        net::run_or_end(context_);
        admin_.reset();
        if (!upgrades_->has_left()) {
            sinks_.receive(event::stopped{});
        }
        sinks_.finish(last_deliveries);
        return EXIT_SUCCESS;
    }

private:
    /// All that may fail. Rights are given up as soon as all is open that needs them. Throws
    /// std::exception.
    void prepare() {
        auto inherited = inherit_all();
        auto ports = open(inherited.listeners);
        auto for_operators = open_for_operators(inherited.listeners);
        open_pid_file();
        if (!relatives_.keeper && ::getpid() != 1) { // which nobody can replace
            starter_.emplace(image_, rights_.takes_from_programs(still_needed()));
        }
        advice_ = rights_.give_up(still_needed());
        ports.listen();
        sinks_.start(config_->events);
        server_ =
            std::make_unique<server>(context_.get_executor(), config_, std::move(ports), sinks_);
        server_->restore(inherited);
        if (for_operators) {
            listen_for_operators(std::move(*for_operators));
        }
        if (relatives_.predecessor) {
            take_over(inherited);
        }
        if (relatives_.keeper) {
            meet_keeper(inherited.listeners);
        }
        upgrades_.emplace(upgrades::parts{context_, *server_, sinks_, keeper_ ? &*keeper_ : nullptr,
                                          starter_ ? &*starter_ : nullptr,
                                          [this] { return admin_listeners(); },
                                          [this] { leave_files(); }});
    }

    /// A process that takes over writes it when it does: until then it says who serves.
    void open_pid_file() {
        using writing = service::pid_file::writing;
        pid_.emplace(config_->pid_file, relatives_.predecessor ? writing::later : writing::now);
    }

    /// Nothing of what is inherited was touched before this.
    void take_over(const inheritance& all) {
        auto came = service::wait_for_go(relatives_.predecessor);
        pid_->write();
        sinks_.meter().add(all.counts.events);
        sinks_.outputs().go_on(all.last_told, all.undelivered);
        predecessor_.emplace(context_, *server_, sinks_, std::move(relatives_.predecessor),
                             std::move(came));
    }

    void spawn_heartbeat() {
        const auto interval =
            keeper_ ? service::watchdog_interval_of_parent() : service::watchdog_interval();
        if (interval) {
            chores_.spawn(service::feed_watchdog(*interval, server_->worker_loops(),
                                                 [this] { say_alive(); }));
        }
    }

    /// What there is to go on with; nothing where we are the first.
    [[nodiscard]] inheritance inherit_all() const {
        if (relatives_.predecessor) {
            service::say_ready(relatives_.predecessor, rights_.user());
            return inherit(relatives_.predecessor);
        }
        return relatives_.keeper ? inherit(relatives_.keeper) : inheritance{};
    }

    /// Tells it what it is to hold. `unused`: what it holds for nothing.
    void meet_keeper(const service::inherited_listeners& unused) {
        keeper_.emplace(
            context_, std::move(relatives_.keeper),
            [this](service::record r) { hear_keeper(std::move(r)); },
            [this](const error_code& ec) { chores_.spawn(tell_of_lost_keeper(ec)); });
        for (const auto& each : unused) {
            keeper_->tell(
                number_of(record_kind::not_listening),
                fields_of(moved_listener{static_cast<moved_listener::use>(each.whose), each.name}));
        }
        server_->set_keeper(*keeper_);
        for (const auto& each : admin_listeners()) {
            keeper_->tell(number_of(record_kind::listener), fields_of(each.what),
                          {&each.socket, 1});
        }
    }

    [[nodiscard]] std::vector<server::listening> admin_listeners() const {
        std::vector<server::listening> all;
        if (admin_) {
            for (const auto& each : admin_->listeners()) {
                all.push_back(
                    {{moved_listener::use::operators, each.name()}, each.native_handle()});
            }
        }
        return all;
    }

    /// They are another process's.
    void leave_files() {
        pid_->leave_file();
        if (admin_) {
            admin_->leave_file();
            admin_.reset();
        }
    }

    /// It has started a process that is to take over.
    void hear_keeper(service::record r) {
        if (static_cast<record_kind>(r.kind) == record_kind::successor &&
            r.descriptors.size() == 1) {
            upgrades_->begin(net::message_socket{std::move(r.descriptors.front())});
        }
    }

    /// It ends before its child where both are told to end, which we may hear a moment later.
    asio::awaitable<void> tell_of_lost_keeper(error_code how) {
        constexpr auto a_moment = std::chrono::seconds(1);
        co_await net::expire_after(a_moment);
        if (!server_->is_stopping()) {
            sinks_.receive(event::advice{"there is no keeper any more: " + how.message()});
        }
    }

    void say_ready() {
        if (keeper_) {
            keeper_->tell(number_of(record_kind::serves));
        } else {
            service::notify_manager("READY=1");
        }
    }

    void say_alive() {
        if (keeper_) {
            keeper_->tell(number_of(record_kind::alive));
        } else {
            service::notify_manager("WATCHDOG=1");
        }
    }

    /// All for which rights are needed.
    [[nodiscard]] ports open(service::inherited_listeners& inherited) const {
        auto all = open_ports(*config_, inherited);
        for (const auto& each : config_->listen) {
            rights_.hand_over_socket(each.unix_path);
        }
        return all;
    }

    /// What happens when it runs: rotations, events, the end.
    [[nodiscard]] service::still_needed still_needed() const {
        service::still_needed all;
        all.files.written = {config_->log.file, config_->events.file};
        all.files.removed = {config_->pid_file};
        for (const auto& each : config_->listen) {
            all.files.removed.push_back(each.unix_path);
        }
        all.files.removed.push_back(config_->admin.unix_path);
        all.programs = !config_->events.exec.empty()      ? "--event-exec"
                       : !config_->authorize.exec.empty() ? "--authorize-exec"
                                                          : "";
        return all;
    }

    /// Throws std::runtime_error that names the address.
    [[nodiscard]] std::optional<service::admin_listeners>
    open_for_operators(service::inherited_listeners& inherited) const {
        if (!config_->admin.is_on()) {
            return std::nullopt;
        }
        try {
            auto all = open_admin(*config_, inherited);
            rights_.hand_over_socket(config_->admin.unix_path);
            return all;
        } catch (const std::system_error& e) {
            throw std::runtime_error(std::string{e.what()} +
                                     " (choose another with --admin-listen)");
        }
    }

    void listen_for_operators(service::admin_listeners at) {
        at.listen();
        admin_.emplace(config_->admin, std::move(at),
                       admin_questions{context_.get_executor(), [this] { return count(); },
                                       [this] { return server_->is_stopping(); },
                                       server_->worker_loops(),
                                       [this](auto pair, auto change, auto done) {
                                           change_policy(pair, std::move(change), std::move(done));
                                       }},
                       [this](const std::exception_ptr& e) {
                           tell_from_elsewhere(event::defect{net::what(e)});
                       });
    }

    void answer_operators() {
        for (const auto& each : admin_->listeners()) {
            sinks_.receive(event::admin_listening{each.name()});
        }
        admin_->start(
            [this](const error_code& ec) { tell_from_elsewhere(event::accept_failed{ec}); });
    }

    [[nodiscard]] numbers count() {
        const auto& meter = sinks_.meter();
        return {server_->numbers(), meter.counts(), meter.lost(), sinks_.log().lines().lost()};
    }

    void change_policy(session_number pair, policy_change change,
                       std::function<void(change_outcome)> done) {
        asio::co_spawn(
            context_, server_->pairs().change_policy(pair, std::move(change)),
            [done = std::move(done)](const std::exception_ptr& escaped, change_outcome outcome) {
                done(escaped ? change_outcome::unknown : outcome);
            });
    }

    /// From another thread than the one that decides.
    void tell_from_elsewhere(any_event e) {
        asio::post(context_, [this, e = std::move(e)] { sinks_.receive(e); });
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
    void announce() {
        if (pid_->error()) {
            sinks_.receive(event::pid_file_failed{config_->pid_file, pid_->error()});
        }
        advise_on_descriptors();
        for (const auto* const texts : {&std::as_const(advice_), &config_->warnings}) {
            for (const auto& text : *texts) {
                sinks_.receive(event::advice{text});
            }
        }
        if (!predecessor_) { // otherwise sessions go on, and event::upgraded tells of them
            sinks_.receive(event::starting{::getpid(),
                                           config_->duplicates == duplicate_policy::refuse,
                                           config_->mode1.mode == mode1::any});
        }
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
        chores_.cancel();
        if (keeper_) {
            keeper_->send_all();
            keeper_->close();
        }
    }

    /// HUP reloads. The first TERM drains: a keeper starts another child then. INT, or another
    /// TERM, stops.
    service::signal_meanings meanings() {
        service::signal_meanings m;
        m.reload = [this] { reload(); };
        m.show = [this] { server_->show_sessions(); };
        m.upgrade = [this] { upgrades_->want(); };
        m.stop = [this] {
            upgrades_->cancel();
            server_->drain();
            if (keeper_) {
                admin_.reset(); // the next child answers at its address
                keeper_->tell(number_of(record_kind::stops));
            } else {
                service::notify_manager("STOPPING=1");
            }
        };
        m.stop_now = [this] {
            upgrades_->cancel();
            server_->stop();
        };
        m.gentle_int = false;
        return m;
    }

    /// Lets the log open its file anew, which tells of a failure itself, and reads the
    /// configuration again. Where that is bad all of the old one stays in effect, and the log says
    /// why.
    void reload() {
        event::reloaded outcome;
        keeper_ ? void() : service::notify_manager("RELOADING=1");
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
        say_ready();
    }

    std::shared_ptr<const config> config_; ///< that the process was started with
    const reread& reread_;
    const service::image_to_start& image_;
    relatives relatives_;
    net::event_loop context_;
    // Before the logs: a HUP that comes once they are open must not be lost.
    service::signals signals_{context_.get_executor()};
    service::rights rights_;
    std::optional<service::pid_file> pid_;
    std::vector<std::string> advice_; ///< on rights
    sinks sinks_;
    std::unique_ptr<server> server_;
    std::optional<admin_thread> admin_;             ///< asks the server
    std::optional<service::record_channel> keeper_; ///< the server tells it who waits
    std::optional<service::starter> starter_; ///< nothing where the keeper starts our successor
    std::optional<predecessor> predecessor_;
    std::optional<upgrades> upgrades_;
    net::task_group chores_{context_.get_executor(), net::rethrow};
};

} // namespace

int run_daemon(config c, const reread& again, const service::image_to_start& image, relatives r) {
    c.tcp.listens_later = true;
    return daemon(std::make_shared<const config>(std::move(c)), again, image, std::move(r)).run();
}

} // namespace repeater
