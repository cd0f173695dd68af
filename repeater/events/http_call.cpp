// Connects, sends the request, and reads as much of the answer as is wanted.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/http_call.hpp"

#include "net/dial.hpp"
#include "net/event_loop.hpp"
#include "net/http/client_response.hpp"
#include "net/task_group.hpp"
#include "net/text/number.hpp"
#include "net/text/server_name.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace repeater {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using net::error_code;

/// How a connection may end before there is an answer.
std::string words_of(const error_code& ec) {
    const bool has_closed = ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
    return has_closed ? "the service closed the connection before it answered" : ec.message();
}

/// What came behind the head, and what still comes: until the end of the connection, or as much as
/// is wanted.
template <class Stream>
asio::awaitable<called> read_body(Stream& stream, called so_far, std::size_t longest) {
    const auto lengths = so_far.answer.values("Content-Length");
    const auto length =
        lengths.empty() ? std::nullopt : net::parse_number<std::size_t>(lengths.front());
    const auto wanted = std::min(length.value_or(longest), longest);
    std::array<char, 4096> some{};
    while (so_far.body.size() < wanted) {
        const auto [ec, n] = co_await stream.async_read_some(asio::buffer(some), net::nothrow);
        so_far.body.append(some.data(), n);
        if (ec) {
            break;
        }
    }
    so_far.body.resize(std::min(so_far.body.size(), wanted));
    co_return so_far;
}

template <class Stream>
asio::awaitable<called> exchange(Stream& stream, const std::string& request, std::size_t longest) {
    if (const auto [ec, n] =
            co_await asio::async_write(stream, asio::buffer(request), net::nothrow);
        ec) {
        co_return called{words_of(ec)};
    }
    net::client_response_reader reader;
    std::array<char, 4096> some{};
    for (std::size_t read = 0;;) {
        const auto [ec, n] = co_await stream.async_read_some(asio::buffer(some), net::nothrow);
        if (ec) {
            co_return called{words_of(ec)};
        }
        const auto state = reader.feed({some.data(), n});
        read += n;
        if (state == net::client_response_reader::state::refused) {
            co_return called{"the answer: " + std::string{reader.why()}};
        }
        if (state == net::client_response_reader::state::complete) {
            called head{{}, reader.value()};
            const auto behind = read - reader.size();
            head.body.assign(some.data() + n - behind, behind); // NOLINT(*-pointer-arithmetic)
            co_return co_await read_body(stream, std::move(head), longest);
        }
    }
}

/// Throws boost::system::system_error where TLS cannot be set up.
asio::awaitable<called> exchange_by_tls(tcp::socket socket, const http_url& to,
                                        const std::string& request, std::size_t longest) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_default_verify_paths();
    context.set_verify_mode(asio::ssl::verify_peer);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
    auto name = net::server_name_of(to.host);
    stream.set_verify_callback(asio::ssl::host_name_verification(name.text));
    // The macro SSL_set_tlsext_host_name, without its C casts.
    if (!name.is_address && SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                     TLSEXT_NAMETYPE_host_name, name.text.data()) != 1) {
        co_return called{"no server can have this name"};
    }
    const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, net::nothrow);
    if (ec) {
        co_return called{"TLS: " + ec.message()};
    }
    co_return co_await exchange(stream, request, longest);
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

asio::awaitable<called> exchange(tcp::socket socket, const http_url& to, const std::string& request,
                                 std::size_t longest) {
    if (to.tls) {
        co_return co_await exchange_by_tls(std::move(socket), to, request, longest);
    }
    co_return co_await exchange(socket, request, longest);
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
called exchange_by(net::clock::time_point end, net::connection c, const http_url& to,
                   const std::string& request, std::size_t longest) {
    asio::io_context context{1};
    tcp::socket socket(context);
    socket.assign(c.peer.protocol(), c.socket.get());
    (void)c.socket.release();
    called result{too_late};
    asio::co_spawn(context, exchange(std::move(socket), to, request, longest),
                   [&result](const std::exception_ptr& escaped, called got) {
                       result = escaped ? called{"TLS cannot be used"} : std::move(got);
                   });
    context.run_until(end);
    return result;
}

} // namespace

called call(const http_url& to, const std::string& request, std::chrono::milliseconds limit,
            std::size_t longest_body) {
    const auto end = net::clock::now() + limit;
    try {
        auto way = reach_by(end, to);
        if (!way.failure.empty()) {
            return called{way.failure};
        }
        return exchange_by(end, std::move(way.connection), to, request, longest_body);
    } catch (const std::exception& e) { // no descriptor is left for an event loop
        return called{e.what()};
    }
}

} // namespace repeater
