// Read a head, answer, again; an upgrade is the last answer.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http_session.hpp"

#include "net/alarm.hpp"
#include "net/proxy/on_connection.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/http/progress_watch.hpp"
#include "wsgate/http/read_head.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/target/dial.hpp"
#include "wsgate/target/proxy_header.hpp"
#include "wsgate/tls/client_certificate.hpp"
#include "wsgate/tls/sniff.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t max_ignored =
    std::size_t{64} * 1024; // bytes of a refused body that we look away from

/// What a token has chosen, or else what is configured.
target choose_target(const std::optional<token_target>& chosen, const token_options& tokens,
                     const target& configured) {
    if (!chosen) {
        return configured;
    }
    target to{chosen->where, chosen->port};
    to.is_unix = chosen->is_unix;
    to.tls = chosen->tls || (tokens.tls && !to.is_unix);
    return to;
}

asio::awaitable<dialled> connected(std::unique_ptr<net::stream> before) {
    co_return dialled{std::move(before), {}, {}, true};
}

/// A page or a file that is not there is no failed handshake.
bool is_failed_handshake(const request& r, http::status s) {
    switch (s) {
    case http::status::bad_request:
    case http::status::uri_too_long:
    case http::status::request_header_fields_too_large:
    case http::status::http_version_not_supported:
        return true;
    default:
        return http::to_status_class(s) != http::status_class::successful &&
               has_token(r, http::field::upgrade, "websocket");
    }
}

/// Nothing for what is not TCP.
asio::ip::tcp::endpoint local_end_of(int fd) {
    asio::ip::tcp::endpoint local;
    auto size = static_cast<socklen_t>(local.capacity());
    if (::getsockname(fd, local.data(), &size) != 0 ||
        (local.data()->sa_family != AF_INET && local.data()->sa_family != AF_INET6)) {
        return {};
    }
    return local;
}

} // namespace

http_session::http_session(const site& s, wsgate::terms t, const listener_rules& d, net::worker& w,
                           session_number n, net::connection c)
    : site_(s), terms_(std::move(t)), rules_(d), speaks_(d.speaks), worker_(w), number_(n),
      connection_(std::move(c)), peer_(connection_.peer) {}

asio::awaitable<void> http_session::run() {
    auto deadline = net::clock::now() + site_.conf.limits.handshake;
    stand_in_line();
    if (!co_await open(deadline)) {
        co_return;
    }
    auto then = next::again;
    while (then == next::again && !going_away_) {
        if (!co_await read_head_before(deadline)) {
            co_return;
        }
        then = co_await answer();
        has_answered_ = true;
        deadline = net::clock::now() + site_.conf.limits.keep_alive;
    }
    if (then == next::session && !going_away_) {
        co_await carry();
    } else if (then == next::close && co_await wait_writable()) { // room for TLS's close_notify
        co_await (linger() || net::expire_after(site_.conf.limits.linger));
    }
    client_->close();
}

void http_session::go_away() {
    going_away_ = true;
    if (bridge_ != nullptr) {
        bridge_->go_away();
    } else {
        hang_up();
    }
}

void http_session::hang_up() {
    if (client_) {
        client_->close();
    } else { // its first byte is waited for, which now is its end
        (void)::shutdown(connection_.socket.get(), SHUT_RDWR);
    }
}

/// Until there is a whole head; too many who have none, and the oldest of them is dropped.
void http_session::stand_in_line() {
    if (std::exchange(is_waiting_, true)) {
        return;
    }
    waiting_ = terms_.doorman->wait_for_request(
        [self = std::weak_ptr(self_), executor = worker_.executor()] {
            asio::post(executor, [self] {
                if (const auto who = self.lock()) {
                    (*who)->drop();
                }
            });
        });
}

/// Not merely a connection that is kept for a further request.
bool http_session::has_begun_request() const {
    return !has_answered_ || !received_.empty();
}

