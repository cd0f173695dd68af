// Each round: what was posted, the timers, then the sockets, for whose events it waits.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"

#include "net/end_process.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace net {

namespace {

constexpr auto never = timer::never;

constexpr std::chrono::milliseconds not_at_all{0};
constexpr std::chrono::milliseconds for_ever{-1};

} // namespace

thread_local event_loop* event_loop::here_ = nullptr; // NOLINT(*-global-variables)

/// Says that the loop runs on this thread, perhaps within another one.
class event_loop::running {
public:
    explicit running(event_loop& loop) : before_(std::exchange(here_, &loop)) {
        loop.now_ = clock::now();
    }

    running(const running&) = delete;
    running& operator=(const running&) = delete;

    ~running() { here_ = before_; }

private:
    event_loop* before_;
};

event_loop::doorbell::doorbell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
}

namespace {

/// A thread that could not be woken would leave its sessions without a word; so the process ends
/// (std::terminate). A write to an eventfd fails only where something is odd, such as a filter of
/// system calls.
void add_one(int eventfd) noexcept {
    constexpr int attempts = 3;
    const std::uint64_t one = 1;
    for (int i = 0; i < attempts; ++i) {
        if (::write(eventfd, &one, sizeof one) == sizeof one) {
            return;
        }
    }
    end_process(std::make_exception_ptr(
        std::system_error(errno, std::generic_category(), "cannot wake a thread")));
}

} // namespace

/// Nobody reads it: each write is an event (EPOLLET), and it would take centuries to overflow.
void event_loop::doorbell::ring() const {
    add_one(fd_.get());
}

event_loop::alarm_clock::alarm_clock()
    : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    if (!fd_) {
        throw std::system_error(errno, std::generic_category(), "timerfd_create");
    }
}

// Nobody reads it: each ring is an event (EPOLLET), and setting it begins anew.
void event_loop::alarm_clock::ring_by(clock::time_point when) {
    if (when >= set_to_) {
        return;
    }
    set_to_ = when;
    const auto since_boot = when.time_since_epoch(); // std::chrono::steady_clock is CLOCK_MONOTONIC
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    itimerspec to{};
    to.it_value.tv_sec = seconds.count();
    to.it_value.tv_nsec = std::chrono::nanoseconds(since_boot - seconds).count();
    (void)::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &to, nullptr);
}

event_loop::event_loop() {
    constexpr std::size_t usual_jobs = 64;
    jobs_.reserve(usual_jobs);
    turn_.reserve(usual_jobs);
    add(doorbell_.native_handle(), doorbell_);
    add(alarm_clock_.native_handle(), alarm_clock_);
}

// What is destroyed here may post, begin to wait, or hold what does.
event_loop::~event_loop() {
    const running here(*this);
    take_posted();
    while (!jobs_.empty() || !waiters_.empty()) {
        jobs{}.swap(jobs_);
        if (!waiters_.empty()) {
            waiters_.front().abandon();
        }
    }
    shutdown();
    destroy();
}

event_loop::executor_type event_loop::get_executor() noexcept {
    return {*this, false, false, false};
}

event_loop& event_loop::of(const asio::any_io_executor& executor) {
    auto& context = asio::query(executor, asio::execution::context);
    return static_cast<event_loop&>(context); // NOLINT(*-static-cast-downcast): Asio's has no RTTI
}

bool event_loop::is_done() const {
    return work_ == 0 && jobs_.empty() && !has_posted_;
}

std::size_t event_loop::run() {
    return run_until(never);
}

std::size_t event_loop::run_for(clock::duration limit) {
    return run_until(clock::now() + limit);
}

std::size_t event_loop::run_until(clock::time_point end) {
    const running here(*this);
    take_posted();
    std::size_t ran = 0;
    while (!stopped_) {
        ran += run_jobs() + ring_timers();
        if (stopped_ || is_done() || (end != never && now_ >= end)) {
            break;
        }
        wait_until(std::min(end, timers_.empty() ? never : timers_.begin()->when_));
        ran += wake_all();
    }
    stopped_ = false;
    while (visitors_ > 0) { // who has posted what ran last may not have left yet
        std::this_thread::yield();
    }
    return ran;
}

std::size_t event_loop::poll() {
    const running here(*this);
    take_posted();
    std::size_t ran = 0;
    for (std::size_t more = 1; (more > 0 || !jobs_.empty()) && !stopped_; ran += more) {
        more = run_jobs() + ring_timers();
        wait_until(now_);
        more += wake_all();
    }
    stopped_ = false;
    return ran;
}

void event_loop::stop() {
    stopped_ = true;
    doorbell_.ring();
}

// A thread that posts rings only if it sees that this one sleeps, and this one sleeps only if it
// has said so before it sees that nothing was posted: one of the two always sees the other.
void event_loop::wait_until(clock::time_point when) {
    auto limit = not_at_all;
    if (jobs_.empty() && when > now_) {
        alarm_clock_.ring_by(when);
        asleep_ = true;
        limit = has_posted_ ? not_at_all : for_ever;
    }
    fetch(limit);
    asleep_.store(false, std::memory_order_relaxed);
    now_ = clock::now();
    take_posted();
}

