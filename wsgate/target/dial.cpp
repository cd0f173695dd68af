// Resolves the name, lets its addresses race, and prepares the connection that has won.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/dial.hpp"

#include "net/dial.hpp"
#include "net/proxy/on_connection.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/target/dial_unix.hpp"
#include "wsgate/tls/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

asio::awaitable<dialled> secure(std::unique_ptr<net::tcp_stream> c, const std::string& host,
                                std::chrono::milliseconds limit, const tls_client* tls) {
    if (tls == nullptr) {
        co_return dialled{nullptr, asio::error::operation_not_supported};
    }
    auto got = co_await tls->secure(std::move(c), host, net::clock::now() + limit);
    if (!got.stream) {
        co_return dialled{nullptr, make_error_code(boost::system::errc::protocol_error),
                          "TLS: " + got.problem};
    }
    co_return dialled{std::move(got.stream), {}};
}

/// What comes before the session's bytes: the PROXY header and TLS.
asio::awaitable<dialled> introduce(const target& to, std::unique_ptr<net::tcp_stream> c,
                                   std::chrono::milliseconds limit, const tls_client* tls) {
    if (!to.proxy_header.empty()) {
        if (const auto ec = net::send_proxy_header(*c, to.proxy_header)) {
            co_return dialled{nullptr, ec};
        }
    }
    if (!to.tls) {
        co_return dialled{std::move(c), {}};
    }
    co_return co_await secure(std::move(c), to.host, limit, tls);
}

/// The address that stands in the place of a name; none where there is a name.
std::vector<asio::ip::tcp::endpoint> literal_in(const target& to) {
    net::error_code not_literal;
    const auto address = asio::ip::make_address(to.host, not_literal);
    return not_literal ? std::vector<asio::ip::tcp::endpoint>{}
                       : std::vector<asio::ip::tcp::endpoint>{{address, to.port}};
}

bool needs_introduction(const target& to) {
    return to.tls || !to.proxy_header.empty();
}

bool are_here(const std::vector<asio::ip::tcp::endpoint>& all) {
    return std::all_of(all.begin(), all.end(),
                       [](const auto& each) { return each.address().is_loopback(); });
}

/// Until one of the addresses is good for the session: there may be others beside one that answers.
asio::awaitable<dialled> reach(const target& to, std::vector<asio::ip::tcp::endpoint> addresses,
                               std::chrono::milliseconds limit, net::tcp_options options,
                               const tls_client* tls) {
    dialled last;
    std::vector<net::missed_address> missed;
    while (!addresses.empty()) {
        auto got = co_await net::connect(addresses, limit, options);
        missed.insert(missed.end(), got.missed.begin(), got.missed.end());
        if (got.error) {
            last.error = got.error;
            break;
        }
        const auto at = got.stream->peer_address();
        if (needs_introduction(to)) {
            last = co_await introduce(to, std::move(got.stream), limit, tls);
        } else {
            last = {std::move(got.stream), {}};
        }
        if (last.stream) {
            break;
        }
        missed.push_back({at, last.error});
        addresses = net::left_of(std::move(addresses), at, got.missed);
    }
    last.missed = std::move(missed);
    co_return last;
}

} // namespace

asio::awaitable<dialled> dial(target to, std::chrono::milliseconds limit, net::tcp_options options,
                              std::shared_ptr<const tls_client> tls) {
    if (to.is_unix) {
        co_return co_await dial_unix(std::move(to.host), limit, std::move(to.proxy_header));
    }
    // No TCP_USER_TIMEOUT: a target may take nothing for as long as it likes, and the kernel would
    // give it up for that.
    options.user_timeout = {};
    auto addresses = literal_in(to);
    const bool is_named = addresses.empty();
    if (is_named) {
        auto found = co_await net::resolve(to.host, to.port, limit);
        if (found.endpoints.empty()) {
            co_return dialled{nullptr, found.error ? found.error : asio::error::host_not_found};
        }
        addresses = std::move(found.endpoints);
    }
    if (are_here(addresses)) {
        options.keepalive_idle = {}; // nobody on this host can vanish without a packet
    }
    auto got = co_await reach(to, std::move(addresses), limit, options, tls.get());
    if (!is_named) {
        got.missed.clear(); // whoever reads the target's name knows the address
    }
    co_return got;
}

} // namespace wsgate
