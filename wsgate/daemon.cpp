// Connects log, journal, server and service manager, and says what each signal does.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/daemon.hpp"

#include "net/event_loop.hpp"
#include "service/background.hpp"
#include "service/handover/handshake.hpp"
#include "service/handover/starter.hpp"
#include "service/pid_file.hpp"
#include "service/rights.hpp"
#include "service/signals.hpp"
#include "service/systemd.hpp"
#include "service/watchdog.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/server.hpp"
#include "wsgate/upgrades.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <sysexits.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

void complain(const std::string& what) {
    service::print_error("wsgate: " + what + '\n');
}

/// Whether we are to be in the background. If PID 1 went there, its container would end.
bool goes_behind(const config& c) {
    return c.process.background && ::getpid() != 1;
}

/// Makes the files that --user will write.
void make_files(const config& c, const service::rights& rights) {
    constexpr mode_t as_umask_says = 0666;
    for (const auto& file : {c.log_file, c.process.pid_file}) {
        rights.make_file(file, as_umask_says);
    }
}

/// What happens when it runs: rotations of the log, the end.
service::still_needed still_needed(const config& c) {
    service::still_needed all;
    all.files.written = {c.log_file};
    all.files.removed = {c.process.pid_file};
    for (const auto& each : c.listen) {
        all.files.removed.push_back(each.unix_path);
    }
    all.files.removed.push_back(c.admin.unix_path);
    return all;
}

class daemon {
public:
    daemon(const config& c, const reread& again, inheritance from)
        : config_(c), reread_(again), log_(options_of(c)), journal_(log_, c.log_format),
          server_(context_.get_executor(), c, journal_, std::move(from)),
          chores_(context_.get_executor(), net::rethrow) {}

    /// Tells the log what is odd about the process.
    void announce(const service::pid_file& pid, const std::vector<std::string>& advice) {
        for (const auto& each : advice) {
            journal_.warned(each);
        }
        if (config_.process.background && !goes_behind(config_)) {
            journal_.warned(service::no_background);
        }
        if (pid.error()) {
            journal_.warned(fmt::format("goes on without --pid-file {}: {}",
                                        config_.process.pid_file, pid.error().message()));
        }
    }

    /// From now on there are threads, and somebody can connect.
    void listen() {
        log_.start();
        server_.listen_now();
    }

    /// With this it can be replaced; null: it cannot.
    void set_starter(service::starter* s) { upgrades_.emplace(context_, server_, journal_, s); }

    /// All that another process has given so far is ours; `first` came behind it.
    void take_over(net::message_socket from, std::vector<service::record> first) {
        server_.start();
        predecessor_.emplace(context_, server_, journal_, std::move(from), std::move(first));
    }

    /// Whether another process serves by now.
    [[nodiscard]] bool has_left() const { return upgrades_->has_left(); }

    void run() {
        asio::co_spawn(context_, serve(), net::rethrow);
        asio::co_spawn(context_, signals_.obey(meanings()), net::rethrow);
        service::notify_manager("READY=1");
        if (const auto interval = service::watchdog_interval()) {
            chores_.spawn(service::feed_watchdog(*interval, server_.loops()));
        }
        net::run_or_end(context_);
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
        o.starts_later = true;
        o.from = c.log_level;
        o.pattern = journal::pattern(c.log_format);
        o.notice = journal::notice(c.log_format);
        return o;
    }

    asio::awaitable<void> serve() {
        co_await server_.run();
        signals_.cancel();
        chores_.cancel();
    }

    service::signal_meanings meanings() {
        service::signal_meanings m;
        m.reload = [this] { reload(); };
        m.show = [this] { server_.show_sessions(); };
        m.upgrade = [this] { upgrades_->want(); };
        m.stop = [this] {
            if (!upgrades_->has_left()) {
                service::notify_manager("STOPPING=1");
            }
            upgrades_->cancel();
            server_.stop();
        };
        m.stop_now = [this] {
            upgrades_->cancel();
            server_.stop_now();
        };
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
    std::optional<predecessor> predecessor_;
    std::optional<upgrades> upgrades_;
    net::task_group chores_;
};

} // namespace

int check(const config& c) {
    try {
        const service::rights possible(c.process.rights);
        service::log::options to_standard_error;
        to_standard_error.pattern = journal::pattern(c.log_format);
        service::log log{to_standard_error};
        journal j(log, c.log_format);
        net::event_loop context;
        metrics m;
        terms_keeper usable(context.get_executor(), c, j, m);
        usable.warn();
    } catch (const std::exception& e) {
        complain(e.what());
        return EX_CONFIG;
    }
    std::cout << "wsgate: all this could be used\n";
    return EXIT_SUCCESS;
}

int run_daemon(config c, const reread& again, const service::image_to_start& image,
               succession before) {
    c.tcp.listens_later = true;
    const bool is_successor = static_cast<bool>(before.from);
    const auto cannot = [&](int code, const std::string& why) {
        if (before.from) {
            service::refuse(before.from, why);
        }
        complain(why);
        return code;
    };
    std::optional<service::background> behind;
    std::optional<service::starter> starter;
    std::unique_ptr<daemon> d;
    std::optional<service::pid_file> pid;
    try {
        const service::rights rights(c.process.rights);
        if (goes_behind(c) && !is_successor) { // which begins there
            behind.emplace();
        }
        make_files(c, rights);
        d = std::make_unique<daemon>(c, again, std::move(before.given));
        for (const auto& each : c.listen) {
            rights.hand_over_socket(each.unix_path);
        }
        rights.hand_over_socket(c.admin.unix_path);
        using writing = service::pid_file::writing;
        pid.emplace(c.process.pid_file, is_successor ? writing::later : writing::now);
        if (::getpid() != 1 && !c.process.inetd) {
            using speaks = service::starter::speaks;
            starter.emplace(image, rights.takes_from_programs(still_needed(c)),
                            behind ? speaks::nowhere : speaks::as_we_do);
        }
        d->set_starter(starter ? &*starter : nullptr);
        const auto advice = rights.give_up(still_needed(c)); // before anybody can connect
        d->listen();
        if (is_successor) {
            auto came = service::wait_for_go(before.from);
            pid->write();
            d->take_over(std::move(before.from), std::move(came));
        }
        d->announce(*pid, advice);
        if (behind) {
            behind->serves();
        }
    } catch (const std::system_error& e) {
        return cannot(EX_OSERR, std::string{e.what()} + " (choose another with --listen)");
    } catch (const std::exception& e) {
        return cannot(EX_CONFIG, e.what());
    }
    d->run();
    if (d->has_left()) {
        pid->leave_file();
    }
    return EXIT_SUCCESS;
}

} // namespace wsgate
