// Waits for signals and for what children say, and starts a child whenever there is none.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/keeper.hpp"

#include "repeater/events/configured_log.hpp"
#include "repeater/handover/holdings.hpp"
#include "service/file_pages.hpp"
#include "service/handover/handshake.hpp"
#include "service/handover/sender.hpp"
#include "service/systemd.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace repeater {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using what = event::supervising::what;

// Before the next child, where the last one could not start, and where it was not there for
// long_enough.
constexpr milliseconds first_pause{1'000};
constexpr milliseconds shortest_pause{50};
constexpr milliseconds longest_pause{60'000};
constexpr milliseconds long_enough{200};

/// A child that takes nothing of what it is given for so long hangs, and is killed.
constexpr milliseconds longest_giving{5'000};

/// A successor that has not taken over by then, nor failed, is killed.
constexpr milliseconds longest_upgrade{60'000};

constexpr milliseconds shortly{5};
constexpr milliseconds once_a_second{1'000};
constexpr milliseconds never{24 * 3'600'000};

/// Without a word for so long it is idle, and needs little of what it has used so far.
constexpr milliseconds quiet_time{10'000};

/// How long the child may take to obey a TERM of its own, where somebody told all processes to end
/// (systemd, a terminal): a second one, from us, would cut its sessions.
constexpr milliseconds by_itself{50};

/// The signals that the parent reads one by one.
class signals {
public:
    signals() {
        ::sigemptyset(&set_);
        for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD}) {
            ::sigaddset(&set_, s);
        }
        ::sigprocmask(SIG_BLOCK, &set_, &before_);
        fd_ = net::unique_fd{::signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK)};
    }

    /// In a child: as if there were no parent.
    void leave() {
        fd_ = net::unique_fd{};
        ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    }

    /// The next one; 0 where there is none.
    [[nodiscard]] int take() const {
        signalfd_siginfo info{};
        return ::read(fd_.get(), &info, sizeof info) == sizeof info
                   ? static_cast<int>(info.ssi_signo)
                   : 0;
    }

    [[nodiscard]] int native_handle() const { return fd_.get(); }

private:
    sigset_t set_{};
    sigset_t before_{};
    net::unique_fd fd_;
};

/// A process, and the socket that leads to it.
struct child {
    pid_t pid = 0;
    net::message_socket link{};
    clock::time_point started{};
    std::optional<clock::time_point> served{}; ///< from when on
    clock::time_point alive{};                 ///< when it said so last
    bool stops = false;                        ///< it takes no newcomers any more
    bool has_exited = false;                   ///< by itself, with a code
    bool has_taken_over = false;               ///< from another, in an upgrade
};

class keeper {
public:
    keeper(const config& c, const service::image_to_start& image, const supervised& run)
        : config_(c), image_(image), run_(run) {}

    int loop() {
        tell(config_, event::supervising{what::starts, ::getpid(), 0, {}});
        for (;;) {
            start();
            if (!wait_for_end_of_service()) {
                return end();
            }
            pause_ = next_pause();
            starts_image_ = serving_.served || !starts_image_;
            tell(config_, event::supervising{what::starts_again, ::getpid(), 0, {}});
            if (!wait_until(clock::now() + pause_)) {
                return end();
            }
        }
    }

private:
    // --- children

    /// At first without exec(2), so that nothing depends on how the program was found. The next
    /// ones are started anew: a copy of us would have our addresses and secrets, which whoever
    /// makes it crash may guess a bit at a time. One that then cannot even serve is a copy again.
    void start() {
        serving_ = {};
        serving_.started = clock::now();
        try {
            auto [ours, theirs] = net::message_socket::make_pair();
            serving_.link = std::move(ours);
            serving_.pid =
                starts_image_ ? start_image({theirs.native_handle()}, "keeper") : ::fork();
            if (serving_.pid == 0) {
                std::_Exit(run_as_child(std::move(theirs)));
            }
        } catch (const std::system_error& e) { // after the pause there is another try
            tell(config_, event::upgrade_failed{e.what()});
            serving_.link = {};
            return;
        }
        if (serving_.pid > 0) {
            children_.insert(serving_.pid);
            give_all(serving_);
        }
    }

    /// What is held is the parent's: here it would keep connections open that nobody serves.
    int run_as_child(net::message_socket link) {
        signals_.leave();
        serving_.link = {};
        successor_.reset();
        held_.clear();
        return run_(std::move(link));
    }

    [[nodiscard]] pid_t start_image(std::initializer_list<int> passed, const char* names) {
        const pid_t pid = image_.start({passed.begin(), passed.size()}, names);
        children_.insert(pid);
        return pid;
    }

    /// Tells a new child what is held.
    void give_all(child& to) {
        service::record_sender sender(to.link, longest_giving);
        held_.tell([&sender](record_kind kind, std::span<const std::byte> fields, int fd) {
            sender.add(number_of(kind), fields, {&fd, 1});
        });
        sender.add(service::number_of(service::handshake::complete));
        sender.send();
        if (sender.has_failed()) {
            kill(to, SIGKILL);
        }
    }

    /// One that has served for a while has a successor at once, others after ever longer pauses:
    /// short ones where something killed it, and longer ones where it has said that it cannot
    /// start.
    [[nodiscard]] milliseconds next_pause() const {
        const bool lived =
            serving_.served && (serving_.stops || clock::now() - *serving_.served >= long_enough);
        const bool could_start = !serving_.has_exited || serving_.served || serving_.has_taken_over;
        return lived ? milliseconds{0}
                     : std::clamp(pause_ * 2, could_start ? shortest_pause : first_pause,
                                  longest_pause);
    }

    // --- upgrades

    /// Starts the successor, and tells the child how to reach it.
    void upgrade() {
        if (successor_) {
            tell(config_, event::upgrade_failed{"another upgrade is under way"});
            return;
        }
        try {
            auto [ours, theirs] = net::message_socket::make_pair();
            auto [old_end, new_end] = net::message_socket::make_pair();
            child next;
            next.link = std::move(ours);
            next.started = clock::now();
            next.pid = start_image({theirs.native_handle(), new_end.native_handle()},
                                   "keeper:predecessor");
            successor_ = std::move(next);
            service::record_sender sender(serving_.link, longest_giving);
            const int fd = old_end.native_handle();
            sender.add(number_of(record_kind::successor), {}, {&fd, 1});
            sender.send();
            if (sender.has_failed()) {
                end_upgrade();
            }
        } catch (const std::system_error& e) {
            tell(config_, event::upgrade_failed{e.what()});
        }
    }

    /// The successor has not taken over.
    void end_upgrade() {
        if (successor_) {
            kill(*successor_, SIGKILL);
            successor_.reset();
        }
    }

    /// The child has given all that waits to its successor, which is the one that we hear now.
    void move_on() {
        if (successor_) {
            serving_ = std::move(*successor_);
            serving_.has_taken_over = true;
            successor_.reset();
        }
    }

    // --- what children say

    /// Reads all that has come. False where the child has gone.
    [[nodiscard]] bool hear() {
        for (;;) {
            auto got = serving_.link.receive();
            if (!got) {
                return got.error() == boost::asio::error::would_block;
            }
            auto all = service::records_of(std::move(*got));
            if (!all) {
                return false;
            }
            for (auto& each : *all) {
                obey(std::move(each));
            }
        }
    }

    void obey(service::record r) {
        const auto kind = static_cast<record_kind>(r.kind);
        if (held_.apply(std::move(r))) {
            return;
        }
        switch (kind) {
        case record_kind::serves:
            serving_.served = serving_.served ? serving_.served : clock::now();
            serving_.alive = clock::now();
            service::notify_manager("READY=1");
            return;
        case record_kind::alive:
            serving_.alive = clock::now();
            return;
        case record_kind::stops:
            serving_.stops = true;
            held_.let_waiters_go();
            return;
        case record_kind::wants_upgrade:
            upgrade();
            return;
        case record_kind::has_moved:
            move_on();
            return;
        case record_kind::upgrade_failed:
            end_upgrade();
            return;
        default:
            return;
        }
    }

    // --- waiting

    /// Waits until the child serves no more. False where we are told to end.
    [[nodiscard]] bool wait_for_end_of_service() {
        while (serving_.link && !serving_.stops) {
            if (successor_ && clock::now() - successor_->started > longest_upgrade) {
                end_upgrade();
            }
            const bool has_word = wait_for_word(clock::now() + (successor_ ? once_a_second
                                                                : rests_   ? never
                                                                           : quiet_time));
            if (!obey_signals()) {
                return false; // what else has come is for end()
            }
            if (!has_word && !rests_ && !successor_) {
                service::give_back_memory();
            }
            rests_ = !has_word;
            if (has_word && !hear()) {
                end_upgrade(); // its predecessor has gone
                return wait_for_end_of_process();
            }
            end_what_hangs();
        }
        end_upgrade();
        return true;
    }

    /// The child has closed its socket. Mostly it has ended, which shows a moment later; but it may
    /// have given us up, since we had heard nothing for long, and go on: then it has all that we
    /// hold as well, and nobody else may have it. False where we are told to end.
    [[nodiscard]] bool wait_for_end_of_process() {
        const auto a_moment = clock::now() + once_a_second;
        serving_.link = {};
        while (children_.count(serving_.pid) != 0) {
            const bool goes_on = clock::now() > a_moment;
            if (goes_on) {
                held_.clear();
            }
            (void)wait_for_word(clock::now() + (goes_on ? once_a_second : shortly));
            if (!obey_signals()) {
                return false;
            }
        }
        return true;
    }

    /// The same for a pause between children.
    [[nodiscard]] bool wait_until(clock::time_point when) {
        serving_.link = {};
        while (clock::now() < when) {
            (void)wait_for_word(when);
            if (!obey_signals()) {
                return false;
            }
        }
        return true;
    }

    /// Until then, or until there is a signal, or the child has said something: true.
    [[nodiscard]] bool wait_for_word(clock::time_point until) {
        if (watchdog_) {
            service::notify_manager("WATCHDOG=1");
            until = std::min<clock::time_point>(until, clock::now() + *watchdog_);
        }
        const auto left = std::chrono::ceil<milliseconds>(until - clock::now());
        std::array<pollfd, 2> on{pollfd{signals_.native_handle(), POLLIN, 0},
                                 pollfd{serving_.link.native_handle(), POLLIN, 0}};
        (void)::poll(on.data(), on.size(),
                     static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, never.count())));
        return on[1].revents != 0;
    }

    /// Under a watchdog the child says now and then that all its threads work.
    void end_what_hangs() {
        if (watchdog_ && serving_.served && clock::now() - serving_.alive > 2 * *watchdog_) {
            kill(serving_, SIGKILL); // who waits is ours, and has another child next
        }
    }

    // --- signals

    /// False where we are told to end.
    [[nodiscard]] bool obey_signals() {
        while (const int signal = signals_.take()) {
            if (!obey(signal)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool obey(int signal) {
        switch (signal) {
        case SIGCHLD:
            reap();
            return true;
        case SIGUSR2:
            (void)hear(); // the child may have said that the last one has failed
            upgrade();
            return true;
        case SIGTERM:
        case SIGINT:
            pass_on_the_end(signal);
            return false;
        default:
            pass_on(signal);
            return true;
        }
    }

    void pass_on_the_end(int signal) {
        service::notify_manager("STOPPING=1");
        tell(config_, event::supervising{what::ends, ::getpid(), static_cast<int>(serving_.pid),
                                         signal == SIGTERM ? "TERM" : "INT"});
        end_upgrade();
        if (is_pid_1() && signal == SIGINT) {
            pass_on_to_all(SIGINT);
        } else if (!stops_by_itself()) {
            pass_on(SIGTERM);
        }
        held_.clear();
    }

    [[nodiscard]] bool stops_by_itself() {
        const auto until = clock::now() + by_itself;
        while (serving_.link && !serving_.stops) {
            const auto left = std::chrono::ceil<milliseconds>(until - clock::now());
            pollfd p{serving_.link.native_handle(), POLLIN, 0};
            if (left.count() <= 0 || ::poll(&p, 1, static_cast<int>(left.count())) == 0) {
                return false;
            }
            if (!hear()) {
                return true;
            }
        }
        return true;
    }

    /// The system ends all processes when PID 1 ends, so that it waits for those that drain. Other
    /// parents leave them to themselves, as the Perl does. Returns the exit code.
    [[nodiscard]] int end() {
        while (is_pid_1() && !children_.empty()) {
            pollfd p{signals_.native_handle(), POLLIN, 0};
            (void)::poll(&p, 1, -1);
            while (const int signal = signals_.take()) {
                if (signal == SIGCHLD) {
                    reap();
                } else {
                    pass_on_to_all(signal);
                }
            }
        }
        return EXIT_SUCCESS;
    }

    /// Collects every child that has ended, also those that PID 1 has got from others.
    void reap() {
        int how = 0;
        for (pid_t ended = 0; (ended = ::waitpid(-1, &how, WNOHANG)) > 0;) {
            children_.erase(ended);
            serving_.has_exited = serving_.has_exited || (ended == serving_.pid && WIFEXITED(how));
        }
    }

    /// Once a child has been collected, its number may be another process's.
    void kill(const child& which, int signal) const {
        if (children_.count(which.pid) != 0) {
            (void)::kill(which.pid, signal);
        }
    }

    void pass_on(int signal) const { kill(serving_, signal); }

    void pass_on_to_all(int signal) const {
        for (const pid_t each : children_) {
            (void)::kill(each, signal);
        }
    }

    [[nodiscard]] static bool is_pid_1() { return ::getpid() == 1; }

    const config& config_;
    const service::image_to_start& image_;
    const supervised& run_;
    signals signals_;
    holdings held_;
    child serving_;
    std::optional<child> successor_;
    std::set<pid_t> children_; ///< with those that drain
    std::optional<std::chrono::microseconds> watchdog_ = service::watchdog_interval();
    milliseconds pause_{0};
    bool rests_ = false; ///< nothing has been heard for a while
    bool starts_image_ = false;
};

} // namespace

void tell(const config& c, const any_event& e) {
    constexpr auto patience = milliseconds(250);
    try {
        configured_log(c.log, patience).sink().receive(e);
    } catch (const std::runtime_error&) { // the file cannot be opened: the child says why
    }
}

int keep(const config& c, const service::image_to_start& image, const supervised& run) {
    return keeper(c, image, run).loop();
}

} // namespace repeater