void http_session::drop() {
    if (is_waiting_) {
        if (has_begun_request()) {
            site_.metrics.handshake_failed(handshake_failure::too_many);
        }
        hang_up();
    }
}

asio::awaitable<bool> http_session::read_head_before(net::clock::time_point deadline) {
    stand_in_line();
    const net::alarm too_late(worker_.executor(), deadline, [this] { client_->close(); });
    const auto head = co_await read_head(*client_, scanner_, received_,
                                         worker_.scratch().first(head_scanner::max_head));
    waiting_ = handshake_queue::place{};
    is_waiting_ = false;
    if (too_late.rang() && has_begun_request()) {
        site_.metrics.handshake_failed(handshake_failure::timed_out);
    }
    co_return !too_late.rang() && head != head_scanner::state::incomplete;
}

/// TLS, where it is spoken here.
asio::awaitable<bool> http_session::open(net::clock::time_point deadline) {
    const auto& conf = site_.conf;
    if (conf.proxy.send.all || !conf.proxy.send.by_path.empty()) {
        local_ = local_end_of(connection_.socket.get());
    }
    const bool is_proxy = conf.proxy.accept && conf.access.proxies.trusts(net::address_of(peer_));
    if (is_proxy && !co_await hear_proxy(deadline)) {
        co_return false;
    }
    if (speaks_ == speech::sniffed) {
        const auto first = co_await (sniff(connection_) || net::expire_at(deadline));
        if (first.index() == 1) {
            site_.metrics.handshake_failed(handshake_failure::timed_out);
            co_return false;
        }
        if (std::get<0>(first) == first_byte::none) {
            co_return false;
        }
        speaks_ = std::get<0>(first) == first_byte::tls ? speech::tls : speech::plain;
    }
    if (speaks_ == speech::tls) {
        co_return co_await open_tls(deadline);
    }
    client_ = std::make_unique<net::tcp_stream>(worker_.executor(), connection_);
    co_return true;
}

asio::awaitable<bool> http_session::open_tls(net::clock::time_point deadline) {
    auto stream =
        std::make_unique<tls_stream>(worker_.executor(), connection_, terms_.tls->new_session());
    auto& tls = *stream;
    client_ = std::move(stream);
    const net::alarm too_late(worker_.executor(), deadline, [&tls] { tls.close(); });
    const auto ec = co_await tls.handshake();
    if (ec) {
        site_.metrics.handshake_failed(too_late.rang() ? handshake_failure::timed_out
                                                       : handshake_failure::tls);
        site_.journal.tls_failed(number_, peer_,
                                 too_late.rang() ? net::error_code{asio::error::timed_out} : ec);
        co_return false;
    }
    tls_version_ = tls.version();
    identity_ = verified_client(tls.session());
    co_return true;
}

/// Whom a load balancer speaks for. It has to say so.
asio::awaitable<bool> http_session::hear_proxy(net::clock::time_point deadline) {
    const auto left = deadline - net::clock::now();
    const auto header = co_await net::receive_proxy_header(
        connection_, std::min<net::clock::duration>(left, site_.conf.proxy.header));
    if (!header) {
        site_.metrics.handshake_failed(handshake_failure::proxy_header);
        site_.journal.proxy_header_failed(number_, peer_, header.error());
        co_return false;
    }
    // What a balancer knows nothing of, or only zeros, is no client; and it does not look into
    // HTTP.
    const auto& named = header->addresses;
    if (!named || named->source.address().is_unspecified()) {
        forwarded_ = forwarded::ignored;
    } else {
        proxy_ = std::exchange(peer_, named->source);
        local_ = named->destination;
    }
    co_return true;
}

/// The head that read_head() has left at the front of received_.
http_answer http_session::decide_answer(request& r) {
    if (!scanner_.why().why.empty()) {
        return refusal_answer(scanner_.why());
    }
    auto parsed = parse_head(std::string_view{received_}.substr(0, scanner_.size()));
    received_.erase(0, scanner_.size());
    if (const auto* refused = std::get_if<refusal>(&parsed)) {
        return refusal_answer(*refused);
    }
    r = std::move(std::get<request>(parsed));
    return decide(r, rules_.routes, site_.files != nullptr, site_.conf.session.base64);
}

