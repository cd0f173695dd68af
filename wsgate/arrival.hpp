// A connection's first phase: PROXY header, TLS or not, TLS handshake, under one deadline.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/stream.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/accepted_connection.hpp"
#include "wsgate/access/doorman.hpp"
#include "wsgate/access/handshake_queue.hpp"
#include "wsgate/access/source_limits.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/phase.hpp"
#include "wsgate/tls/certificate.hpp"
#include "wsgate/tls/stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// A client whose HTTP requests can now be read, and what is known of it.
struct arrival {
    std::unique_ptr<net::stream> stream;
    asio::ip::tcp::endpoint peer; ///< who connected, or whom its PROXY header names
    std::optional<asio::ip::tcp::endpoint> proxy{}; ///< its PROXY header named `peer`
    forwarded headers = forwarded::believed;        ///< whether fields may name the client
    /// Our end of the connection; set only where targets are sent PROXY headers.
    asio::ip::tcp::endpoint local{};
    std::string tls{};                               ///< "TLSv1.3"; empty: no TLS
    std::optional<client_identity> identity{};       ///< by its verified certificate
    source_limits::connection_place place{};         ///< as which it counts in the limits
    std::optional<handshake_queue::place> waiting{}; ///< until the whole request head has come
    net::clock::time_point deadline{};               ///< for the first request head
};

class arriving final : public phase {
public:
    /// Joins the queue of connections that have sent no request yet; the deadline runs from now.
    arriving(const accepted_connection&, net::connection, source_limits::connection_place = {});

    /// The arrival, where there is nothing to wait for: no PROXY header, no TLS. Nothing else:
    /// run() then takes the steps.
    [[nodiscard]] std::optional<arrival> at_once();

    /// To be called once. Returns nothing where the connection has ended; the reason has been
    /// counted and logged then.
    [[nodiscard]] asio::awaitable<std::optional<arrival>> run();

    void go_away() override;
    void drop(limit) override;

private:
    [[nodiscard]] asio::awaitable<bool> hear_proxy();
    [[nodiscard]] bool may_stay();
    [[nodiscard]] asio::awaitable<std::optional<speech>> hear_speech();
    [[nodiscard]] asio::awaitable<bool> open_tls();
    void tell_tls_failed(const std::string& why, bool has_heard, bool timed_out) const;
    void hang_up();
    void close();
    [[nodiscard]] refused_client came_to_nothing(std::string_view cause,
                                                 std::string_view advice = {}) const;
    [[nodiscard]] lines_left_out admit_line(const line_limit::kind&) const;

    const accepted_connection& connection_;
    std::unique_ptr<net::tcp_stream> socket_; ///< until made_.stream takes it over
    arrival made_;                            ///< what run() returns, filled in step by step
    bool hung_up_ = false;
};

} // namespace wsgate
