// A connection's first phase: PROXY header, TLS or not, TLS handshake, under one deadline.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/stream.hpp"
#include "wsgate/accepted_connection.hpp"
#include "wsgate/access/doorman.hpp"
#include "wsgate/access/handshake_queue.hpp"
#include "wsgate/phase.hpp"
#include "wsgate/tls/certificate.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>

namespace wsgate {

/// A client that can be spoken to in HTTP, and what is known of it.
struct arrival {
    std::unique_ptr<net::stream> stream;
    asio::ip::tcp::endpoint peer;                   ///< or whom it speaks for, by its PROXY header
    std::optional<asio::ip::tcp::endpoint> proxy{}; ///< that spoke for the peer
    forwarded headers = forwarded::believed;        ///< those that name a client in a request
    asio::ip::tcp::endpoint local{}; ///< where it came in; only where targets are told of that
    std::string tls{};               ///< "TLSv1.3"; empty: none
    std::optional<client_identity> identity{};       ///< of a certificate that was verified
    std::optional<handshake_queue::place> waiting{}; ///< held until there is a whole request head
    net::clock::time_point deadline{};               ///< for the first request head
};

class arriving final : public phase {
public:
    /// Joins the queue of those who have not said yet what they want; the deadline runs from now.
    arriving(const accepted_connection&, net::connection);

    /// Once. Nothing: the connection has ended, and why is counted and told.
    [[nodiscard]] asio::awaitable<std::optional<arrival>> run();

    void go_away() override;
    void drop() override;

private:
    [[nodiscard]] bool is_proxy() const;
    [[nodiscard]] asio::awaitable<bool> hear_proxy();
    [[nodiscard]] asio::awaitable<std::optional<speech>> hear_speech();
    [[nodiscard]] asio::awaitable<bool> open_tls();
    void hang_up();

    const accepted_connection& connection_;
    net::connection socket_; ///< until there is a stream
    arrival made_;           ///< as far as it has come
    bool going_away_ = false;
};

} // namespace wsgate
