// The event loop of a thread: its sockets, its timers, and what runs on it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "net/nothrow.hpp"
#include "net/poller.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

namespace net {

class waiter;

/// A coroutine that waits on an event loop, for the loop.
class waiting : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    waiting() = default;
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;

    /// Destroys the coroutine.
    virtual void abandon() = 0;

protected:
    ~waiting() = default;
};

class event_loop;

/// Rings at a point in time. Belongs to one loop, which must outlive it unless it is destroyed by
/// the loop's own destructor.
class timer {
public:
    static constexpr auto never = clock::time_point::max();

    /// `ring` runs on the loop's thread; it may set the timer again, but must not destroy it.
    timer(const asio::any_io_executor&, std::function<void()> ring);

    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

    ~timer() = default;

    /// Takes the place of what was set before; `never`: it does not ring. Allocates nothing.
    void set(clock::time_point when);

    /// When it will ring.
    [[nodiscard]] clock::time_point when() const { return when_; }

private:
    friend class event_loop;

    /// By which a loop sorts its timers.
    struct time_of {
        using type = clock::time_point;

        const type& operator()(const timer& t) const { return t.when_; }
    };

    event_loop& loop_;
    clock::time_point when_ = never;
    std::function<void()> ring_;
    boost::intrusive::set_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
        among_; ///< the loop's other timers
};

/// Takes the place of Asio's io_context, whose sockets would cost two system calls more for each
/// wait and several more for each connection. Asio's coroutines, asio::post and the like run on it
/// by its executor; its sockets are those of a poller, its timers net::timer. Asio's own sockets,
/// timers and signal sets work as well, but Asio would start a thread of its own for them.
///
/// Belongs to the thread that runs it; other threads reach it by its executor only.
class event_loop : public asio::execution_context, public poller {
public:
    class executor_type;

    /// Throws std::system_error.
    event_loop();
    event_loop(const event_loop&) = delete;
    event_loop& operator=(const event_loop&) = delete;

    /// Destroys what has not run, and coroutines that still wait.
    ~event_loop();

    [[nodiscard]] executor_type get_executor() noexcept;

    /// The loop that an executor belongs to; it must be one of this class.
    [[nodiscard]] static event_loop& of(const asio::any_io_executor&);

    /// Runs until stop(), or until no coroutine and nothing that was posted is left. Sockets that
    /// are watched and timers alone do not keep it running. Returns how often something ran.
    std::size_t run();

    /// The same, for so long at most.
    std::size_t run_for(clock::duration);

    /// Runs what can run now, without waiting.
    std::size_t poll();

    /// From any thread. The next run() begins anew.
    void stop();

    /// Nothing is left that would run or is waited for by a coroutine.
    [[nodiscard]] bool is_done() const;

    /// When this round of the loop began: the time, at the cost of none, for what needs it often.
    [[nodiscard]] clock::time_point now() const { return is_here() ? now_ : clock::now(); }

private:
    friend class timer;
    friend class waiter;

    /// What was posted.
    class job {
    public:
        job() = default;
        job(const job&) = delete;
        job& operator=(const job&) = delete;
        virtual ~job() = default;
        virtual void run() = 0;
    };

    template <class F>
    class job_of final : public job {
    public:
        explicit job_of(F f) : f_(std::move(f)) {}

        void run() override { std::move(f_)(); }

    private:
        F f_;
    };

    using jobs = std::vector<std::unique_ptr<job>>;
    using waiters = boost::intrusive::list<waiting, boost::intrusive::constant_time_size<false>>;
    using timers = boost::intrusive::multiset<
        timer, boost::intrusive::member_hook<timer, decltype(timer::among_), &timer::among_>,
        boost::intrusive::key_of_value<timer::time_of>,
        boost::intrusive::constant_time_size<false>>;

    /// An eventfd(2) by which other threads end the wait.
    class doorbell final : public watcher {
    public:
        doorbell();