asio::awaitable<http_session::next> http_session::answer() {
    request r;
    auto what = decide_answer(r);
    if (const auto no = co_await ask_doorman(r, what)) {
        count_denial(what, *no);
        co_return co_await answer_denial(r, *no);
    }
    if (std::holds_alternative<tell_readiness>(what)) {
        what = answer_of(co_await site_.ready.ask());
        std::get<text_response>(what).keep_alive(may_stay(r));
    }
    if (auto* file = std::get_if<send_file>(&what)) {
        co_return co_await answer_file(r, file->path);
    }
    if (auto* session = std::get_if<open_session>(&what)) {
        opened_ = std::move(*session);
        co_return co_await open_websocket();
    }
    co_return co_await answer_text(r, std::get<text_response>(what));
}

asio::awaitable<http_session::next> http_session::open_websocket() {
    if (site_.conf.session.connect_first) {
        if (const auto then = co_await connect_first(); then != next::session) {
            opened_.reset();
            co_return then;
        }
    }
    const auto written = co_await write(switching_protocols(opened_->how));
    co_return written ? next::session : next::drop;
}

/// A balancer in front may ask another gateway for what it is answered here.
asio::awaitable<http_session::next> http_session::connect_first() {
    const auto& conf = site_.conf;
    const auto to = target_of_session();
    const auto began = net::clock::now();
    auto got = co_await dial(to, conf.limits.connect, conf.tcp, terms_.target_tls);
    if (got.stream) {
        site_.metrics.target_connected(net::clock::now() - began);
        target_ = std::move(got.stream);
        co_return next::session;
    }
    count_unreachable(site_.metrics.route(opened_->where->name), got.error);
    const bool late = got.error == asio::error::timed_out;
    const std::string what = late ? "the target does not answer" : "the target cannot be reached";
    const auto why = got.problem.empty() ? got.error.message() : got.problem;
    site_.journal.unreachable(number_, peer_, sender_, to_string(to), why);
    admitted_.reset();
    auto text = text_answer(
        late ? http::status::gateway_timeout : http::status::bad_gateway,
        conf.session.verbose_close ? fmt::format("{}: {}: {}", what, to_string(to), why) : what);
    text.keep_alive(false);
    co_return co_await write(serialized(text, http::verb::get)) ? next::close : next::drop;
}

/// Of a session or a file; what we say ourselves everybody may know.
asio::awaitable<std::optional<denial>> http_session::ask_doorman(const request& r,
                                                                 const http_answer& what) {
    sender_ = terms_.doorman->identify(r, net::address_of(peer_),
                                       identity_ ? identity_->common_name : std::string_view{},
                                       forwarded_);
    if (std::holds_alternative<text_response>(what) ||
        std::holds_alternative<tell_readiness>(what)) {
        co_return std::nullopt;
    }
    // A session is under the policies of its route, whatever path a listener for all of them takes.
    const auto* const session = std::get_if<open_session>(&what);
    const auto path = session != nullptr
                          ? session->where->path
                          : decoded_path({r.target().data(), r.target().size()}).value_or("");
    if (auto no = check_certificate(path)) {
        co_return no;
    }
    if (session == nullptr) {
        co_return co_await terms_.doorman->admit_request(r, sender_);
    }
    announced_ = site_.conf.proxy.send.of(path);
    auto verdict = co_await terms_.doorman->admit_session(r, path, sender_);
    if (auto* no = std::get_if<denial>(&verdict)) {
        co_return std::move(*no);
    }
    admitted_ = std::move(std::get<admission>(verdict));
    co_return std::nullopt;
}

