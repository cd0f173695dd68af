// Takes one step after the other; the first one that fails tells why.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/ws_client.hpp"

#include "net/text/escape.hpp"
#include "net/text/host_port.hpp"
#include "net/write_all.hpp"
#include "wsgate/tls/error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <openssl/rand.h>

#include <array>
#include <exception>
#include <fmt/format.h>
#include <span>
#include <utility>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t piece_size = 4096;

using piece = std::array<std::byte, piece_size>;

std::string_view text_in(const piece& bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes.data()), size}; // NOLINT: bytes as chars
}

std::string fresh_key() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        fail_tls("no random numbers");
    }
    return opening_key(bytes);
}

} // namespace

std::string_view name_of(ws_stage stage) {
    switch (stage) {
    case ws_stage::dns:
        return "DNS";
    case ws_stage::tcp:
        return "TCP";
    case ws_stage::proxy:
        return "proxy";
    case ws_stage::tls:
        return "TLS";
    case ws_stage::http_status:
        return "HTTP status";
    case ws_stage::accept:
        break;
    }
    return "accept";
}

ws_opening::ws_opening(const ws_way& way, net::clock::time_point deadline)
    : way_(way), deadline_(deadline) {}

asio::awaitable<bool> ws_opening::run() {
    using step = asio::awaitable<bool> (ws_opening::*)();
    static constexpr std::array<step, 5> steps{&ws_opening::find, &ws_opening::connect,
                                               &ws_opening::pass_proxy, &ws_opening::secure,
                                               &ws_opening::shake_hands};
    try {
        bool good = true;
        for (std::size_t i = 0; good && i < steps.size(); ++i) {
            good = co_await (this->*steps[i])();
        }
        co_return good;
    } catch (const std::exception& e) { // out of memory, or cancelled
        fail(e.what());
    }
    co_return false;
}

bool ws_opening::fail(std::string why) {
    why_ = std::move(why);
    return false;
}

asio::awaitable<bool> ws_opening::find() {
    stage_ = ws_stage::dns;
    const auto& host = way_.proxy ? way_.proxy->host : way_.url.host;
    const auto port = way_.proxy ? way_.proxy->port : way_.url.port;
    auto found = co_await net::resolve(host, port, deadline_ - net::clock::now());
    if (found.error || found.endpoints.empty()) {
        co_return fail(fmt::format("{}: {}", net::escaped(host),
                                   found.error ? found.error.message() : "has no address"));
    }
    addresses_ = std::move(found.endpoints);
    co_return true;
}

/// Takes the first address that answers. A second connection begins with that address: a proxy's
/// challenge is its own, and another proxy of the same name would not know it.
asio::awaitable<bool> ws_opening::connect() {
    stage_ = ws_stage::tcp;
    auto got = co_await net::connect(addresses_, deadline_ - net::clock::now(), way_.tcp);
    missed_.insert(missed_.end(), got.missed.begin(), got.missed.end());
    if (got.error) {
        co_return fail(got.missed.empty() ? got.error.message() : net::to_string(got.missed));
    }
    socket_ = std::move(got.stream);
    std::erase(addresses_, socket_->peer_address());
    addresses_.insert(addresses_.begin(), socket_->peer_address());
    co_return true;
}

asio::awaitable<bool> ws_opening::pass_proxy() {
    if (!way_.proxy) {
        co_return true;
    }
    const auto& proxy = *way_.proxy;
    const auto to = net::join_host_port(way_.url.host, way_.url.port);
    net::client_response got;
    auto ask = connect_request(to, first_credentials(proxy));
    if (!co_await ask_proxy(std::move(ask), got)) {
        co_return false;
    }
    if (const auto credentials = second_credentials(got, proxy, to, fresh_key())) {
        // Uses a new connection, since on the old one the body of the refusal is still to come, or
        // its end.
        ask = connect_request(to, *credentials);
        if (!co_await connect() || !co_await ask_proxy(std::move(ask), got)) {
            co_return false;
        }
    }
    if (auto problem = connect_problem(got, proxy)) {
        co_return fail(std::move(*problem));
    }
    co_return true;
}

