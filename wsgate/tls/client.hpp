// The client's side of TLS: opens connections and verifies the server.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/tls/policy.hpp"
#include "wsgate/tls/stream.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

struct tls_client_options {
    std::string ca_file;           ///< PEM; replaces the system's store; empty: that is used
    std::vector<std::string> pins; ///< as for parse_pin(); the server must match one
    bool verify = true;            ///< false: any certificate will do, but pins must match
    std::string certificate;       ///< ours, PEM with its chain; empty: none
    std::string key;               ///< its key, PEM; empty: in the certificate's file
    tls_minimum minimum = tls_minimum::v1_2;
    bool http = false; ///< offer http/1.1 by ALPN
};

/// SHA-256 of a public key as certificates carry it (SubjectPublicKeyInfo; RFC 7469 2.4).
using key_pin = std::array<unsigned char, 32>;

/// Reads the 32 bytes in base64, with or without `sha256/` or `sha256//` before them.
[[nodiscard]] std::optional<key_pin> parse_pin(std::string_view);

/// Either a stream to a verified server, or what is wrong, in words for a log.
struct secured {
    std::unique_ptr<tls_stream> stream;
    std::string problem;
};

/// Holds whom to trust, for any number of connections and from any thread. The system's store is
/// the one of OpenSSL, so SSL_CERT_FILE and SSL_CERT_DIR are obeyed.
class tls_client {
public:
    /// Throws std::runtime_error with a text for the operator: unreadable file, bad pin.
    explicit tls_client(const tls_client_options&);

    /// Does the TLS handshake on a TCP connection. `host` is the name or address that the
    /// certificate must be for; `early`: what was read from the connection before.
    [[nodiscard]] asio::awaitable<secured> secure(std::unique_ptr<net::tcp_stream>,
                                                  std::string host, net::clock::time_point deadline,
                                                  std::vector<std::byte> early = {}) const;

private:
    [[nodiscard]] tls_session session_for(const std::string& host) const;
    [[nodiscard]] bool is_pinned(SSL*) const;

    tls_context context_;
    std::vector<key_pin> pins_;
};

} // namespace wsgate
