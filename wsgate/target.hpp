// Where sessions go: an address as text and value, and the way there.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/stream.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

class tls_client;

/// HOST:PORT; the host is a name, an IPv4 address, or an IPv6 address (without brackets here).
struct target {
    std::string host;
    std::uint16_t port = 0;
    std::vector<std::byte> greeting{}; ///< sent first, before TLS: a PROXY header; mostly none
    bool tls = false;

    friend bool operator==(const target&, const target&) = default;
};

/// "host:5900", "192.0.2.7:5900", "[2001:db8::7]:5900"; "tls:" before it. Port 0 is
/// none.
[[nodiscard]] std::optional<target> parse_target(std::string_view);
[[nodiscard]] std::string to_string(const target&);

/// Either a stream or an error.
struct dialled {
    std::unique_ptr<net::stream> stream;
    net::error_code error;
    std::string problem{}; ///< more of it, for the log, where there is more
};

/// How a session gets its target; tests put their own streams here.
using dialler = std::function<asio::awaitable<dialled>()>;

/// Tries all addresses of the name, each for at most `limit`, as well as the look-up itself and the
/// TLS handshake. `tls`: for targets that speak it; nothing: none does.
[[nodiscard]] asio::awaitable<dialled> dial(target, std::chrono::milliseconds limit,
                                            net::tcp_options,
                                            std::shared_ptr<const tls_client> tls = nullptr);

} // namespace wsgate
