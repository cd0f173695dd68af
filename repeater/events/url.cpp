// Posts each event on a connection of its own, by Boost.Beast.                RFC 9110 9.3.3
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/url.hpp"

#include "net/number.hpp"
#include "net/resolver.hpp"
#include "service/version.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/impl/src.hpp> // the only user of Asio's TLS
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <cstdint>
#include <vector>

namespace repeater {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using net::error_code;

using request = http::request<http::string_body>;

struct answer {
    error_code error;
    unsigned status = 0;
};

request make_request(const http_url& to, const std::string& json) {
    constexpr unsigned http_1_1 = 11;
    request r{http::verb::post, to.target, http_1_1};
    r.set(http::field::host, to.authority);
    r.set(http::field::user_agent, std::string{"ultravnc_repeater/"} + service::version);
    r.set(http::field::content_type, "application/json");
    r.set(http::field::connection, "close");
    r.body() = json;
    r.prepare_payload();
    return r;
}

template <class Stream>
asio::awaitable<answer> exchange(Stream& stream, request& r) {
    if (const auto [ec, n] = co_await http::async_write(stream, r, net::nothrow); ec) {
        co_return answer{ec};
    }
    beast::flat_buffer buffer;
    http::response_parser<http::empty_body> response;
    const auto [ec, n] = co_await http::async_read_header(stream, buffer, response, net::nothrow);
    co_return answer{ec, ec ? 0 : response.get().result_int()};
}

/// Throws boost::system::system_error where TLS cannot be set up.
asio::awaitable<answer> exchange_by_tls(beast::tcp_stream tcp, const http_url& to, request& r) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_default_verify_paths();
    context.set_verify_mode(asio::ssl::verify_peer);
    beast::ssl_stream<beast::tcp_stream> stream(std::move(tcp), context);
    stream.set_verify_callback(asio::ssl::host_name_verification(to.host));
    // The macro SSL_set_tlsext_host_name, without its C casts.
    auto name = to.host;
    if (SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 name.data()) != 1) {
        co_return answer{asio::error::invalid_argument};
    }
    const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, net::nothrow);
    if (ec) {
        co_return answer{ec};
    }
    co_return co_await exchange(stream, r);
}

asio::awaitable<answer> post(const http_url& to, request r, net::resolver& names) {
    const auto found = co_await names.resolve(to.host);
    if (found.error) {
        co_return answer{found.error};
    }
    const auto port = net::parse_number<std::uint16_t>(to.port).value_or(0);
    std::vector<tcp::endpoint> all;
    for (const auto& address : found.addresses) {
        all.emplace_back(address, port);
    }
    beast::tcp_stream tcp(co_await asio::this_coro::executor);
    const auto [ec, at] = co_await tcp.async_connect(all, net::nothrow);
    if (ec) {
        co_return answer{ec};
    }
    if (to.tls) {
        co_return co_await exchange_by_tls(std::move(tcp), to, r);
    }
    co_return co_await exchange(tcp, r);
}

} // namespace

std::optional<std::string> url_output::deliver(const std::string& json) {
    asio::io_context context{1};
    // Events do not wait for the names that viewers ask for.
    net::resolver names(context.get_executor(), net::resolver::system_lookup,
                        net::resolver::turns::own);
    std::optional<std::string> failure = "no answer in time";
    asio::co_spawn(context, post(to_, make_request(to_, json), names),
                   [&failure](const std::exception_ptr& escaped, const answer& got) {
                       if (escaped) {
                           failure = "TLS cannot be used";
                       } else if (got.error) {
                           failure = got.error.message();
                       } else if (got.status / 100 == 2) {
                           failure = std::nullopt;
                       } else {
                           failure = "HTTP status " + std::to_string(got.status);
                       }
                   });
    context.run_for(limit_);
    return failure;
}

} // namespace repeater
