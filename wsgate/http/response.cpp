// Has Beast serialize its messages into one string.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/response.hpp"

#include "wsgate/http/date.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/serializer.hpp>

#include <ctime>

namespace wsgate {

namespace {

constexpr auto allowed_methods = "GET, HEAD, OPTIONS";

struct append {
    std::string& to;
    std::size_t& size;

    template <class Buffers>
    void operator()(beast::error_code&, const Buffers& buffers) const {
        size = beast::buffer_bytes(buffers);
        to += beast::buffers_to_string(buffers);
    }
};

template <class Response>
std::string serialize(const Response& r) {
    http::response_serializer<typename Response::body_type> serializer(r);
    std::string out;
    beast::error_code ec;
    while (!serializer.is_done() && !ec) {
        std::size_t size = 0;
        serializer.next(ec, append{out, size});
        serializer.consume(size);
    }
    return out;
}

} // namespace

text_response text_answer(http::status status, std::string_view text) {
    text_response r(status, 11);
    r.set(http::field::content_type, "text/plain; charset=utf-8");
    sign(r);
    r.body() = std::string{text} + "\n";
    r.content_length(r.body().size());
    if (status == http::status::upgrade_required) { // RFC 9110 15.5.22, RFC 6455 4.4
        r.set(http::field::upgrade, "websocket");
        r.set(http::field::connection, "Upgrade");
        r.set(http::field::sec_websocket_version, "13");
    } else if (status == http::status::method_not_allowed) {
        r.set(http::field::allow, allowed_methods);
    }
    return r;
}

text_response options_answer() {
    text_response r(http::status::no_content, 11); // without Content-Length (RFC 9110 8.6)
    r.set(http::field::allow, allowed_methods);
    sign(r);
    return r;
}

text_response refusal_answer(const refusal& why) {
    auto r = text_answer(why.status, why.why);
    r.keep_alive(false);
    r.counted = why.counted;
    r.cause = why.why;
    r.advice = why.advice;
    return r;
}

void sign(http::fields& fields) {
    fields.set(http::field::server, server_name);
    fields.set(http::field::date, to_http_date(std::time(nullptr)));
    fields.set("X-Content-Type-Options", "nosniff");
    fields.set("Referrer-Policy", "no-referrer"); // URLs may hold tokens
}

std::string serialized(const head_response& r) {
    return serialize(r);
}

std::string serialized(const text_response& r, http::verb method) {
    return method == http::verb::head ? serialize(head_response{r.base()}) : serialize(r);
}

} // namespace wsgate
