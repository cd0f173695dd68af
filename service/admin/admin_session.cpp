// Reads a request and writes the response within one time limit, then waits for the next request.
// SPDX-License-Identifier: EUPL-1.2
#include "service/admin/admin_session.hpp"

#include "net/alarm.hpp"
#include "net/connection.hpp"
#include "net/write_all.hpp"
#include "service/admin/exposition.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>

#include <array>
#include <ctime>
#include <fmt/chrono.h>
#include <span>
#include <sstream>
#include <string_view>
#include <utility>

namespace service {

namespace {

namespace http = boost::beast::http;
using status = http::status;

constexpr std::uint32_t longest_head = 8192;
constexpr std::size_t longest_rest = 65536; // of what is refused

/// RFC 9110 5.6.7
std::string http_date_now() {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

/// To a HEAD the answer has no body, but still its length.
std::string bytes_of(const http::response<http::string_body>& r, http::verb method) {
    std::ostringstream out;
    if (method == http::verb::head) {
        out << r.base();
    } else {
        out << r;
    }
    return std::move(out).str();
}

/// The percent-decoded path; empty where the target is none that can be understood.
std::string path_of(std::string_view target) {
    const auto url = boost::urls::parse_uri_reference({target.data(), target.size()});
    return url ? std::string{url->path()} : std::string{};
}

} // namespace

admin_session::admin_session(asio::any_io_executor executor, net::connection c,
                             const admin_pages& pages, std::chrono::milliseconds patience)
    : executor_(std::move(executor)), is_local_(!net::address_of(c.peer)), client_(executor_, c),
      pages_(pages), patience_(patience) {}

asio::awaitable<void> admin_session::run() {
    for (bool again = true; again;) { // g++ 12.2 breaks `while (co_await ...) {}`
        again = co_await serve_one();
    }
    client_.close();
}

/// Serves one request. True where the connection stays open for another.
asio::awaitable<bool> admin_session::serve_one() {
    const net::alarm too_late(executor_, net::clock::now() + patience_,
                              [this] { client_.close(); });
    const auto came = co_await read();
    if (std::holds_alternative<gone>(came)) {
        co_return false;
    }
    if (const auto* refused = std::get_if<response>(&came)) {
        (void)co_await write(bytes_of(*refused, http::verb::get));
        co_await linger();
        co_return false;
    }
    const auto& asked = std::get<request>(came);
    auto said = co_await answer(asked);
    said.keep_alive(asked.version() == 11 && asked.keep_alive());
    co_return co_await write(bytes_of(said, asked.method())) && said.keep_alive();
}

/// The request, or why it is refused: it has a body, no Host, too long a head, or is no HTTP. The
/// connection is of no use for another one then.
asio::awaitable<std::variant<admin_session::request, admin_session::response, admin_session::gone>>
admin_session::read() {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(longest_head);
    parser.skip(true); // the body, which is never read as one
    boost::beast::error_code ec = http::error::need_more;
    for (bool more = true; more;) {
        received_.erase(0, received_.empty() ? 0 : parser.put(asio::buffer(received_), ec));
        more = ec == http::error::need_more;
        if (more) {
            const bool came = co_await read_more();
            if (!came) {
                co_return gone{};
            }
        }
    }
    auto refused =
        text_answer(ec == http::error::header_limit ? status::request_header_fields_too_large
                                                    : status::bad_request,
                    "not a request that is understood here");
    refused.keep_alive(false);
    if (ec || !parser.is_header_done() || parser.chunked() ||
        parser.content_length().value_or(0) > 0) {
        co_return refused;
    }
    auto r = parser.release();
    if (r.version() == 11 && r.count(http::field::host) != 1) { // RFC 9112 3.2
        co_return refused;
    }
    co_return r;
}

/// Appends to what was received. False where nothing more comes.
asio::awaitable<bool> admin_session::read_more() {
    std::array<std::byte, 2048> room{};
    for (;;) {
        const auto got = client_.read_some(room);
        if (!got.would_block()) {
            // NOLINTNEXTLINE(*-reinterpret-cast): the bytes are text
            received_.append(reinterpret_cast<const char*>(room.data()), got.bytes);
            co_return !got.error;
        }
        if (const auto [ec] = co_await client_.wait(net::readiness::read); ec) {
            co_return false;
        }
    }
}

/// Reads what still comes, up to a limit, so that the answer is not lost in a reset (RFC 9112 9.6).
asio::awaitable<void> admin_session::linger() {
    client_.shutdown_send();
    std::size_t passed_over = 0;
    for (bool more = true; more && passed_over < longest_rest;) {
        received_.clear();
        more = co_await read_more();
        passed_over += received_.size();
    }
}

asio::awaitable<admin_session::response> admin_session::answer(const request& r) {
    if (r.method() == http::verb::unknown) {
        co_return text_answer(status::not_implemented, "unknown method");
    }
    if (r.method() == http::verb::options) {
        auto allowed = text_answer(status::no_content, "");
        allowed.erase(http::field::content_length); // RFC 9110 8.6
        allowed.body().clear();
        allowed.set(http::field::allow, {methods().data(), methods().size()});
        co_return allowed;
    }
    if (r.method() == http::verb::post && pages_.obey) {
        co_return co_await obey(r);
    }
    if (r.method() != http::verb::get && r.method() != http::verb::head) {
        auto no = text_answer(status::method_not_allowed, "only " + std::string{methods()});
        no.set(http::field::allow, {methods().data(), methods().size()});
        co_return no;
    }
    const auto path = path_of({r.target().data(), r.target().size()});
    if (path == "/metrics") {
        const auto numbers = co_await pages_.metrics();
        if (!numbers) {
            co_return state_answer({false, "a thread hangs"});
        }
        auto all = text_answer(status::ok, *numbers);
        all.set(http::field::content_type, {exposition_type.data(), exposition_type.size()});
        all.set(http::field::cache_control, "no-store");
        co_return all;
    }
    if (path == "/healthz") {
        co_return state_answer(co_await pages_.health());
    }
    if (path == "/readyz") {
        co_return state_answer(co_await pages_.readiness());
    }
    co_return path.empty() ? text_answer(status::bad_request, "bad request\n")
                           : text_answer(status::not_found, "nothing here\n");
}

std::string_view admin_session::methods() const {
    return pages_.obey ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS";
}

/// Whoever can connect by TCP, such as a page in a local browser, may ask and not tell.
asio::awaitable<admin_session::response> admin_session::obey(const request& r) {
    if (!is_local_) {
        co_return text_answer(status::forbidden,
                              "only through a Unix socket (--admin-listen unix:/PATH)\n");
    }
    const auto url = boost::urls::parse_origin_form({r.target().data(), r.target().size()});
    if (!url) {
        co_return text_answer(status::bad_request, "bad request\n");
    }
    admin_order order{std::string{url->path()}, {}};
    for (const auto& each : url->params()) {
        order.values.emplace_back(std::string{each.key}, std::string{each.value});
    }
    const auto reply = co_await pages_.obey(std::move(order));
    co_return text_answer(boost::beast::http::int_to_status(reply.status), reply.text + '\n');
}

admin_session::response admin_session::text_answer(status s, std::string_view text) const {
    response r(s, 11);
    r.set(http::field::server, {pages_.server.data(), pages_.server.size()});
    r.set(http::field::date, http_date_now());
    r.set(http::field::content_type, "text/plain; charset=utf-8");
    r.set("X-Content-Type-Options", "nosniff");
    r.body() = text;
    r.content_length(r.body().size());
    return r;
}

admin_session::response admin_session::state_answer(const admin_state& s) const {
    return text_answer(s.good ? status::ok : status::service_unavailable,
                       std::string{s.text} + "\n");
}

asio::awaitable<bool> admin_session::write(std::string text) {
    const auto error = co_await net::write_all(client_, std::as_bytes(std::span(text)));
    co_return !error;
}

} // namespace service