asio::awaitable<bool> ws_opening::ask_proxy(std::string head, net::client_response& got) {
    stage_ = ws_stage::proxy;
    net::client_response_reader reader;
    if (!co_await say(*socket_, std::move(head)) || !co_await hear_proxy(reader)) {
        co_return false;
    }
    got = reader.value();
    co_return true;
}

/// Takes the head off the socket, and leaves what is behind it there for TLS or the WebSocket: it
/// peeks, and then reads only as much as belongs to the head.
asio::awaitable<bool> ws_opening::hear_proxy(net::client_response_reader& reader) {
    piece bytes{};
    for (;;) {
        if (!co_await wait_readable(*socket_)) {
            co_return false;
        }
        const auto seen = socket_->peek(bytes);
        if (seen.would_block()) {
            continue;
        }
        if (seen.error) {
            co_return fail("the proxy closed the connection");
        }
        const auto before = reader.size();
        const auto state = reader.feed(text_in(bytes, seen.bytes));
        (void)socket_->read_some(std::span(bytes).first(reader.size() - before));
        if (state == net::client_response_reader::state::refused) {
            co_return fail(fmt::format("the proxy's answer: {}", reader.why()));
        }
        if (state == net::client_response_reader::state::complete) {
            co_return true;
        }
    }
}

asio::awaitable<bool> ws_opening::secure() {
    if (!way_.url.tls) {
        stream_ = std::move(socket_);
        co_return true;
    }
    stage_ = ws_stage::tls;
    auto got = co_await way_.tls->secure(std::move(socket_), way_.url.host, deadline_);
    if (!got.stream) {
        co_return fail(std::move(got.problem));
    }
    tls_version_ = got.stream->version(); // OpenSSL returns literals, so it stays valid
    stream_ = std::move(got.stream);
    co_return true;
}

asio::awaitable<bool> ws_opening::shake_hands() {
    stage_ = ws_stage::http_status;
    const auto key = fresh_key();
    auto ask = opening_request(way_.url, way_.extras, key);
    if (!co_await say(*stream_, std::move(ask))) {
        co_return false;
    }
    net::client_response_reader reader;
    if (!co_await hear_server(reader)) {
        co_return false;
    }
    const auto origin = fmt::format("{}://{}", way_.url.tls ? "wss" : "ws", way_.url.authority);
    if (auto problem = check_client_response(reader.value(), key, origin)) {
        stage_ = problem->stage == opening_stage::accept ? ws_stage::accept : ws_stage::http_status;
        co_return fail(std::move(problem->text));
    }
    binary_ = !reader.value().values("Sec-WebSocket-Protocol").empty();
    co_return true;
}

asio::awaitable<bool> ws_opening::hear_server(net::client_response_reader& reader) {
    piece bytes{};
    for (;;) {
        if (!co_await wait_readable(*stream_)) {
            co_return false;
        }
        const auto got = stream_->read_some(bytes);
        if (got.would_block()) {
            continue;
        }
        if (got.error) {
            co_return fail(got.error == asio::error::eof ? "the server closed the connection"
                                                         : got.error.message());
        }
        const auto before = reader.size();
        const auto state = reader.feed(text_in(bytes, got.bytes));
        if (state == net::client_response_reader::state::refused) {
            co_return fail(fmt::format("the server's answer: {}", reader.why()));
        }
        if (state == net::client_response_reader::state::complete) {
            const auto behind = std::span(bytes).first(got.bytes).subspan(reader.size() - before);
            early_.assign(behind.begin(), behind.end());
            co_return true;
        }
    }
}

asio::awaitable<bool> ws_opening::say(net::stream& to, std::string text) {
    const auto bytes = std::as_bytes(std::span(text));
    const auto done = co_await (net::write_all(to, bytes) || net::expire_at(deadline_));
    if (done.index() == 1) {
        co_return fail("no answer in time");
    }
    const auto& ec = std::get<0>(done);
    co_return ec ? fail(ec.message()) : true;
}

asio::awaitable<bool> ws_opening::wait_readable(net::stream& from) {
    const auto done = co_await (from.wait(net::readiness::read) || net::expire_at(deadline_));
    if (done.index() == 1) {
        co_return fail("no answer in time");
    }
    const auto& ec = std::get<0>(std::get<0>(done));
    co_return ec ? fail(ec.message()) : true;
}

} // namespace wsgate