        [[nodiscard]] int native_handle() const { return fd_.get(); }

        void ring() const;

    private:
        // The wait is over, which is all that it is for: what was posted is looked at each time.
        void wake(ready) override {}

        unique_fd fd_;
    };

    /// A timerfd(2) that ends the wait in time for the timers. A limit of epoll_wait(2) itself
    /// would cost as much as a small system call at each wait; this is set only where it would ring
    /// too late, and so now and then in vain.
    class alarm_clock final : public watcher {
    public:
        alarm_clock();

        [[nodiscard]] int native_handle() const { return fd_.get(); }

        void ring_by(clock::time_point);

    private:
        void wake(ready) override { set_to_ = clock::time_point::max(); }

        unique_fd fd_;
        clock::time_point set_to_ = clock::time_point::max();
    };

    class running;

    [[nodiscard]] bool is_here() const { return here_ == this; }

    void end_work() noexcept;
    void push(std::unique_ptr<job>);
    std::size_t run_until(clock::time_point);
    std::size_t run_jobs();
    std::size_t ring_timers();
    void wait_until(clock::time_point);
    void take_posted();

    /// The one that runs on this thread.
    static thread_local event_loop* here_; // NOLINT(*-global-variables,*-naming): a member's name

    timers timers_;   ///< those that are set
    waiters waiters_; ///< their coroutines are destroyed with the loop
    jobs jobs_;       ///< posted on this thread
    jobs turn_;       ///< those of jobs_ that are being run
    clock::time_point now_{};
    std::atomic<std::size_t> work_{0}; ///< coroutines and others that are yet to post something
    std::atomic<bool> stopped_{false};

    doorbell doorbell_;
    alarm_clock alarm_clock_;
    std::atomic<bool> asleep_{false};
    std::atomic<bool> has_posted_{false};
    std::atomic<int> visitors_{0}; ///< threads that post something at the moment
    std::mutex mutex_;
    jobs posted_; ///< by other threads; guarded by mutex_
};

/// As Asio's requirements on executors have it; a copy that tracks its work keeps the loop running.
class event_loop::executor_type {
public:
    executor_type(const executor_type& o) noexcept
        : loop_(o.loop_), never_blocks_(o.never_blocks_), tracks_(o.tracks_),
          continues_(o.continues_) {
        begin_work();
    }

    executor_type(executor_type&& o) noexcept
        : loop_(o.loop_), never_blocks_(o.never_blocks_), tracks_(std::exchange(o.tracks_, false)),
          continues_(o.continues_) {}

    executor_type& operator=(const executor_type& o) noexcept {
        executor_type copy(o);
        swap(copy);
        return *this;
    }

    executor_type& operator=(executor_type&& o) noexcept {
        swap(o);
        return *this;
    }

    ~executor_type() {
        if (tracks_) {
            loop_->end_work();
        }
    }

    friend bool operator==(const executor_type& a, const executor_type& b) noexcept {
        return a.loop_ == b.loop_ && a.never_blocks_ == b.never_blocks_ && a.tracks_ == b.tracks_ &&
               a.continues_ == b.continues_;
    }

    friend bool operator!=(const executor_type& a, const executor_type& b) noexcept {
        return !(a == b);
    }

    template <class F>
    void execute(F f) const {
        if (!never_blocks_ && loop_->is_here()) {
            std::move(f)();
        } else {
            loop_->push(std::make_unique<job_of<F>>(std::move(f)));
        }
    }

    [[nodiscard]] event_loop& query(asio::execution::context_t) const noexcept { return *loop_; }

    [[nodiscard]] event_loop& context() const noexcept { return *loop_; }

    [[nodiscard]] static constexpr asio::execution::mapping_t
    query(asio::execution::mapping_t) noexcept {
        return asio::execution::mapping.thread;
    }

