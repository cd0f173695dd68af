// Reads a request head and answers it, again and again; an upgrade is the last answer.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http_connection.hpp"

#include "net/alarm.hpp"
#include "net/deadline.hpp"
#include "wsgate/http/read_head.hpp"
#include "wsgate/http/send_file.hpp"
#include "wsgate/http/unread_head.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/target/dial.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/tls/client_certificate.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <span>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t most_kept = 4096; // of the buffer for heads, while none comes
constexpr std::size_t max_ignored =
    std::size_t{64} * 1024; // bytes of a refused body that we look away from

constexpr http::status no_answer{};
constexpr refusal came_late{
    no_answer, "the request head did not come in time", {}, "--handshake-timeout allows more"};
constexpr refusal ended_early{no_answer, "the connection ended in the middle of a request head"};

/// Tells the client no more than that.
text_response no_such_file(const request& r, const absence& why) {
    auto none = text_answer(http::status::not_found, missing_file.why);
    none.keep_alive(may_stay(r));
    none.cause = why.why;
    none.advice = why.advice;
    return none;
}

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

/// Whether a client behind a trusted proxy speaks TLS to the first of its proxies.
bool says_https(const request& r) {
    const auto field = r["X-Forwarded-Proto"];
    const std::string_view all{field.data(), field.size()};
    return equal_but_for_case(trimmed(all.substr(0, all.find(','))), "https");
}

/// The request's target as the log may show it.
std::string_view shown_path(const request& r) {
    return path_to_show({r.target().data(), r.target().size()});
}

} // namespace

http_connection::http_connection(const accepted_connection& which, arrival client)
    : connection_(which), client_(std::move(client)) {}

asio::awaitable<std::unique_ptr<session>> http_connection::run() {
    const auto& limits = connection_.conf().limits;
    auto deadline = client_.deadline;
    auto then = next::again;
    while (then == next::again && !going_away_) {
        if (has_answered_) {
            co_await wait_for_request();
            deadline = net::clock::now() + limits.handshake;
        }
        if (!co_await read_head_before(deadline)) {
            co_return nullptr;
        }
        then = co_await answer();
        has_answered_ = true;
    }
    if (then == next::session && !going_away_) {
        co_return std::make_unique<session>(connection_, std::move(client_), std::move(*opening_),
                                            bytes_of(received_));
    }
    // Waits until the socket takes bytes: without room for it TLS's close_notify would be dropped.
    if (then == next::close && (client_.stream->takes_bytes() ||
                                co_await wait_writable(*client_.stream, limits.no_progress))) {
        co_await (linger() || net::expire_after(limits.linger));
    }
    client_.stream->close();
    co_return nullptr;
}

void http_connection::go_away() {
    going_away_ = true;
    client_.stream->close();
}

std::unique_ptr<session_aside> http_connection::set_aside() {
    if (!has_begun_request()) {
        client_.stream->close();
    }
    return nullptr;
}

