// Posts each event on a connection of its own.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/url.hpp"

#include "net/dial.hpp"
#include "repeater/events/http_post.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace repeater {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using net::error_code;

template <class Stream>
asio::awaitable<http_status> exchange(Stream& stream, const std::string& request) {
    if (const auto [ec, n] =
            co_await asio::async_write(stream, asio::buffer(request), net::nothrow);
        ec) {
        co_return http_status{ec};
    }
    std::string received;
    std::array<char, 1024> some{};
    for (;;) {
        const auto [ec, n] = co_await stream.async_read_some(asio::buffer(some), net::nothrow);
        received.append(some.data(), n);
        if (ec) {
            co_return http_status{ec == asio::error::eof ? no_answer(received) : ec};
        }
        if (const auto status = read_status(received)) {
            co_return *status;
        }
    }
}

/// Throws boost::system::system_error where TLS cannot be set up.
asio::awaitable<http_status> exchange_by_tls(tcp::socket socket, const http_url& to,
                                             const std::string& request) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_default_verify_paths();
    context.set_verify_mode(asio::ssl::verify_peer);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
    stream.set_verify_callback(asio::ssl::host_name_verification(to.host));
    // The macro SSL_set_tlsext_host_name, without its C casts.
    auto name = to.host;
    if (SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 name.data()) != 1) {
        co_return http_status{asio::error::invalid_argument};
    }
    const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, net::nothrow);
    if (ec) {
        co_return http_status{ec};
    }
    co_return co_await exchange(stream, request);
}

/// Tries one address after the other; the error is the last one's.
asio::awaitable<net::connected> connect(const http_url& to, net::resolver& names,
                                        net::clock::duration limit) {
    const auto found = co_await net::resolve(names, to.host, to.port, limit);
    net::connected last{{}, found.error ? found.error : asio::error::not_found};
    for (const auto& endpoint : found.endpoints) {
        last = co_await net::connect(endpoint, limit, {});
        if (!last.error) {
            break;
        }
    }
    co_return last;
}

/// `limit`: of each step; whoever runs the event loop limits them all.
asio::awaitable<http_status> post(const http_url& to, const std::string& request,
                                  net::resolver& names, net::clock::duration limit) {
    auto [c, ec] = co_await connect(to, names, limit);
    if (ec) {
        co_return http_status{ec};
    }
    tcp::socket socket(co_await asio::this_coro::executor, c.peer.protocol(), c.socket.release());
    if (to.tls) {
        co_return co_await exchange_by_tls(std::move(socket), to, request);
    }
    co_return co_await exchange(socket, request);
}

} // namespace

std::optional<std::string> url_output::deliver(const std::string& json) {
    const auto request = post_of_json(to_, json);
    asio::io_context context{1};
    // Events do not wait for the names that viewers ask for.
    net::resolver names(context.get_executor(), net::resolver::system_lookup,
                        net::resolver::turns::own);
    std::optional<std::string> failure = "no answer in time";
    asio::co_spawn(context, post(to_, request, names, limit_),
                   [&failure](const std::exception_ptr& escaped, const http_status& got) {
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
