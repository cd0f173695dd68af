// Look-up, then one address after the other.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target.hpp"

#include "net/proxied.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/reach.hpp"
#include "wsgate/tls_client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/errc.hpp>

#include <charconv>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

asio::awaitable<dialled> secure(net::connection c, const std::string& host,
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

asio::awaitable<dialled> try_address(const target& to, asio::ip::tcp::endpoint address,
                                     std::chrono::milliseconds limit, net::tcp_options options,
                                     const tls_client* tls) {
    const auto executor = co_await asio::this_coro::executor;
    auto got = co_await reach(address, limit, options);
    if (!got.error && !to.greeting.empty()) {
        got.error = net::send_proxy_header(got.connection, to.greeting);
    }
    if (got.error) {
        co_return dialled{nullptr, got.error};
    }
    if (to.tls) {
        co_return co_await secure(std::move(got.connection), to.host, limit, tls);
    }
    co_return dialled{std::make_unique<net::tcp_stream>(executor, got.connection), {}};
}

} // namespace

std::optional<target> parse_target(std::string_view text) {
    target t;
    constexpr std::string_view secured = "tls:";
    if (text.starts_with(secured) && text.find(':', secured.size()) != std::string_view::npos) {
        t.tls = true;
        text.remove_prefix(secured.size());
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto* const end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data() + colon + 1, end, t.port);
    if (ec != std::errc{} || stop != end || t.port == 0) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (in_brackets) {
        host = host.substr(1, host.size() - 2);
    }
    // Without brackets nobody could tell the port of an IPv6 address from its last group.
    if (host.empty() || (host.find(':') != std::string_view::npos) != in_brackets ||
        host.find_first_of("[]/ ") != std::string_view::npos) {
        return std::nullopt;
    }
    t.host = host;
    return t;
}

std::string to_string(const target& t) {
    const bool is_v6 = t.host.find(':') != std::string::npos;
    return (t.tls ? "tls:" : "") + (is_v6 ? "[" + t.host + "]" : t.host) + ":" +
           std::to_string(t.port);
}

asio::awaitable<dialled> dial(target to, std::chrono::milliseconds limit, net::tcp_options options,
                              std::shared_ptr<const tls_client> tls) {
    const auto found = co_await look_up(to.host, to.port, limit);
    dialled last{nullptr, found.error ? found.error : asio::error::host_not_found};
    for (const auto& address : found.all) {
        last = co_await try_address(to, address, limit, options, tls.get());
        if (last.stream) {
            break;
        }
    }
    co_return last;
}

} // namespace wsgate
