// By Boost.Beast, without its streams: those take long to compile.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/http_post.hpp"

#include "service/version.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

namespace repeater {

namespace {

namespace http = boost::beast::http;

void put_line(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

std::string post_of_json(const http_url& to, const std::string& json) {
    std::string all = "POST " + to.target + " HTTP/1.1\r\n";
    put_line(all, "Host", to.authority);
    put_line(all, "User-Agent", std::string{"ultravnc_repeater/"} + service::version);
    put_line(all, "Content-Type", "application/json");
    put_line(all, "Connection", "close");
    put_line(all, "Content-Length", std::to_string(json.size()));
    return all.append("\r\n").append(json);
}

std::optional<http_status> read_status(std::string_view received) {
    http::response_parser<http::empty_body> parser;
    net::error_code ec;
    parser.put(boost::asio::buffer(received), ec);
    if (ec == http::error::need_more) {
        return std::nullopt;
    }
    return http_status{ec, ec ? 0 : parser.get().result_int()};
}

net::error_code no_answer(std::string_view received) {
    return received.empty() ? http::error::end_of_stream : http::error::partial_message;
}

} // namespace repeater