void event_loop::take_posted() {
    if (!has_posted_.load(std::memory_order_acquire)) {
        return;
    }
    const std::lock_guard lock(mutex_);
    has_posted_ = false;
    std::move(posted_.begin(), posted_.end(), std::back_inserter(jobs_));
    posted_.clear();
}

void event_loop::push(std::unique_ptr<job> what) {
    if (is_here()) {
        jobs_.push_back(std::move(what));
        return;
    }
    ++visitors_;
    {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(what));
        has_posted_ = true;
    }
    if (asleep_.exchange(false)) {
        doorbell_.ring();
    }
    --visitors_;
}

/// Those that are posted meanwhile run as well, but after some turns sockets get theirs.
std::size_t event_loop::run_jobs() {
    constexpr int most_turns = 8;
    std::size_t ran = 0;
    for (int turns = 0; turns < most_turns && !jobs_.empty() && !stopped_; ++turns) {
        turn_.swap(jobs_);
        for (auto& each : turn_) {
            const auto mine = std::move(each);
            mine->run();
            ++ran;
        }
        turn_.clear();
    }
    return ran;
}

std::size_t event_loop::ring_timers() {
    std::size_t rang = 0;
    while (!timers_.empty() && timers_.begin()->when_ <= now_) {
        auto& due = *timers_.begin();
        due.set(never);
        ++rang;
        due.ring_();
    }
    return rang;
}

// Where it was the last, the loop may sleep with nothing left to wait for.
void event_loop::end_work() noexcept {
    if (is_here()) {
        --work_;
        return;
    }
    ++visitors_;
    if (--work_ == 0) {
        doorbell_.ring();
    }
    --visitors_;
}

timer::timer(const asio::any_io_executor& executor, std::function<void()> ring)
    : loop_(event_loop::of(executor)), ring_(std::move(ring)) {}

void timer::set(clock::time_point when) {
    among_.unlink();
    when_ = when;
    if (when_ != never) {
        loop_.timers_.insert(*this);
    }
}

/// Owns the coroutine while it waits.
class waiter::suspended {
public:
    suspended() = default;
    suspended(const suspended&) = delete;
    suspended& operator=(const suspended&) = delete;
    virtual ~suspended() = default;

    /// From here on the coroutine's cancellation does not end this wait.
    virtual void leave_slot() = 0;

    /// To be called once.
    virtual void resume(error_code) = 0;
};

template <class Handler>
class waiter::suspended_as final : public waiter::suspended {
public:
    explicit suspended_as(Handler h) : handler_(std::move(h)) {}

    void leave_slot() override {
        if (auto slot = asio::get_associated_cancellation_slot(handler_); slot.is_connected()) {
            slot.clear();
        }
    }

    void resume(error_code ec) override { std::move(handler_)(ec); }

private:
    Handler handler_;
};

/// Lets the coroutine go on in a turn of its own.
class waiter::resumption final : public event_loop::job {
public:
    resumption(std::unique_ptr<suspended> who, error_code ec) : who_(std::move(who)), ec_(ec) {}

    void run() override { who_->resume(ec_); }

private:
    std::unique_ptr<suspended> who_;
    error_code ec_;
};

/// What a cancellation calls: the first time only, and in place, so that it must not be taken out
/// of its slot meanwhile.
class waiter::canceller {
public:
    explicit canceller(waiter& who) : who_(&who) {}

    void operator()(asio::cancellation_type /*any*/) {
        if (auto* const who = std::exchange(who_, nullptr)) {
            who->wake_as(asio::error::operation_aborted, who->take());
        }
    }

private:
    waiter* who_;
};

waiter::waiter(const asio::any_io_executor& executor) : loop_(event_loop::of(executor)) {}

waiter::~waiter() {
    wake(asio::error::operation_aborted);
}

asio::awaitable<std::tuple<error_code>> waiter::wait() {
    return asio::async_initiate<const decltype(nothrow), void(error_code)>(
        [this](auto handler) {
            if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
                slot.template emplace<canceller>(*this);
            }
            suspended_ = std::make_unique<suspended_as<decltype(handler)>>(std::move(handler));
            loop_.waiters_.push_back(*this);
        },
        nothrow);
}

std::unique_ptr<waiter::suspended> waiter::take() {
    if (suspended_) {
        unlink();
    }
    return std::move(suspended_);
}

void waiter::wake_as(error_code ec, std::unique_ptr<suspended> who) {
    loop_.push(std::make_unique<resumption>(std::move(who), ec));
}

void waiter::wake(error_code ec) {
    if (auto who = take()) {
        who->leave_slot();
        wake_as(ec, std::move(who));
    }
}

void waiter::resume(error_code ec) {
    if (const auto who = take()) {
        who->leave_slot();
        who->resume(ec);
    }
}

void waiter::abandon() {
    const auto gone = take();
}

void rethrow(const std::exception_ptr& e) {
    if (e) {
        std::rethrow_exception(e);
    }
}

void run_or_end(event_loop& loop) noexcept {
    try {
        loop.run();
    } catch (...) {
        end_process(std::current_exception());
    }
}

} // namespace net