std::optional<denial> http_session::check_certificate(std::string_view path) const {
    const auto refused = check_client(site_.conf.client_rules.of(path), identity_);
    if (!refused) {
        return std::nullopt;
    }
    return denial{refused->status, refused->why, "client certificate"};
}

void http_session::count_denial(const http_answer& what, const denial& no) {
    if (const auto* session = std::get_if<open_session>(&what)) {
        site_.metrics.handshake_failed(no.counted);
        count_refused(site_.metrics.route(session->where->name));
    }
}

void http_session::count_refusal(const request& r, http::status s) {
    if (is_failed_handshake(r, s)) {
        site_.metrics.handshake_failed(reason_of(s));
    }
}

asio::awaitable<http_session::next> http_session::answer_denial(const request& r,
                                                                const denial& no) {
    site_.journal.denied(number_, peer_, sender_, no, !terms_.doorman->is_worth_telling(sender_));
    if (no.delay.count() > 0) {
        co_await net::expire_after(no.delay);
    }
    co_return co_await write(serialized(answer_of(no), r.method())) ? next::close : next::drop;
}

asio::awaitable<http_session::next> http_session::answer_text(const request& r,
                                                              const text_response& text) {
    if (text.result_int() >= 400) {
        count_refusal(r, text.result());
        site_.journal.refused(number_, peer_, sender_, text.result());
    }
    const auto written = co_await write(serialized(text, r.method()));
    if (!written) {
        co_return next::drop;
    }
    co_return text.keep_alive() ? next::again : next::close;
}

asio::awaitable<http_session::next> http_session::answer_file(const request& r,
                                                              const std::string& path) {
    std::string codings; // the field may come several times (RFC 9110 5.3)
    const auto fields = r.equal_range(http::field::accept_encoding);
    for (auto field = fields.first; field != fields.second; ++field) {
        codings.append(field->value().data(), field->value().size()).append(",");
    }
    const auto file = site_.files->open(path, accepts_gzip(codings) ? content_coding::gzip
                                                                    : content_coding::identity);
    if (!file) {
        auto none = text_answer(http::status::not_found, "no such file");
        none.keep_alive(may_stay(r));
        co_return co_await answer_text(r, none);
    }
    const auto what = wsgate::answer_file(r, *file, site_.conf.files, std::time(nullptr));
    if (const auto* text = std::get_if<text_response>(&what)) {
        co_return co_await answer_text(r, *text);
    }
    const auto& part = std::get<file_part>(what);
    if (!co_await write(serialized(part.head)) || !co_await send_content(*file, part.content)) {
        co_return next::drop;
    }
    co_return part.head.keep_alive() ? next::again : next::close;
}

/// Reads a piece again rather than keeping what the client did not take of it.
asio::awaitable<bool> http_session::send_content(const static_file& file, byte_range rest) {
    while (rest.size > 0) {
        const auto scratch = worker_.scratch();
        const auto piece = scratch.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(scratch.size(), rest.size)));
        const auto size =
            ::pread(file.fd.get(), piece.data(), piece.size(), static_cast<off_t>(rest.first));
        if (size < 0 || static_cast<std::size_t>(size) < piece.size()) {
            co_return false; // the file has changed: its length has been told already
        }
        const auto wrote = client_->write_some(piece);
        if (wrote.error && !wrote.would_block()) {
            co_return false;
        }
        rest.first += wrote.bytes;
        rest.size -= wrote.bytes;
        // Also where all of it went: other sessions of this thread have their turn.
        if (rest.size > 0 && !co_await wait_writable()) {
            co_return false;
        }
    }
    co_return true;
}

asio::awaitable<bool> http_session::write(std::string text) {
    auto rest = std::as_bytes(std::span(text));
    while (!rest.empty()) {
        const auto wrote = client_->write_some(rest);
        if (wrote.error && !wrote.would_block()) {
            co_return false;
        }
        rest = rest.subspan(wrote.bytes);
        if (!rest.empty() && !co_await wait_writable()) {
            co_return false;
        }
    }
    co_return true;
}