void http_connection::drop(limit l) {
    if (l != limit::handshakes || !client_.waiting) {
        return; // TLS is done, or the request has come meanwhile
    }
    connection_.services.metrics.limited(l);
    if (has_begun_request()) {
        connection_.services.metrics.handshake_failed(handshake_failure::too_many);
        const auto& words = words_of(l);
        tell_unread({no_answer, words.cause, {}, words.advice}, l);
        told_ = true;
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

/// Waits for the first bytes of a further request. Where none comes in time, or this connection is
/// the oldest of too many that wait, the stream is closed, which reading will find out.
asio::awaitable<void> http_connection::wait_for_request() {
    if (!received_.empty()) {
        co_return;
    }
    stand_in_line();
    const net::alarm too_late(connection_.executor,
                              net::clock::now() + connection_.conf().limits.keep_alive,
                              [this] { client_.stream->close(); });
    co_await read_some();
}

/// Reads what comes next, or nothing where the client has gone.
asio::awaitable<void> http_connection::read_some() {
    auto got = client_.stream->read_some(room_for_head());
    while (got.would_block()) {
        if (const auto [ec] = co_await client_.stream->wait(net::readiness::read); ec) {
            co_return;
        }
        got = client_.stream->read_some(room_for_head());
    }
    const auto* const text =
        reinterpret_cast<const char*>(connection_.scratch.data()); // NOLINT: text
    received_.append(text, got.bytes);
}

std::span<std::byte> http_connection::room_for_head() const {
    return connection_.scratch.first(
        std::min(connection_.scratch.size(), connection_.conf().limits.max_head));
}

asio::awaitable<bool> http_connection::read_head_before(net::clock::time_point deadline) {
    stand_in_line();
    const net::alarm too_late(connection_.executor, deadline, [this] { client_.stream->close(); });
    scanner_ = head_scanner(connection_.conf().limits.max_head);
    const auto head = co_await read_head(*client_.stream, scanner_, received_, room_for_head());
    client_.waiting.reset();
    connection_.terms->doorman.note_request(client_.place);
    if (too_late.rang() && has_begun_request()) {
        connection_.services.metrics.handshake_failed(handshake_failure::timed_out);
    }
    const bool good = !too_late.rang() && head != head_scanner::state::incomplete;
    if (!good && !received_.empty() && !told_ && !going_away_) {
        tell_unread(too_late.rang() ? came_late : ended_early,
                    too_late.rang() ? handshake_failure::timed_out : handshake_failure::other);
    }
    co_return good;
}

site http_connection::offers() const {
    const auto& conf = connection_.conf();
    return {connection_.rules.routes, conf.access, conf.session.openings,
            connection_.terms->files.has_value(),
            [this](const std::string& directory) { return has_page(directory); }};
}

bool http_connection::has_page(const std::string& directory) const {
    const auto file = connection_.terms->files->open(directory);
    return file && file->is_html() && file->lacks_slash.empty();
}

/// To be called before the head is taken off.
text_response http_connection::refused_head(const refusal& why) {
    const auto head = look_at_unread(received_);
    // A head that is too large may have had what makes it an attempt in the rest of it.
    if (head.asks_for_websocket || is_path_of_route(head.path, connection_.rules.routes) ||
        why.status == http::status::request_header_fields_too_large) {
        tell_unread(why, why.counted);
        told_ = true;
    }
    return refusal_answer(why);
}

/// Parses the head that read_head() has left at the front of received_, and takes it off.
http_answer http_connection::decide_answer(request& r) {
    if (!scanner_.why().why.empty()) {
        return refused_head(scanner_.why());
    }
    auto parsed = parse_head(std::string_view{received_}.substr(0, scanner_.size()));
    if (const auto* refused = std::get_if<refusal>(&parsed)) {
        return refused_head(*refused);
    }
    received_.erase(0, scanner_.size());
    if (received_.empty() && received_.capacity() > most_kept) {
        received_ = {};
    }
    r = std::move(std::get<request>(parsed));
    return decide(r, offers());
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
    co_return co_await answer_text(r, std::get<text_response>(std::move(what)));
}

asio::awaitable<http_connection::next> http_connection::answer_opening(const request& r,
                                                                       open_session& asked) {
    auto& metrics = connection_.services.metrics;
    // The policies are those of the route's own path, also where the listener leads any path to it.
    const auto& path = asked.where->path;
    std::variant<admission, denial> verdict;
    if (auto no = check_certificate(path)) {
        verdict = std::move(*no);
    } else {
        verdict = co_await connection_.terms->doorman.admit_session(r, path, sender_);
    }
    if (const auto* const no = std::get_if<denial>(&verdict)) {
        metrics.handshake_failed(no->counted);
        if (no->hit) {
            metrics.limited(*no->hit);
        }
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
    auto head = switching_protocols(opening_->asked.how);
    const auto written = write_at_once(head) || co_await write(std::move(head));
    co_return written ? next::session : next::drop;
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
        connection_.services.journal.passed_over(connection_.number, to_string(opening_->to),
                                                 got.missed);
        opening_->connected = std::move(got.stream);
        co_return std::nullopt;
    }
    count_unreachable(metrics.route(opening_->asked.where->name), got.error);
    const bool late = got.error == asio::error::timed_out;
    const std::string what = late ? "the target does not answer" : "the target cannot be reached";
    const auto to = to_string(opening_->to);
    const auto why = got.problem.empty() ? got.error.message() : got.problem;
    connection_.services.journal.unreachable(connection_.number, client_.peer, sender_, to,
                                             why_not(got));
    auto text =
        text_answer(late ? http::status::gateway_timeout : http::status::bad_gateway,
                    conf.session.verbose_close ? fmt::format("{}: {}: {}", what, to, why) : what);
    text.keep_alive(false);
    co_return text;
}

asio::awaitable<http_connection::next> http_connection::answer_denial(const request& r,
                                                                      const denial& no) {
    const auto kind = no.hit ? line_limit::kind{*no.hit} : line_limit::kind{no.counted};
    connection_.services.journal.denied(
        connection_.number, client_.peer, sender_, shown_path(r), no,
        connection_.terms->doorman.admit_line(sender_.client, kind));
    if (no.delay.count() > 0) {
        co_await net::expire_after(no.delay);
    }
    auto text = answer_of(no);
    complete(r, text, false);
    co_return co_await write(serialized(text, r.method())) ? next::close : next::drop;
}

/// Sets the fields that depend on the connection.
void http_connection::complete(const request& r, http::fields& head, bool stays) const {
    const auto& conf = connection_.conf();
    if (stays) { // for balancers, which must not send a request when we are about to close
        const auto kept = std::chrono::floor<std::chrono::seconds>(conf.limits.keep_alive);
        head.set("Keep-Alive", fmt::format("timeout={}", kept.count()));
    }
    const bool is_secure = !client_.tls.empty() || (sender_.behind_trusted_proxy && says_https(r));
    if (!conf.hsts.empty() && is_secure) { // never in plain HTTP (RFC 6797 7.2)
        head.set("Strict-Transport-Security", conf.hsts);
    }
}

refused_client http_connection::facts_of_refusal() const {
    refused_client facts;
    facts.number = connection_.number;
    facts.peer = client_.peer;
    facts.client = sender_.client ? sender_.client : net::address_of(client_.peer);
    return facts;
}

/// Pages that are not there, as scanners look for by the thousand, are told at level debug only;
/// not those that are there and not served, for which there is an advice.
void http_connection::tell_refused(const request& r, const text_response& text) const {
    auto facts = facts_of_refusal();
    facts.path = shown_path(r);
    facts.status = text.result_int();
    facts.cause = text.cause;
    facts.advice = text.advice;
    const bool is_worth_it = !text.advice.empty() || is_attempt_at_session(r, offers());
    connection_.services.journal.refused(
        facts, is_worth_it ? connection_.terms->doorman.admit_line(
                                 facts.client, text.counted.value_or(handshake_failure::other))
                           : std::nullopt);
}

/// Tells of a head that was refused before it was a request, or never came to its end.
void http_connection::tell_unread(const refusal& why, const line_limit::kind& kind) const {
    const auto head = look_at_unread(received_);
    auto facts = facts_of_refusal();
    facts.path = head.path;
    facts.status = static_cast<unsigned>(why.status);
    facts.cause = head.cause.empty() ? why.why : head.cause;
    facts.advice = head.cause.empty() ? why.advice : head.advice;
    connection_.services.journal.refused(facts,
                                         connection_.terms->doorman.admit_line(facts.client, kind));
}

asio::awaitable<http_connection::next> http_connection::answer_text(const request& r,
                                                                    text_response text) {
    if (text.result_int() >= 400) {
        if (text.counted) {
            connection_.services.metrics.handshake_failed(*text.counted);
        }
        if (!std::exchange(told_, false)) {
            tell_refused(r, text);
        }
    }
    complete(r, text, text.keep_alive());
    const auto written = co_await write(serialized(text, r.method()));
    if (!written) {
        co_return next::drop;
    }
    co_return text.keep_alive() ? next::again : next::close;
}

asio::awaitable<http_connection::next> http_connection::answer_file(const request& r,
                                                                    const send_file& wanted) {
    if (!is_acme_challenge(wanted.path)) {
        auto no = check_certificate(wanted.asked);
        if (!no) {
            no = co_await connection_.terms->doorman.admit_request(r, sender_);
        }
        if (no) {
            co_return co_await answer_denial(r, *no);
        }
    }
    const auto& conf = connection_.conf();
    const auto& root = *connection_.terms->files;
    auto file = open_file(r, root, wanted.path);
    if (!file && !wanted.otherwise.empty()) {
        auto other = open_file(r, root, wanted.otherwise);
        if (other || other.error() != missing_file) {
            file = std::move(other);
        }
    }
    if (!file) {
        co_return co_await answer_text(r, no_such_file(r, file.error()));
    }
    auto what = wsgate::answer_file(r, *file, conf.files, std::time(nullptr));
    if (auto* const text = std::get_if<text_response>(&what)) {
        co_return co_await answer_text(r, std::move(*text));
    }
    auto& part = std::get<file_part>(what);
    complete(r, part.head, part.head.keep_alive());
    auto sent = co_await write(serialized(part.head));
    if (sent) {
        sent = co_await send_content(*client_.stream, *file, part.content, connection_.scratch,
                                     conf.limits.no_progress);
    }
    co_return !sent ? next::drop : part.head.keep_alive() ? next::again : next::close;
}

/// Takes off what the client takes now. True where that is all.
bool http_connection::write_at_once(std::string& text) {
    text.erase(0, client_.stream->write_some(std::as_bytes(std::span(text))).bytes);
    return text.empty();
}

asio::awaitable<bool> http_connection::write(std::string text) {
    return send_text(*client_.stream, std::move(text), connection_.conf().limits.no_progress);
}

/// Reads and discards until the client closes. Closing a socket with unread bytes would send a
/// reset, which may cost the client our last answer.
asio::awaitable<void> http_connection::linger() {
    auto& stream = *client_.stream;
    stream.shutdown_send();
    for (std::size_t ignored = 0; ignored < max_ignored;) {
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
