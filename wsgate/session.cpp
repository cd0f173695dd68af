// Chooses the target, sets the bridge's options, and tells log and metrics of the session.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/session.hpp"

#include "wsgate/target/dial.hpp"
#include "wsgate/target/proxy_header.hpp"

#include <optional>
#include <tuple>
#include <utility>

namespace wsgate {

namespace {

target choose_target(const std::optional<target>& chosen, const token_options& tokens,
                     const target& configured) {
    if (!chosen) {
        return configured;
    }
    auto to = *chosen;
    to.tls = to.tls || (tokens.tls && !to.is_unix);
    return to;
}

/// The opening handshake agrees to no others.
std::string_view subprotocol_named(std::string_view name) {
    for (const std::string_view known : {"binary", "base64"}) {
        if (name == known) {
            return known;
        }
    }
    return {};
}

/// Null where TLS is spoken there.
net::tcp_stream* as_plain(net::stream* s) {
    return dynamic_cast<net::tcp_stream*>(s);
}

asio::awaitable<dialled> connected_before(std::unique_ptr<net::stream> to_target) {
    co_return dialled{std::move(to_target), {}, {}, true};
}

} // namespace

admitted_opening admit(const accepted_connection& connection, const arrival& client,
                       open_session asked, sender from, admission right) {
    const auto& conf = connection.conf();
    auto to = choose_target(right.to, conf.access.tokens, conf.target_of(*asked.where));
    if (const auto version = conf.proxy.send.of(asked.where->path)) {
        to.proxy_header = proxy_header_of(
            {from.client, client.peer, client.local, from.request_id, client.tls}, *version);
    }
    return {std::move(asked), std::move(from), std::move(right), std::move(to)};
}

session::session(const accepted_connection& which, arrival client, admitted_opening opening,
                 std::vector<std::byte> early)
    : connection_(which), client_(std::move(client)), opening_(std::move(opening)),
      early_(std::move(early)), facts_(facts()) {}

session::session(const accepted_connection& which, session_aside from)
    : connection_(which), began_(from.what.began) {
    auto& what = from.what;
    const auto stream_of = [&](net::connection& c) {
        return c.socket ? std::make_unique<net::tcp_stream>(connection_.executor, c) : nullptr;
    };
    client_.stream = stream_of(from.client);
    client_.peer = what.peer;
    client_.proxy = what.proxy;
    client_.place = std::move(from.connection);
    earlier_ = std::make_unique<earlier>(
        earlier{std::move(what.where), {stream_of(from.target), std::move(what.state)}});
    opening_.asked.where = &earlier_->where;
    opening_.asked.how.subprotocol = subprotocol_named(what.subprotocol);
    opening_.sender.client = what.client;
    opening_.sender.request_id = std::move(what.request_id);
    opening_.admission.user = std::move(what.user);
    opening_.admission.place = std::move(from.session);
    opening_.to = std::move(what.to);
    facts_ = facts();
}

asio::awaitable<void> session::run() {
    bridge_summary summary;
    {
        auto& metrics = connection_.services.metrics;
        session_meter meter(metrics, metrics.route(opening_.asked.where->name));
        if (!earlier_) {
            began_ = net::clock::now();
            connection_.services.journal.started(facts_);
        }
        auto b = make_bridge(meter);
        bridge_ = &b;
        co_await b.run(std::move(early_));
        bridge_ = nullptr;
        if (is_aside_) {
            meter.has_left();
            co_return;
        }
        summary = b.summary();
        meter.closed(summary.code, side_of(summary.cause));
    }
    opening_.admission.place = {}; // before the end is logged: it is no longer counted by then
    connection_.services.journal.ended(facts_, summary, age());
    client_.stream->close();
}

bridge session::make_bridge(bridge_observer& observer) {
    auto how = options();
    how.observer = &observer;
    const auto& [executor, scratch] = std::tie(connection_.executor, connection_.scratch);
    if (earlier_) {
        return {executor,        scratch, *client_.stream, std::move(earlier_->carried),
                way_to_target(), how};
    }
    return {executor, scratch, *client_.stream, way_to_target(), how};
}

std::unique_ptr<session_aside> session::set_aside() {
    auto* const client = as_plain(client_.stream.get());
    const bool may_leave = bridge_ != nullptr && client != nullptr &&
                           (bridge_->tcp() == nullptr || as_plain(bridge_->tcp()) != nullptr);
    auto parts = may_leave ? bridge_->detach() : std::nullopt;
    if (!parts) {
        return nullptr;
    }
    is_aside_ = true;
    auto aside = std::make_unique<session_aside>();
    aside->what = describe();
    aside->what.state = std::move(parts->state);
    aside->client = client->detach({});
    if (parts->tcp) {
        aside->target = as_plain(parts->tcp.get())->detach({});
    }
    aside->connection = std::move(client_.place);
    aside->session = std::move(opening_.admission.place);
    return aside;
}

moved_session session::describe() const {
    moved_session what;
    what.number = connection_.number;
    what.peer = client_.peer;
    what.proxy = client_.proxy;
    what.client = opening_.sender.client;
    what.request_id = opening_.sender.request_id;
    what.user = opening_.admission.user;
    what.where = *opening_.asked.where;
    what.subprotocol = opening_.asked.how.subprotocol;
    what.to = opening_.to;
    what.began = began_;
    return what;
}

void session::go_away() {
    if (bridge_ != nullptr) {
        bridge_->go_away();
    }
}

bool session::show() const {
    if (bridge_ != nullptr) {
        connection_.services.journal.carries(facts_, bridge_->summary(), age());
    }
    return bridge_ != nullptr;
}

session_facts session::facts() const {
    session_facts facts{connection_.number,     opening_.asked.where->name,     client_.peer,
                        to_string(opening_.to), opening_.asked.how.subprotocol, client_.tls};
    facts.proxy = client_.proxy;
    facts.client = opening_.sender.client;
    facts.request_id = opening_.sender.request_id;
    facts.user = opening_.admission.user;
    if (client_.identity) {
        facts.certificate = client_.identity->name;
    }
    return facts;
}

bridge_options session::options() const {
    const auto& conf = connection_.conf();
    const auto& [where, how] = opening_.asked;
    auto options = conf.bridge;
    if (how.subprotocol == "base64") {
        options.text = text_frames::base64;
    }
    options.tell_status =
        conf.session.tells_status(where->path) && options.text != text_frames::base64;
    if (conf.session.verbose_close) {
        options.target_name = to_string(opening_.to);
    }
    if (where->who == visitor::viewer) {
        options.pong = conf.pong_timeout;
    } else {
        options.dial = opening_.connected ? dial_time::at_once : conf.server_dial;
    }
    return options;
}

dialler session::way_to_target() {
    return [this] {
        return opening_.connected ? connected_before(std::move(opening_.connected)) : dial_target();
    };
}

asio::awaitable<dialled> session::dial_target() const {
    const auto& conf = connection_.conf();
    auto got =
        co_await dial(opening_.to, conf.limits.connect, conf.tcp, connection_.terms->target_tls);
    if (got.stream) {
        connection_.services.journal.passed_over(connection_.number, facts_.target, got.missed);
    }
    co_return got;
}

std::chrono::milliseconds session::age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(net::clock::now() - began_);
}

} // namespace wsgate