asio::awaitable<bool> http_session::wait_writable() {
    // Sockets become writable in large steps: between them a slow client takes bytes all the same.
    progress_watch watch(site_.conf.limits.no_progress, client_->untaken(), net::clock::now());
    do {
        const auto first =
            co_await (client_->wait(net::readiness::write) || net::expire_after(watch.pause()));
        if (first.index() == 0) {
            co_return !std::get<0>(std::get<0>(first));
        }
    } while (watch.look(client_->untaken(), net::clock::now()));
    co_return false;
}

/// Lets the client read our last answer: closing a socket with unread bytes would reset it.
asio::awaitable<void> http_session::linger() {
    client_->shutdown_send();
    for (std::size_t ignored = received_.size(); ignored < max_ignored;) {
        if (const auto [ec] = co_await client_->wait(net::readiness::read); ec) {
            break;
        }
        const auto got = client_->read_some(worker_.scratch());
        if (got.error && !got.would_block()) {
            break;
        }
        ignored += got.bytes;
    }
}

bool http_session::show() const {
    if (bridge_ != nullptr) {
        site_.journal.carries(
            *facts_, bridge_->summary(),
            std::chrono::duration_cast<std::chrono::milliseconds>(net::clock::now() - began_));
    }
    return bridge_ != nullptr;
}

target http_session::target_of_session() const {
    const auto& conf = site_.conf;
    auto to = choose_target(admitted_->to, conf.access.tokens, conf.target_of(*opened_->where));
    if (announced_) {
        to.greeting = announcement(
            {sender_.client, peer_, local_, sender_.request_id, tls_version_}, *announced_);
    }
    return to;
}

bridge_options http_session::options_of_session(const target& to) const {
    auto options = site_.conf.bridge;
    if (opened_->how.subprotocol == "base64") {
        options.text = text_frames::base64;
    }
    options.tell_status = site_.conf.session.tells_status(opened_->where->path) &&
                          options.text != text_frames::base64;
    if (site_.conf.session.verbose_close) {
        options.target_name = to_string(to);
    }
    if (opened_->where->who == visitor::viewer) {
        options.pong = site_.conf.pong_timeout;
    } else {
        options.dial = target_ ? dial_time::at_once : site_.conf.server_dial;
    }
    return options;
}

asio::awaitable<void> http_session::carry() {
    const auto& conf = site_.conf;
    const auto& where = *opened_->where;
    const auto to = target_of_session();
    const auto to_text = to_string(to);
    session_facts facts{number_,     where.name, peer_, to_text, opened_->how.subprotocol,
                        tls_version_};
    facts.proxy = proxy_;
    facts.client = sender_.client;
    facts.request_id = sender_.request_id;
    facts.user = admitted_->user;
    if (identity_) {
        facts.certificate = identity_->name;
    }
    const auto bytes = std::as_bytes(std::span(received_));
    std::vector<std::byte> early(bytes.begin(), bytes.end());
    std::string{}.swap(received_);

    std::optional<session_meter> meter;
    meter.emplace(site_.metrics, site_.metrics.route(where.name));
    auto options = options_of_session(to);
    options.observer = &*meter;
    bridge b(
        worker_.executor(), worker_.scratch(), *client_,
        [&] {
            return target_ ? connected(std::move(target_))
                           : dial(to, conf.limits.connect, conf.tcp, terms_.target_tls);
        },
        options);
    began_ = net::clock::now();
    site_.journal.started(facts);
    facts_ = &facts;
    bridge_ = &b;
    co_await b.run(std::move(early));
    bridge_ = nullptr;
    meter->closed(b.summary().code, b.summary().by);
    meter.reset(); // before anybody can read that the session has ended
    { const auto left = std::move(admitted_->place); } // who hears of the end may come at once
    site_.journal.ended(
        facts, b.summary(),
        std::chrono::duration_cast<std::chrono::milliseconds>(net::clock::now() - began_));
}

} // namespace wsgate
