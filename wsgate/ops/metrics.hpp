// Counts what has happened since the start; any thread may count and read.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "service/admin/exposition.hpp"
#include "service/admin/meter.hpp"
#include "wsgate/access/denial.hpp"
#include "wsgate/access/limit.hpp"
#include "wsgate/ws/bridge_observer.hpp"
#include "wsgate/ws/bridge_summary.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// Why a target was not reached.
enum class connect_failure { refused, timed_out, unreachable, name, tls, other };

/// How an attempt to open a session on a known route ended; counted once, at its end.
enum class session_result {
    completed,     ///< opened, and its target could be reached or was not needed
    target_failed, ///< opened, but its target could not be reached
    refused,       ///< never opened
};

[[nodiscard]] connect_failure reason_of(const net::error_code&);

/// The numbers of one route.
struct route_metrics {
    static constexpr std::size_t close_codes = 17; ///< 1000 to 1015, and all others

    explicit route_metrics(std::string_view route) : name(route) {}

    /// Calls `v` with each counter, in a fixed order.
    template <class Visitor>
    void show_counters(const Visitor& v);

    const std::string name;
    service::gauge active;
    std::array<service::counter, 3> results;                         ///< by session_result
    std::array<service::sharded_counter, 2> bytes;                   ///< payload, by direction
    std::array<service::counter, 6> connect_failures;                ///< by connect_failure
    std::array<std::array<service::counter, 3>, close_codes> closes; ///< by code, then by ended_by
};

struct certificate_expiry {
    std::string name; ///< the certificate's file
    std::time_t not_after = 0;
};

/// All that metrics have counted, as plain numbers in a fixed order. What is there now, such as the
/// sessions that are open, is no part of it.
struct metric_counts {
    std::vector<std::uint64_t> of_all;
    std::map<std::string, std::vector<std::uint64_t>> of_routes;
};

/// What has come since.
[[nodiscard]] metric_counts operator-(metric_counts now, const metric_counts& before);

/// Outlives all sessions. Whatever a session calls takes no lock and allocates nothing.
class metrics {
public:
    metrics() = default;
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;
    ~metrics() = default;

    /// The numbers of the route of this name, made where there are none yet; they stay valid. Takes
    /// a lock, so it is for the loading of a configuration and the start of a session, not for its
    /// run.
    [[nodiscard]] route_metrics& route(std::string_view name);

    void handshake_failed(handshake_failure why) {
        handshake_failures_[static_cast<std::size_t>(why)].add();
    }

    /// A limit has kept somebody out.
    void limited(limit l) { limited_.at(static_cast<std::size_t>(l)).add(); }

    void target_connected(std::chrono::duration<double> after) { connects_.observe(after.count()); }

    void pong_after(std::chrono::duration<double> after) { pings_.observe(after.count()); }

    void stalled(direction d, int change) { stalled_[static_cast<std::size_t>(d)].add(change); }

    /// Replaces the list of the certificates in use.
    void certificates(std::vector<certificate_expiry>);

    [[nodiscard]] metric_counts counts();

    /// Goes on counting from what another process has counted.
    void add(const metric_counts&);

    /// All numbers, and those of the process, as a page for Prometheus.
    [[nodiscard]] std::string text() const;

private:
    template <class Visitor>
    void show_counters(const Visitor& v);
    void write_sessions(service::exposition&) const;
    void write_ends(service::exposition&) const;
    void write_connections(service::exposition&) const;

    mutable std::mutex lists_; ///< guards the two lists, not their elements
    std::list<route_metrics> routes_;
    std::vector<certificate_expiry> certificates_;
    std::array<service::counter, 14> handshake_failures_;
    std::array<service::counter, all_limits.size()> limited_;
    service::histogram connects_;
    service::histogram pings_;
    std::array<service::gauge, 2> stalled_;
};

/// Counts what happens in one session. The session counts as active as long as this lives.
class session_meter final : public bridge_observer {
public:
    session_meter(metrics&, route_metrics&);
    session_meter(const session_meter&) = delete;
    session_meter& operator=(const session_meter&) = delete;
    ~session_meter() override;

    void moved(direction d, std::size_t bytes) override {
        route_.bytes[static_cast<std::size_t>(d)].add(bytes);
    }

    void connected(std::chrono::duration<double> after) override;
    void failed(const net::error_code&) override;

    void pong_after(std::chrono::duration<double> after) override { all_.pong_after(after); }

    void stalled(direction, bool) override;

    void closed(close_code, ended_by);

    /// The session goes on elsewhere, and is counted there.
    void has_left() { has_left_ = true; }

private:
    metrics& all_;
    route_metrics& route_;
    bool target_failed_ = false;
    bool has_left_ = false;
    std::array<bool, 2> stalled_{};
};

/// Counts an attempt on a known route that was refused.
void count_refused(route_metrics&);

/// Counts an attempt whose target could not be reached before the WebSocket was opened.
void count_unreachable(route_metrics&, const net::error_code&);

} // namespace wsgate
