// Reads a request head and answers it, again and again; an upgrade is the last answer.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http_connection.hpp"

#include "net/alarm.hpp"
#include "wsgate/http/read_head.hpp"
#include "wsgate/http/send_file.hpp"
#include "wsgate/target/dial.hpp"
#include "wsgate/tls/client_certificate.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <ctime>
#include <fmt/format.h>
#include <span>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t max_ignored =
    std::size_t{64} * 1024; // bytes of a refused body that we look away from

text_response no_such_file(const request& r) {
    auto none = text_answer(http::status::not_found, "no such file");
    none.keep_alive(may_stay(r));
    return none;
}

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

} // namespace

http_connection::http_connection(const accepted_connection& which, arrival client)
    : connection_(which), client_(std::move(client)) {}

asio::awaitable<std::unique_ptr<session>> http_connection::run() {
    const auto& limits = connection_.conf().limits;
    auto deadline = client_.deadline;
    auto then = next::again;
    while (then == next::again && !going_away_) {
        if (!co_await read_head_before(deadline)) {
            co_return nullptr;
        }
        then = co_await answer();
        has_answered_ = true;
        deadline = net::clock::now() + limits.keep_alive;
    }
    if (then == next::session && !going_away_) {
        co_return std::make_unique<session>(connection_, std::move(client_), std::move(*opening_),
                                            bytes_of(received_));
    }
    // Waits until the socket takes bytes: without room for it TLS's close_notify would be dropped.
    if (then == next::close && co_await wait_writable(*client_.stream, limits.no_progress)) {
        co_await (linger() || net::expire_after(limits.linger));
    }
    client_.stream->close();
    co_return nullptr;
}

void http_connection::go_away() {
    going_away_ = true;
    client_.stream->close();
}

void http_connection::drop() {
    if (!client_.waiting) {
        return; // its request has come meanwhile
    }
    if (has_begun_request()) {
        connection_.services.metrics.handshake_failed(handshake_failure::too_many);
    }
    client_.stream->close();
}

/// Joins the queue until the whole head has come. When too many connections wait there, the oldest
/// is dropped.
void http_connection::stand_in_line() {
    if (!client_.waiting) {
        client_.waiting = connection_.terms->doorman.wait_for_request(connection_.drop);
    }
}

/// False for a connection that is merely kept open for a further request.
bool http_connection::has_begun_request() const {
    return !has_answered_ || !received_.empty();
}

asio::awaitable<bool> http_connection::read_head_before(net::clock::time_point deadline) {
    stand_in_line();
    const net::alarm too_late(connection_.executor, deadline, [this] { client_.stream->close(); });
    const auto head = co_await read_head(*client_.stream, scanner_, received_,
                                         connection_.scratch.first(head_scanner::max_head));
    client_.waiting.reset();
    if (too_late.rang() && has_begun_request()) {
        connection_.services.metrics.handshake_failed(handshake_failure::timed_out);
    }
    co_return !too_late.rang() && head != head_scanner::state::incomplete;
}

/// Parses the head that read_head() has left at the front of received_, and takes it off.
http_answer http_connection::decide_answer(request& r) {
    if (!scanner_.why().why.empty()) {
        return refusal_answer(scanner_.why());
    }
    auto parsed = parse_head(std::string_view{received_}.substr(0, scanner_.size()));
    received_.erase(0, scanner_.size());
    if (const auto* refused = std::get_if<refusal>(&parsed)) {
        return refusal_answer(*refused);
    }
    r = std::move(std::get<request>(parsed));
    return decide(r, connection_.rules.routes, connection_.terms->files.has_value(),
                  connection_.conf().session.base64);
}

asio::awaitable<http_connection::next> http_connection::answer() {
    request r;
    auto what = decide_answer(r);
    sender_ = connection_.terms->doorman.identify(
        r, net::address_of(client_.peer),
        client_.identity ? client_.identity->common_name : std::string_view{}, client_.headers);
    if (auto* const opening = std::get_if<open_session>(&what)) {
        co_return co_await answer_opening(r, *opening);
    }
    if (const auto* const file = std::get_if<send_file>(&what)) {
        co_return co_await answer_file(r, *file);
    }
    if (std::holds_alternative<tell_readiness>(what)) { // needs no password, like every text
        what = answer_of(co_await connection_.services.ready.ask());
        std::get<text_response>(what).keep_alive(may_stay(r));
    }
    co_return co_await answer_text(r, std::get<text_response>(what));
}

asio::awaitable<http_connection::next> http_connection::answer_opening(const request& r,
                                                                       open_session& asked) {
    auto& metrics = connection_.services.metrics;
    auto verdict = co_await ask_doorman(r, asked);
    if (const auto* const no = std::get_if<denial>(&verdict)) {
        metrics.handshake_failed(no->counted);
        count_refused(metrics.route(asked.where->name));
        co_return co_await answer_denial(r, *no);
    }
    opening_ = admit(connection_, client_, std::move(asked), sender_,
                     std::move(std::get<admission>(verdict)));
    if (connection_.conf().session.connect_first) {
        if (const auto failed = co_await connect_target()) {
            opening_.reset(); // frees its place first
            co_return co_await write(serialized(*failed, r.method())) ? next::close : next::drop;
        }
    }
    const auto written = co_await write(switching_protocols(opening_->asked.how));
    co_return written ? next::session : next::drop;
}

