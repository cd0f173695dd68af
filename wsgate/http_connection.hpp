// A connection's second phase: requests and answers, until one of them opens a WebSocket.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/arrival.hpp"
#include "wsgate/http_answer.hpp"
#include "wsgate/session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

class http_connection final : public phase {
public:
    http_connection(const accepted_connection&, arrival);

    /// To be called once. Returns the session that begins now; null where the connection has ended
    /// without one.
    [[nodiscard]] asio::awaitable<std::unique_ptr<session>> run();

    /// Whether a session was admitted, even if its client left before the answer.
    [[nodiscard]] bool had_session() const { return opening_.has_value(); }

    void go_away() override;
    [[nodiscard]] std::unique_ptr<session_aside> set_aside() override;
    void drop(limit) override;

private:
    /// What comes after an answer.
    enum class next {
        again,   ///< another request
        session, ///< the WebSocket is open
        close,   ///< the client is given time to read the answer
        drop,    ///< the client has gone
    };

    [[nodiscard]] asio::awaitable<void> wait_for_request();
    [[nodiscard]] asio::awaitable<void> read_some();
    [[nodiscard]] std::span<std::byte> room_for_head() const;
    [[nodiscard]] asio::awaitable<bool> read_head_before(net::clock::time_point deadline);
    void stand_in_line();
    [[nodiscard]] bool has_begun_request() const;
    [[nodiscard]] site offers() const;
    [[nodiscard]] bool has_page(const std::string& directory) const;
    [[nodiscard]] http_answer decide_answer(request&);
    [[nodiscard]] text_response refused_head(const refusal&);
    [[nodiscard]] asio::awaitable<next> answer();
    [[nodiscard]] asio::awaitable<next> answer_opening(const request&, open_session&);
    [[nodiscard]] asio::awaitable<std::optional<text_response>> connect_target();
    [[nodiscard]] asio::awaitable<next> answer_file(const request&, const send_file&);
    [[nodiscard]] asio::awaitable<next> answer_text(const request&, text_response);
    [[nodiscard]] asio::awaitable<next> answer_denial(const request&, const denial&);
    [[nodiscard]] std::optional<denial> check_certificate(std::string_view path) const;
    void complete(const request&, http::fields&, bool stays) const;
    void tell_refused(const request&, const text_response&) const;
    void tell_unread(const refusal&, const line_limit::kind&) const;
    [[nodiscard]] refused_client facts_of_refusal() const;
    [[nodiscard]] bool write_at_once(std::string&);
    [[nodiscard]] asio::awaitable<bool> write(std::string);
    [[nodiscard]] asio::awaitable<void> linger();

    const accepted_connection& connection_;
    arrival client_;
    std::string received_; ///< the head that is being read, and what came behind it
    head_scanner scanner_;
    sender sender_;     ///< who sent the last request
    bool told_ = false; ///< the log has a line about the request, which was refused unread
    std::optional<admitted_opening> opening_;
    bool going_away_ = false;
    bool has_answered_ = false; ///< at least one request was answered
};

} // namespace wsgate
