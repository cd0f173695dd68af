// Posts each event on a connection of its own.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/url.hpp"

#include "net/dial.hpp"
#include "net/event_loop.hpp"
#include "net/http/client_response.hpp"
#include "net/task_group.hpp"
#include "net/text/server_name.hpp"
#include "repeater/events/http_post.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

namespace repeater {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using net::error_code;

/// What became of a POST.
struct posted {
    std::string no_answer; ///< why there is none; empty: there is one
    net::client_response answer{};
};

/// How a connection may end before there is an answer.
std::string words_of(const error_code& ec) {
    const bool has_closed = ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
    return has_closed ? "the service closed the connection before it answered" : ec.message();
}

template <class Stream>
asio::awaitable<posted> exchange(Stream& stream, const std::string& request) {
    if (const auto [ec, n] =
            co_await asio::async_write(stream, asio::buffer(request), net::nothrow);
        ec) {
        co_return posted{words_of(ec)};
    }
    net::client_response_reader reader;
    std::array<char, 4096> some{};
    for (;;) {
        const auto [ec, n] = co_await stream.async_read_some(asio::buffer(some), net::nothrow);
        if (ec) {
            co_return posted{words_of(ec)};
        }
        const auto state = reader.feed({some.data(), n});
        if (state == net::client_response_reader::state::refused) {
            co_return posted{"the answer: " + std::string{reader.why()}};
        }
        if (state == net::client_response_reader::state::complete) {
            co_return posted{{}, reader.value()};
        }
    }
}

/// Throws boost::system::system_error where TLS cannot be set up.
asio::awaitable<posted> exchange_by_tls(tcp::socket socket, const http_url& to,
                                        const std::string& request) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_default_verify_paths();
    context.set_verify_mode(asio::ssl::verify_peer);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
    auto name = net::server_name_of(to.host);
    stream.set_verify_callback(asio::ssl::host_name_verification(name.text));
    // The macro SSL_set_tlsext_host_name, without its C casts.
    if (!name.is_address && SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                     TLSEXT_NAMETYPE_host_name, name.text.data()) != 1) {
        co_return posted{"no server can have this name"};
    }
    const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, net::nothrow);
    if (ec) {
        co_return posted{"TLS: " + ec.message()};
    }
    co_return co_await exchange(stream, request);
}

/// Where the service is, once that is known; or why it cannot be reached.
struct reached {
    net::connection connection;
    std::string failure;
};

/// `limit`: of everything; whoever runs the event loop sees to it. Name and connection get a part
/// of it, so that addresses that do not answer can be named.
asio::awaitable<reached> reach(const http_url& to, net::resolver& names,
                               net::clock::duration limit) {
    const auto connected_by = net::clock::now() + limit * 9 / 10;
    auto found = co_await net::resolve(names, to.host, to.port, limit);
    if (found.error) {
        co_return reached{{}, found.error.message()};
    }
    auto got =
        co_await net::connect(std::move(found.endpoints), connected_by - net::clock::now(), {});
    if (got.error) {
        co_return reached{{},
                          got.missed.empty() ? got.error.message() : net::to_string(got.missed)};
    }
    co_return reached{got.stream->detach({}), {}};
}

asio::awaitable<posted> post(tcp::socket socket, const http_url& to, const std::string& request) {
    if (to.tls) {
        co_return co_await exchange_by_tls(std::move(socket), to, request);
    }
    co_return co_await exchange(socket, request);
}

constexpr auto too_late = "no answer in time";

reached reach_by(net::clock::time_point end, const http_url& to) {
    net::event_loop loop;
    // Events do not wait for the names that viewers ask for.
    net::resolver names(loop.get_executor(), net::resolver::system_lookup,
                        net::resolver::turns::own);
    const auto limit = end - net::clock::now();
    reached result{{}, too_late};
    asio::co_spawn(loop, reach(to, names, limit),
                   [&result](const std::exception_ptr& escaped, reached got) {
                       result = escaped ? reached{{}, net::what(escaped)} : std::move(got);
                   });
    loop.run_for(limit);
    return result;
}

/// On an event loop of Asio's, as its TLS needs one of its sockets.
posted post_by(net::clock::time_point end, net::connection c, const http_url& to,
               const std::string& request) {
    asio::io_context context{1};
    tcp::socket socket(context);
    socket.assign(c.peer.protocol(), c.socket.get());
    (void)c.socket.release();
    posted result{too_late};
    asio::co_spawn(context, post(std::move(socket), to, request),
                   [&result](const std::exception_ptr& escaped, posted got) {
                       result = escaped ? posted{"TLS cannot be used"} : std::move(got);
                   });
    context.run_until(end);
    return result;
}

} // namespace

std::optional<std::string> url_output::deliver(const std::string& json) {
    const auto end = net::clock::now() + limit_;
    retry_after_ = {};
    try {
        auto way = reach_by(end, to_);
        if (!way.failure.empty()) {
            return way.failure;
        }
        const auto got = post_by(end, std::move(way.connection), to_, post_of_json(to_, json));
        if (!got.no_answer.empty()) {
            return got.no_answer;
        }
        retry_after_ = asked_to_wait(got.answer, std::chrono::system_clock::now());
        return post_refused(got.answer, to_);
    } catch (const std::exception& e) { // no descriptor is left for an event loop
        return e.what();
    }
}

} // namespace repeater