    [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
        return never_blocks_ ? asio::execution::blocking_t(asio::execution::blocking.never)
                             : asio::execution::blocking_t(asio::execution::blocking.possibly);
    }

    [[nodiscard]] executor_type require(asio::execution::blocking_t::never_t) const {
        return with(true, tracks_, continues_);
    }

    [[nodiscard]] executor_type require(asio::execution::blocking_t::possibly_t) const {
        return with(false, tracks_, continues_);
    }

    [[nodiscard]] asio::execution::outstanding_work_t
    query(asio::execution::outstanding_work_t) const noexcept {
        using asio::execution::outstanding_work;
        return tracks_ ? asio::execution::outstanding_work_t(outstanding_work.tracked)
                       : asio::execution::outstanding_work_t(outstanding_work.untracked);
    }

    [[nodiscard]] executor_type require(asio::execution::outstanding_work_t::tracked_t) const {
        return with(never_blocks_, true, continues_);
    }

    [[nodiscard]] executor_type require(asio::execution::outstanding_work_t::untracked_t) const {
        return with(never_blocks_, false, continues_);
    }

    [[nodiscard]] asio::execution::relationship_t
    query(asio::execution::relationship_t) const noexcept {
        using asio::execution::relationship;
        return continues_ ? asio::execution::relationship_t(relationship.continuation)
                          : asio::execution::relationship_t(relationship.fork);
    }

    [[nodiscard]] executor_type require(asio::execution::relationship_t::continuation_t) const {
        return with(never_blocks_, tracks_, true);
    }

    [[nodiscard]] executor_type require(asio::execution::relationship_t::fork_t) const {
        return with(never_blocks_, tracks_, false);
    }

private:
    friend class event_loop;

    executor_type(event_loop& loop, bool never_blocks, bool tracks, bool continues) noexcept
        : loop_(&loop), never_blocks_(never_blocks), tracks_(tracks), continues_(continues) {
        begin_work();
    }

    void swap(executor_type& o) noexcept {
        std::swap(loop_, o.loop_);
        std::swap(never_blocks_, o.never_blocks_);
        std::swap(tracks_, o.tracks_);
        std::swap(continues_, o.continues_);
    }

    [[nodiscard]] executor_type with(bool never_blocks, bool tracks, bool continues) const {
        return {*loop_, never_blocks, tracks, continues};
    }

    void begin_work() const noexcept {
        if (tracks_) {
            ++loop_->work_;
        }
    }

    event_loop* loop_;
    bool never_blocks_;
    bool tracks_;
    bool continues_;
};

/// A coroutine's wait for something that wake() reports. One coroutine at a time.
class waiter final : waiting {
public:
    explicit waiter(const asio::any_io_executor&);

    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    /// A wait that is left completes with operation_aborted.
    ~waiter();

    /// Completes with what wake() or resume() say; with operation_aborted at the coroutine's
    /// cancellation.
    [[nodiscard]] asio::awaitable<std::tuple<error_code>> wait();

    [[nodiscard]] bool is_waiting() const { return suspended_ != nullptr; }

    /// Ends the wait, if there is one; the coroutine goes on once the present one waits.
    void wake(error_code = {});

    /// The same at once, before this returns; it may destroy the waiter. For the event loop's own
    /// turn, where no coroutine runs.
    void resume(error_code = {});

private:
    friend class event_loop;
    class suspended;
    template <class Handler>
    class suspended_as;
    class resumption;
    class canceller;

    void abandon() override;
    [[nodiscard]] std::unique_ptr<suspended> take();
    void wake_as(error_code, std::unique_ptr<suspended>);

    event_loop& loop_;
    std::unique_ptr<suspended> suspended_;
};

/// Completes a coroutine that its event loop cannot do without: what it throws comes out of run().
void rethrow(const std::exception_ptr&);

/// Runs the loop; what escapes from it ends the process.
void run_or_end(event_loop&) noexcept;

} // namespace net
