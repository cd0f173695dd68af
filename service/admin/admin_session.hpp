// One connection to the admin listener: reads requests and answers them, one after the other.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/tcp_stream.hpp"
#include "service/admin/admin_pages.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <string>
#include <variant>

namespace service {

namespace asio = boost::asio;

class admin_session {
public:
    /// `pages` outlives the session.
    admin_session(asio::any_io_executor, net::connection, const admin_pages&,
                  std::chrono::milliseconds patience);

    [[nodiscard]] asio::awaitable<void> run();

private:
    using request = boost::beast::http::request<boost::beast::http::empty_body>;
    using response = boost::beast::http::response<boost::beast::http::string_body>;

    /// The client has gone, or took too long.
    struct gone {};

    [[nodiscard]] asio::awaitable<bool> serve_one();
    [[nodiscard]] asio::awaitable<std::variant<request, response, gone>> read();
    [[nodiscard]] asio::awaitable<bool> read_more();
    [[nodiscard]] asio::awaitable<void> linger();
    [[nodiscard]] asio::awaitable<response> answer(const request&);
    [[nodiscard]] asio::awaitable<response> obey(const request&);
    [[nodiscard]] std::string_view methods() const;
    [[nodiscard]] asio::awaitable<bool> write(std::string);
    [[nodiscard]] response text_answer(boost::beast::http::status, std::string_view text) const;
    [[nodiscard]] response state_answer(const admin_state&) const;

    asio::any_io_executor executor_;
    bool is_local_; ///< it has come by a Unix socket
    net::tcp_stream client_;
    const admin_pages& pages_;
    std::chrono::milliseconds patience_;
    std::string received_; ///< the head that is being read, and what came behind it
};

} // namespace service
