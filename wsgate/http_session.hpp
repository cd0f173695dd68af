// One accepted connection: TLS, requests, files, and at last perhaps a WebSocket.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/worker.hpp"
#include "wsgate/http/file_answer.hpp"
#include "wsgate/http/static_files.hpp"
#include "wsgate/http_answer.hpp"
#include "wsgate/listener_rules.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/terms.hpp"
#include "wsgate/ws/bridge.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgate {

/// What sessions under one configuration share, on every thread; nothing of it changes.
struct site {
    const config& conf;
    wsgate::journal& journal;
    wsgate::metrics& metrics;
    wsgate::readiness& ready;
    const static_root* files = nullptr; ///< none: no files
};

/// Lives on one worker.
class http_session {
public:
    /// `terms` hold for as long as the connection lives.
    http_session(const site&, wsgate::terms, const listener_rules&, net::worker&, session_number,
                 net::connection);
    http_session(const http_session&) = delete;
    http_session& operator=(const http_session&) = delete;
    ~http_session() = default;

    [[nodiscard]] asio::awaitable<void> run();

    /// A WebSocket is closed with 1001, anything else at once; run() completes soon.
    void go_away();

    /// A WebSocket was opened.
    [[nodiscard]] bool had_session() const { return opened_.has_value(); }

    /// Tells the journal of the session; false where there is none.
    [[nodiscard]] bool show() const;

private:
    enum class next { again, session, close, drop };

    [[nodiscard]] asio::awaitable<bool> open(net::clock::time_point deadline);
    [[nodiscard]] asio::awaitable<bool> hear_proxy(net::clock::time_point deadline);
    [[nodiscard]] asio::awaitable<bool> open_tls(net::clock::time_point deadline);
    [[nodiscard]] std::optional<denial> check_certificate(std::string_view path) const;
    [[nodiscard]] asio::awaitable<bool> read_head_before(net::clock::time_point deadline);
    void stand_in_line();
    [[nodiscard]] bool has_begun_request() const;
    void drop();
    void hang_up();
    void count_denial(const http_answer&, const denial&);
    void count_refusal(const request&, http::status);
    [[nodiscard]] target target_of_session() const;
    [[nodiscard]] bridge_options options_of_session(const target&) const;
    [[nodiscard]] asio::awaitable<next> open_websocket();
    [[nodiscard]] asio::awaitable<next> connect_first();
    [[nodiscard]] http_answer decide_answer(request&);
    [[nodiscard]] asio::awaitable<std::optional<denial>> ask_doorman(const request&,
                                                                     const http_answer&);
    [[nodiscard]] asio::awaitable<next> answer_denial(const request&, const denial&);
    [[nodiscard]] asio::awaitable<next> answer();
    [[nodiscard]] asio::awaitable<next> answer_text(const request&, const text_response&);
    [[nodiscard]] asio::awaitable<next> answer_file(const request&, const std::string& path);
    [[nodiscard]] asio::awaitable<bool> send_content(const static_file&, byte_range);
    [[nodiscard]] asio::awaitable<bool> write(std::string);
    [[nodiscard]] asio::awaitable<bool> wait_writable();
    [[nodiscard]] asio::awaitable<void> linger();
    [[nodiscard]] asio::awaitable<void> carry();

    const site& site_;
    terms terms_;
    const listener_rules& rules_;
    speech speaks_;
    net::worker& worker_;
    session_number number_;
    net::connection connection_;                   ///< until open()
    std::optional<asio::ip::tcp::endpoint> proxy_; ///< that spoke for the peer
    asio::ip::tcp::endpoint peer_;                 ///< or whom it speaks for, by its PROXY header
    forwarded forwarded_ = forwarded::believed;
    asio::ip::tcp::endpoint local_; ///< where it came in; only where targets are told
    std::unique_ptr<net::stream> client_;
    std::string tls_version_;
    std::optional<client_identity> identity_; ///< of a certificate that was verified
    std::string received_;                    ///< the head in progress, and what came behind it
    head_scanner scanner_;
    sender sender_; ///< of the last request
    std::optional<open_session> opened_;
    std::optional<admission> admitted_;
    handshake_queue::place waiting_; ///< until there is a whole head
    bool is_waiting_ = false;
    /// Found by who drops us from another thread, if we are still there by then.
    std::shared_ptr<http_session*> self_ = std::make_shared<http_session*>(this);
    std::optional<net::proxy_version> announced_; ///< how the target is told of the client
    std::unique_ptr<net::stream> target_;  ///< of the session to come, where it is connected first
    bridge* bridge_ = nullptr;             ///< while there is one
    const session_facts* facts_ = nullptr; ///< of it
    net::clock::time_point began_;         ///< it did
    bool going_away_ = false;
    bool has_answered_ = false; ///< one request at least
};

} // namespace wsgate