/// The policies are those of the route's own path, also where the listener leads any path to that
/// route.
asio::awaitable<std::variant<admission, denial>>
http_connection::ask_doorman(const request& r, const open_session& asked) const {
    const auto& path = asked.where->path;
    if (auto no = check_certificate(path)) {
        co_return std::move(*no);
    }
    co_return co_await connection_.terms->doorman.admit_session(r, path, sender_);
}

std::optional<denial> http_connection::check_certificate(std::string_view path) const {
    const auto refused = check_client(connection_.conf().client_rules.of(path), client_.identity);
    if (!refused) {
        return std::nullopt;
    }
    return denial{refused->status, refused->why, "client certificate"};
}

/// Dials before the 101. Nothing where that succeeded; otherwise the 502 or 504 that is the answer,
/// after which a load balancer may try another gateway.
asio::awaitable<std::optional<text_response>> http_connection::connect_target() {
    const auto& conf = connection_.conf();
    auto& metrics = connection_.services.metrics;
    const auto began = net::clock::now();
    auto got =
        co_await dial(opening_->to, conf.limits.connect, conf.tcp, connection_.terms->target_tls);
    if (got.stream) {
        metrics.target_connected(net::clock::now() - began);
        opening_->connected = std::move(got.stream);
        co_return std::nullopt;
    }
    count_unreachable(metrics.route(opening_->asked.where->name), got.error);
    const bool late = got.error == asio::error::timed_out;
    const std::string what = late ? "the target does not answer" : "the target cannot be reached";
    const auto to = to_string(opening_->to);
    const auto why = got.problem.empty() ? got.error.message() : got.problem;
    connection_.services.journal.unreachable(connection_.number, client_.peer, sender_, to, why);
    auto text =
        text_answer(late ? http::status::gateway_timeout : http::status::bad_gateway,
                    conf.session.verbose_close ? fmt::format("{}: {}: {}", what, to, why) : what);
    text.keep_alive(false);
    co_return text;
}

asio::awaitable<http_connection::next> http_connection::answer_denial(const request& r,
                                                                      const denial& no) {
    connection_.services.journal.denied(connection_.number, client_.peer, sender_, no,
                                        !connection_.terms->doorman.is_worth_telling(sender_));
    if (no.delay.count() > 0) {
        co_await net::expire_after(no.delay);
    }
    co_return co_await write(serialized(answer_of(no), r.method())) ? next::close : next::drop;
}

asio::awaitable<http_connection::next> http_connection::answer_text(const request& r,
                                                                    const text_response& text) {
    if (text.result_int() >= 400) {
        if (text.counted) {
            connection_.services.metrics.handshake_failed(*text.counted);
        }
        connection_.services.journal.refused(connection_.number, client_.peer, sender_,
                                             text.result());
    }
    const auto written = co_await write(serialized(text, r.method()));
    if (!written) {
        co_return next::drop;
    }
    co_return text.keep_alive() ? next::again : next::close;
}

asio::awaitable<http_connection::next> http_connection::answer_file(const request& r,
                                                                    const send_file& wanted) {
    auto no = check_certificate(wanted.asked);
    if (!no) {
        no = co_await connection_.terms->doorman.admit_request(r, sender_);
    }
    if (no) {
        co_return co_await answer_denial(r, *no);
    }
    const auto& conf = connection_.conf();
    const auto file = open_file(r, *connection_.terms->files, wanted.path);
    if (!file) {
        co_return co_await answer_text(r, no_such_file(r));
    }
    const auto what = wsgate::answer_file(r, *file, conf.files, std::time(nullptr));
    if (const auto* text = std::get_if<text_response>(&what)) {
        co_return co_await answer_text(r, *text);
    }
    const auto& part = std::get<file_part>(what);
    auto sent = co_await write(serialized(part.head));
    if (sent) {
        sent = co_await send_content(*client_.stream, *file, part.content, connection_.scratch,
                                     conf.limits.no_progress);
    }
    co_return !sent ? next::drop : part.head.keep_alive() ? next::again : next::close;
}

asio::awaitable<bool> http_connection::write(std::string text) {
    return send_text(*client_.stream, std::move(text), connection_.conf().limits.no_progress);
}

/// Reads and discards until the client closes. Closing a socket with unread bytes would send a
/// reset, which may cost the client our last answer.
asio::awaitable<void> http_connection::linger() {
    auto& stream = *client_.stream;
    stream.shutdown_send();
    for (std::size_t ignored = received_.size(); ignored < max_ignored;) {
        if (const auto [ec] = co_await stream.wait(net::readiness::read); ec) {
            break;
        }
        const auto got = stream.read_some(connection_.scratch);
        if (got.error && !got.would_block()) {
            break;
        }
        ignored += got.bytes;
    }
}

} // namespace wsgate
