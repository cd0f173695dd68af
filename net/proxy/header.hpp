// A PROXY header as a value, and what can be wrong with one.      haproxy's proxy-protocol.txt
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace net {

namespace asio = boost::asio;

enum class proxy_version { v1, v2 };

/// What a proxy sends before the bytes of its client. Version 1 carries the addresses only.
struct proxy_header {
    struct endpoints {
        asio::ip::tcp::endpoint source; ///< the client; IPv4 inside IPv6 as IPv4
        asio::ip::tcp::endpoint destination;

        [[nodiscard]] bool are_v4() const;

        friend bool operator==(const endpoints&, const endpoints&) = default;
    };

    /// How the client reached the proxy (PP2_TYPE_SSL).
    struct tls {
        std::string version;          ///< "TLSv1.3"; the peer's bytes
        bool has_certificate = false; ///< the client showed one
        bool is_verified = false;     ///< the proxy trusts that certificate

        friend bool operator==(const tls&, const tls&) = default;
    };

    /// Empty where the proxy speaks for itself (LOCAL), does not know the client (UNKNOWN,
    /// unspecified), or the client came by something else than TCP: the TCP peer is all there is.
    std::optional<endpoints> addresses;
    std::string unique_id; ///< at most max_id bytes of the peer's; empty: none
    std::optional<tls> secured;

    friend bool operator==(const proxy_header&, const proxy_header&) = default;

    static constexpr std::size_t max_line = 107;  ///< of version 1, with its CRLF
    static constexpr std::size_t max_size = 4096; ///< of version 2 that we take; it fits in 536
    static constexpr std::size_t max_id = 128;
};

enum class proxy_error {
    no_header = 1,
    bad_line,
    too_long,
    bad_version,
    bad_command,
    bad_family,
    bad_length,
    bad_tlv,
    bad_checksum,
    nothing, ///< closed before a byte came, as health checks do
};

[[nodiscard]] boost::system::error_code make_error_code(proxy_error);

} // namespace net

template <>
struct boost::system::is_error_code_enum<net::proxy_error> : std::true_type {};
