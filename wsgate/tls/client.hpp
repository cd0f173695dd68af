// The client's side of TLS: whom we trust, and a connection that has proved to be theirs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "wsgate/tls/policy.hpp"
#include "wsgate/tls/stream.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

struct tls_client_options {
    std::string ca_file;           ///< PEM; trusted in the place of the system's; empty: system's
    std::vector<std::string> pins; ///< as parse_pin() takes them; the server must match one
    bool verify = true;            ///< false: any certificate will do; pins hold all the same
    std::string certificate;       ///< ours, PEM with its chain; empty: none
    std::string key;               ///< its key, PEM; empty: in the certificate's file
    tls_minimum minimum = tls_minimum::v1_2;
    bool http = false; ///< offer http/1.1 by ALPN
};

/// SHA-256 of a public key as certificates carry it (SubjectPublicKeyInfo; RFC 7469 2.4).
using key_pin = std::array<unsigned char, 32>;

/// Base64 of the 32 bytes, with or without `sha256/` or `sha256//` before it.
[[nodiscard]] std::optional<key_pin> parse_pin(std::string_view);

/// Either a stream whose peer is who it should be, or what is wrong, in words for a log.
struct secured {
    std::unique_ptr<tls_stream> stream;
    std::string problem;
};

/// Whom to trust; for any number of connections, from any thread. The system's store is OpenSSL's,
/// so SSL_CERT_FILE and SSL_CERT_DIR hold as well.
class tls_client {
public:
    /// Throws std::runtime_error with a text for the operator: unreadable file, bad pin.
    explicit tls_client(const tls_client_options&);

    /// `host` is a name or an address, and what the certificate must be for.
    [[nodiscard]] asio::awaitable<secured> secure(net::connection, std::string host,
                                                  net::clock::time_point deadline) const;

private:
    [[nodiscard]] tls_session session_for(const std::string& host) const;
    [[nodiscard]] bool is_pinned(SSL*) const;

    tls_context context_;
    std::vector<key_pin> pins_;
};

} // namespace wsgate
