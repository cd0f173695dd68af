// A thread and the connections that it accepts and carries.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/listener.hpp"
#include "net/task_group.hpp"
#include "net/worker.hpp"
#include "wsgate/attendance.hpp"
#include "wsgate/ops/connection_number.hpp"
#include "wsgate/services.hpp"
#include "wsgate/terms_keeper.hpp"

#include <boost/intrusive/set.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <vector>

namespace wsgate {

struct accepted_connection;
struct session_aside;
class phase;
class session;

/// Whether a worker with `mine` connections hands a new one over to one with `least`: with few
/// connections each may be a whole core's work, with many the next ones make up for a difference.
[[nodiscard]] constexpr bool is_worth_handing_over(std::size_t mine, std::size_t least) {
    return mine > least + least / 8;
}

/// Everything but the executor is used on the worker's own thread only, unless it says otherwise.
class worker {
public:
    /// A listener, and its index in terms::listeners.
    struct door {
        const net::listener* listener;
        std::size_t rules;
    };

    /// All of them outlive the worker.
    worker(const services&, const terms_keeper&, attendance&);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    /// Joins the thread first: what was posted to it may still look into the members.
    ~worker() { worker_.join(); }

    [[nodiscard]] asio::any_io_executor executor() { return worker_.executor(); }

    /// Accepts on these listeners, which others may do as well, and carries what comes, or hands it
    /// over to one of `all` that has less to carry. Both outlive the accepting.
    void accept_at(std::span<const door>, std::span<const std::unique_ptr<worker>> all,
                   const net::listener::on_error&);

    /// Completes when nothing is accepted any more.
    [[nodiscard]] asio::awaitable<void> stop_accepting();

    /// How many connections it carries, those included that are on their way to it. From any
    /// thread.
    [[nodiscard]] std::size_t load() const { return load_.load(std::memory_order_relaxed); }

    /// Takes up to `at_most` sessions out of this worker's hands, the oldest first: those that can
    /// go on elsewhere.
    [[nodiscard]] std::vector<std::unique_ptr<session_aside>> set_aside(std::size_t at_most);

    /// The one of them that has least to carry. From any thread.
    [[nodiscard]] static worker& least_loaded(std::span<const std::unique_ptr<worker>>);

    /// Goes on with a session that was set aside, on its own thread soon. From any thread.
    void go_on(std::unique_ptr<session_aside>);

    /// Has the journal log up to `at_most` sessions, the oldest first.
    void show(std::size_t at_most) const;

    /// Takes no connection any more; closes sessions with 1001, and cuts them off after `grace`.
    /// Completes when none is left.
    [[nodiscard]] asio::awaitable<void> close_down(std::chrono::milliseconds grace);

    /// Cuts every connection off.
    void cut() { tasks_.cancel(); }

private:
    /// A connection that has just been accepted. No event loop knows its socket.
    struct newcomer {
        connection_number number;
        std::shared_ptr<const terms> under;
        std::size_t rules;
        net::connection socket;
        source_limits::connection_place place;
    };

    /// A connection in the list of its worker, for as long as it is there.
    class presence : public boost::intrusive::set_base_hook<> {
    public:
        presence(worker& of, connection_number n) : number(n), of_(of) {
            of_.present_.insert(*this);
        }

        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;

        ~presence() {
            of_.present_.erase(of_.present_.iterator_to(*this));
            of_.leave(had_session);
        }

        /// `p` must live until the next call, or as long as this.
        void is_in(phase& p) { now = &p; }

        const connection_number number;
        phase* now = nullptr; ///< null: in none yet
        bool had_session = false;

    private:
        worker& of_;
    };

    struct number_of {
        using type = connection_number;

        const type& operator()(const presence& p) const { return p.number; }
    };

    /// For a moment a session that goes on has two: the first one is about to go.
    using presences =
        boost::intrusive::multiset<presence, boost::intrusive::key_of_value<number_of>>;

    void escaped(const std::exception_ptr&) const;
    void accept(std::size_t rules, net::connection);
    [[nodiscard]] worker& carrier_of_next();
    void take_back(std::unique_ptr<session_aside>);
    void take(newcomer);
    void leave(bool had_session);
    [[nodiscard]] asio::awaitable<void> serve(accepted_connection, net::connection,
                                              source_limits::connection_place);
    [[nodiscard]] asio::awaitable<std::unique_ptr<session>>
    negotiate(const accepted_connection&, presence&, net::connection,
              source_limits::connection_place);
    [[nodiscard]] asio::awaitable<void> carry_on(accepted_connection,
                                                 std::unique_ptr<session_aside>);
    [[nodiscard]] accepted_connection connection_of(connection_number, std::shared_ptr<const terms>,
                                                    const listener_rules&);
    void drop(connection_number, limit);

    services services_;
    const terms_keeper& terms_;
    attendance& attendance_;
    std::span<const std::unique_ptr<worker>> all_;
    std::atomic<std::size_t> load_{0};
    presences present_; ///< by their numbers, so that the oldest come first
    net::worker worker_;
    net::task_group accepting_;
    net::task_group tasks_;
    bool closed_ = false;
};

} // namespace wsgate
