// Accepts peers, sends each on by what it says, and ends on drain() and stop().
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/server.hpp"

#include "net/deadline.hpp"
#include "net/end_process.hpp"
#include "net/proxy/on_connection.hpp"
#include "repeater/authorize/question.hpp"
#include "repeater/dial.hpp"
#include "repeater/explain.hpp"
#include "service/descriptors.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace repeater {

namespace {

/// One descriptor in ten is left for all that is no peer: logs, names, reloads.
limit_options limits_of(const config& c) {
    auto all = c.source_limits;
    if (all.connections == 0) {
        all.connections = service::descriptor_limit() / 10 * 9;
    }
    return all;
}

ports open_new_ports(const config& c) {
    service::inherited_listeners none;
    return open_ports(c, none);
}

/// Whether what a viewer said was a destination, though a wrong one.
bool names_a_destination(const boost::system::error_code& e) {
    return e == rfb::error::bad_destination || e == rfb::error::port_out_of_range;
}

} // namespace

server::server(const asio::any_io_executor& executor, std::shared_ptr<const config> c,
               event_sink& events, net::resolver::lookup look_up)
    : server(executor, c, open_new_ports(*c), events, std::move(look_up)) {}

server::server(const asio::any_io_executor& executor, std::shared_ptr<const config> c, ports opened,
               event_sink& events, net::resolver::lookup look_up)
    : executor_(executor), loop_(net::event_loop::of(executor)), config_(std::move(c)),
      events_(events), socket_files_(std::move(opened.socket_files)), ports_(std::move(opened.all)),
      closing_(executor), limits_(limits_of(*config_)),
      resolver_(executor, std::move(look_up), net::resolver::turns::own),
      accepting_(executor, net::end_process),
      tasks_(
          executor,
          [&events](const std::exception_ptr& e) { events.receive(event::defect{net::what(e)}); }),
      reception_(loop_, events, [this](reception::guest g) { introduced(std::move(g)); }),
      room_(loop_, config_, limits_, tasks_, events),
      refusals_(loop_,
                [this](peer who, std::shared_ptr<const config> conf) {
                    tasks_.spawn(
                        explain_to(std::move(who), std::string{no_session}, std::move(conf)));
                }),
      relays_(loop_, *config_, events) {
    resolver_.set(config_->limits.lookups);
    if (config_->authorize.is_on()) {
        authorizer_ = std::make_unique<authorizer>(executor, config_->authorize);
    }
}

void server::restore(inheritance& from) {
    before_ = from.counts;
    last_number_ = before_.last_number;
    accepted_ = before_.closed;
    for (auto& [what, socket] : std::exchange(from.waiters, {})) {
        last_number_ = std::max(last_number_, static_cast<std::uint64_t>(what.name.number));
        ++accepted_;
        auto place =
            limits_.restore(net::address_of(what.name.address), waiting_stage(what.name.side));
        peer who(what.name, {std::move(socket), what.name.address, what.early}, std::move(place));
        if (what.granted.holds()) {
            who.granted = std::make_shared<const grant>(what.granted);
        }
        room_.restore({std::move(what), std::move(who), config_});
    }
}

void server::set_keeper(service::record_channel& keeper) {
    keeper_ = &keeper;
    room_.observe(keeper_link_.emplace(keeper));
    for (const auto& each : listeners()) {
        keeper.tell(number_of(record_kind::listener), fields_of(each.what), {&each.socket, 1});
    }
}

std::vector<server::listening> server::listeners() const {
    std::vector<listening> all;
    for (const auto& each : ports_) {
        all.push_back({{use_of(each.side), each.listener.name()}, each.listener.native_handle()});
    }
    return all;
}

server::aside server::set_aside() {
    is_aside_ = true;
    accepting_.cancel();
    return {room_.set_aside()};
}

void server::take_back(aside all) {
    is_aside_ = false;
    if (closed_) { // drain() came meanwhile
        for (const auto& each : all.waiters) {
            events_.receive(event::dismissed{each.what.name, each.what.id});
        }
        return;
    }
    for (auto& each : all.waiters) {
        room_.restore(std::move(each));
    }
    start_accepting();
    for (auto& each : std::exchange(held_back_, {})) {
        introduced(std::move(each));
    }
}

void server::leave_to(next_process next, aside all) {
    all.waiters.clear();
    is_aside_ = false;
    next_ = std::move(next);
    for (auto& each : socket_files_) {
        each.leave();
    }
    for (auto& each : std::exchange(held_back_, {})) {
        introduced(std::move(each));
    }
    closed_ = true;
    closing_.notify();
}

void server::receive(moved_guest from, net::unique_fd socket) {
    ++accepted_;
    auto place = limits_.restore(net::address_of(from.name.address), peer_stage::handshake);
    peer who(from.name, {std::move(socket), from.name.address, std::move(from.early)},
             std::move(place));
    introduced({std::move(who), std::move(from.hello), config_});
}

void server::go_on(moved_pair p, std::array<net::unique_fd, 2> sockets) {
    const auto come = [this](const asio::ip::tcp::endpoint& from) {
        ++accepted_;
        return limits_.restore(net::address_of(from), peer_stage::session);
    };
    std::array places{come(p.viewer), p.is_server_accepted
                                          ? come(p.server)
                                          : limits_.without_source(peer_stage::session)};
    relays_.go_on(std::move(p), std::move(sockets), std::move(places));
}

moved_counts server::counts() const {
    const auto n = numbers();
    moved_counts c;
    c.last_number = last_number_;
    c.closed = n.closed;
    c.probes = n.probes;
    c.handed_over = n.handed_over;
    for (const auto& each : n.threads) {
        c.bytes[0] += each.from_viewers;
        c.bytes[1] += each.from_servers;
    }
    return c;
}

void server::add(const moved_counts& more) {
    accepted_ += more.closed;
    before_.probes += more.probes;
    before_.handed_over += more.handed_over;
    for (std::size_t i = 0; i < more.bytes.size(); ++i) {
        before_.bytes[i] += more.bytes[i];
    }
}

bool server::is_deserted() const {
    return reception_.is_empty() && met_.empty() && tasks_.size() == 0 && relays_.size() == 0;
}

void server::start_accepting() {
    for (auto& each : ports_) {
        accepting_.spawn(each.listener.run(
            [this, &each](net::connection c) { accept(each, std::move(c)); },
            [this](const error_code& ec) { events_.receive(event::accept_failed{ec}); }));
    }
}

asio::awaitable<void> server::run() {
    for (const auto& [listener, side, rules] : ports_) {
        event::listening e{side, listener.local(), listener.name()};
        if (rules) {
            e.id = rules->id;
        }
        events_.receive(e);
    }
    start_accepting();
    // tasks_.join() would complete whenever there is no task, which says nothing before drain().
    while (!closed_) {
        co_await closing_.wait();
    }
    co_await accepting_.join();
    close_listeners();
    co_await deserted();
    co_await tasks_.join();
    co_await drained();
}

/// Once nobody accepts on them: another process may have them as well, and the poller would go on
/// to hear of their connections.
void server::close_listeners() {
    for (auto& each : ports_) {
        each.listener.close();
    }
}

/// Completes when no peer is left that has still to say what it wants. drain() closes them; those
/// that another process will serve have their time.
asio::awaitable<void> server::deserted() {
    constexpr auto now_and_then = std::chrono::milliseconds(50);
    while (!reception_.is_empty()) {
        co_await net::expire_after(now_and_then);
    }
}

/// Completes when every pair has ended.
asio::awaitable<void> server::drained() {
    using namespace asio::experimental::awaitable_operators;
    const auto most = config_->limits.drain;
    if (most.count() > 0) {
        const auto first = co_await (relays_.join() || net::expire_after(most));
        if (first.index() == 1) {
            events_.receive(event::drained_too_long{relays_.size()});
            relays_.stop();
        }
    }
    co_await relays_.join();
}

void server::accept(const open_port& at, net::connection c) {
    ++accepted_;
    peer_name name{session_number{++last_number_}, at.side, c.peer, {}};
    const auto from = net::address_of(c.peer);
    const bool is_proxy = !from || net::contains(config_->proxy_from, *from);
    auto entered = limits_.enter(is_proxy ? std::nullopt : from, loop_.now());
    if (const auto* const why = std::get_if<limit>(&entered)) {
        events_.receive(event::limited{std::move(name), *why});
        return;
    }
    auto& place = std::get<source_limits::place>(entered);
    if (is_proxy) {
        tasks_.spawn(hear_proxy(std::move(name), std::move(c), std::move(place), at.rules));
    } else {
        welcome({std::move(name), std::move(c), std::move(place), at.rules});
    }
    drop_oldest_handshakes();
}

void server::drop_oldest_handshakes() {
    while (limits_.has_too_many_handshakes() && reception_.drop_oldest()) {
    }
}

void server::welcome(peer who, std::optional<asio::ip::tcp::endpoint> proxy) {
    if (who.by && !who.by->admits(who.name.address.address())) {
        events_.receive(event::refused{who.name, who.by->id, event::refused::reason::address});
        return;
    }
    if (who.by && who.name.side == rfb::side::viewer) {
        who.shown = version_behind(*who.by);
    }
    reception_.receive(std::move(who), std::move(proxy), config_);
}

/// Who does not answer to it is no viewer, and takes nobody's server.
std::vector<std::byte> server::version_behind(const door& d) const {
    const auto judged = judge(*config_->admitted_ids, d.id, seconds_since_1970());
    const auto* const id = std::get_if<rfb::repeater_id>(&judged);
    return id == nullptr ? std::vector<std::byte>{} : room_.version_of(*id);
}

asio::awaitable<void> server::hear_proxy(peer_name name, net::connection c,
                                         source_limits::place place,
                                         std::shared_ptr<const door> by) {
    auto header = co_await net::receive_proxy_header(c, config_->limits.proxy_header);
    if (closed_ && !next_) {
        co_return; // drain() came meanwhile, after which nobody is welcomed
    }
    if (!header && header.error() == net::proxy_error::nothing) {
        reception_.note_probe(std::move(name));
        co_return;
    }
    if (!header) {
        events_.receive(event::proxy_header_failed{std::move(name), header.error()});
        co_return;
    }
    name.request_id = std::move(header->unique_id);
    if (header->addresses) {
        name.address = header->addresses->source;
        if (const auto why = limits_.identify(place, name.address.address(), loop_.now())) {
            events_.receive(event::limited{std::move(name), *why});
            co_return;
        }
    }
    const auto proxy = c.peer;
    welcome({std::move(name), std::move(c), std::move(place), std::move(by)}, proxy);
}

void server::introduced(reception::guest g) {
    if (is_aside_) {
        held_back_.push_back(std::move(g));
        return;
    }
    if (next_ && g.hello) {
        next_(std::move(g));
        return;
    }
    if (g.hello && authorizer_ && !g.is_authorized) {
        tasks_.spawn(authorize(std::move(g)));
        return;
    }
    if (!g.hello) {
        const auto error = g.hello.error();
        const auto* const why = error == rfb::error::text_behind_id
                                    ? "The repeater takes IDs without a blank in them."
                                : error == rfb::error::id_too_long
                                    ? "The ID is too long."
                                    : "The repeater needs an ID, as ID:1234, and got none.";
        if (names_a_destination(error)) {
            tasks_.spawn(refuse_dial(std::move(g), why));
        } else {
            turn_away(std::move(g.who), why, std::move(g.conf));
        }
    } else if (std::holds_alternative<rfb::repeater_id>(g.hello->wish)) {
        meet(std::move(g));
    } else {
        tasks_.spawn(dial_for(std::move(g)));
    }
}

asio::awaitable<void> server::authorize(reception::guest g) {
    auto said = co_await authorizer_->ask(question_about(g.who.name, g.hello->wish));
    if (closed_ && !next_) {
        co_return; // drain() came meanwhile
    }
    if (const auto* const none = std::get_if<no_answer>(&said)) {
        const bool may = config_->authorize.failure == without_answer::allow;
        events_.receive(event::not_authorized{g.who.name, none->why, true, may});
        said = may ? answer{authorized{}} : answer{unauthorized{}};
    } else if (const auto* const no = std::get_if<unauthorized>(&said)) {
        events_.receive(event::not_authorized{g.who.name, no->reason});
    }
    if (const auto* const no = std::get_if<unauthorized>(&said)) {
        turn_away(std::move(g.who), no->reason.empty() ? std::string{no_session} : no->reason,
                  std::move(g.conf));
        co_return;
    }
    auto& yes = std::get<authorized>(said);
    if (yes.granted.holds()) {
        g.who.granted = std::make_shared<const grant>(std::move(yes.granted));
    }
    if (auto key = rfb::repeater_id::make(yes.key);
        key && std::holds_alternative<rfb::repeater_id>(g.hello->wish)) {
        g.hello->wish = std::move(*key);
    }
    g.is_authorized = true;
    introduced(std::move(g));
}

void server::meet(reception::guest g) {
    auto& named = std::get<rfb::repeater_id>(g.hello->wish);
    auto judged = judge(*config_->admitted_ids, named, seconds_since_1970());
    if (const auto* const why = std::get_if<id_fault>(&judged)) {
        note_refused_id(g.who, named, *why);
        turn_away(std::move(g.who), std::string{no_session}, std::move(g.conf));
        return;
    }
    waiting_room::wish wanted{std::get<rfb::repeater_id>(std::move(judged)),
                              std::move(g.hello->port)};
    if (g.hello->key || g.hello->unended || !wanted.port.empty()) {
        events_.receive(event::id_truncated{g.who.name, wanted.id,
                                            g.hello->key       ? "+KEY"
                                            : g.hello->unended ? "what follows its block"
                                                               : ":" + wanted.port});
    }
    if (wanted.id != named) {
        wanted.code = std::move(named);
    }
    auto outcome = room_.arrive(std::move(g.who), std::move(wanted), g.conf);
    if (auto* met = std::get_if<pair>(&outcome)) {
        start(std::move(*met));
    } else if (auto* refused = std::get_if<waiting_room::refusal>(&outcome)) {
        turn_away(std::move(refused->who), std::string{refused->why}, std::move(g.conf));
    }
}

void server::start(pair met) {
    if (keeper_ == nullptr) {
        relays_.start(std::move(met));
        return;
    }
    met_.push_back(std::move(met));
    keeper_->then([this] { start_all_met(); });
}

void server::start_all_met() {
    while (!met_.empty()) {
        auto next = std::move(met_.front());
        met_.pop_front();
        relays_.start(std::move(next));
    }
}

/// Under a policy that does not admit everybody, each side learns by its answer whether an ID is
/// good: to name a wrong one is a guess. An expired one was good.
void server::note_refused_id(peer& who, const rfb::repeater_id& named, id_fault why) {
    events_.receive(event::id_refused{who.name, named, why});
    if (why == id_fault::expired) {
        return;
    }
    const auto ban = limits_.wrong_id(who.place, std::hash<rfb::repeater_id>{}(named), loop_.now());
    if (ban) {
        events_.receive(event::limited{who.name, limit::wrong_ids, *ban});
    }
}

void server::turn_away(peer who, std::string why, std::shared_ptr<const config> conf) {
    if (config_->ids.policy == id_policy::open) {
        tasks_.spawn(explain_to(std::move(who), std::move(why), std::move(conf)));
        return;
    }
    limits_.move_to(who.place, peer_stage::leaving);
    refusals_.add(std::move(who), std::move(conf));
}

asio::awaitable<void> server::dial_for(reception::guest g) {
    auto& to = std::get<rfb::destination>(g.hello->wish);
    auto why = limits_.forbids(g.who.place, peer_stage::session);
    why = why ? why : limits_.dial(g.who.place, loop_.now());
    if (why) {
        events_.receive(event::limited{g.who.name, *why});
        co_await refuse_dial(std::move(g), too_many_sessions);
        co_return;
    }
    dialling_viewer viewer(std::move(g.who), executor_);
    if (auto met = co_await dial(viewer, std::move(to), *g.conf, resolver_, events_)) {
        limits_.move_to(met->viewer.place, peer_stage::session);
        met->server.place = limits_.without_source(peer_stage::session);
        relays_.start(std::move(*met));
        co_return;
    }
    co_await explain_to(viewer.detach(), "The repeater could not connect to that VNC server.",
                        std::move(g.conf));
}

asio::awaitable<void> server::refuse_dial(reception::guest g, std::string_view why) {
    const auto when = loop_.now() + g.conf->limits.refusal;
    limits_.move_to(g.who.place, peer_stage::leaving);
    dialling_viewer viewer(std::move(g.who), executor_);
    co_await hold_until(viewer, when);
    co_await explain_to(viewer.detach(), std::string{why}, std::move(g.conf));
}

asio::awaitable<void> server::explain_to(peer who, std::string why,
                                         std::shared_ptr<const config> conf) {
    // At a door it is an ordinary viewer, which shows what it is told.
    const bool is_told = conf->explain || who.by;
    if (is_told && who.name.side == rfb::side::viewer && !closed_) {
        limits_.move_to(who.place, peer_stage::leaving);
        co_await explain(std::move(who), std::move(why), conf->limits.explain);
    } else {
        who.channel.discard_unread();
    }
}

server_numbers server::numbers() const {
    server_numbers n;
    n.accepted = accepted_;
    n.closed = accepted_ - limits_.entered() + limits_.gone();
    n.open = limits_.present();
    n.handshakes = limits_.size(peer_stage::handshake);
    n.waiting_viewers = limits_.size(peer_stage::waiting_viewer);
    n.waiting_servers = limits_.size(peer_stage::waiting_server);
    n.dialling = limits_.size(peer_stage::dialling);
    n.leaving = limits_.size(peer_stage::leaving);
    n.sessions = relays_.size();
    n.probes = before_.probes + reception_.probed();
    n.sources = limits_.tables();
    n.threads = relays_.numbers();
    n.threads.front().from_viewers += before_.bytes[0];
    n.threads.front().from_servers += before_.bytes[1];
    n.handed_over = before_.handed_over + relays_.handed_over();
    return n;
}

void server::configure(std::shared_ptr<const config> c) {
    config_ = std::move(c);
    limits_.set(limits_of(*config_));
    resolver_.set(config_->limits.lookups);
    room_.configure(config_);
    relays_.configure(*config_);
}

void server::drain() {
    held_back_.clear();
    if (std::exchange(closed_, true)) {
        reception_.clear(); // another process may have taken over since: nobody else is met
        return;
    }
    if (keeper_ != nullptr) {
        keeper_->send_all();
    }
    start_all_met();
    events_.receive(event::stopping{relays_.size()});
    if (keeper_ == nullptr) { // otherwise run() does so, once nobody accepts
        close_listeners();
    }
    // Peers that wait are closed, as nobody can come to meet them any more. Pairs stay.
    socket_files_.clear();
    reception_.clear();
    room_.clear();
    refusals_.clear();
    accepting_.cancel();
    tasks_.cancel();
    closing_.notify();
}

void server::stop() {
    drain();
    relays_.stop();
}

/// The number is bounded, since the log's queue drops lines when too many come at once.
void server::show_sessions() {
    constexpr std::size_t most = 1000;
    events_.receive(event::sessions{room_.size(rfb::side::server), room_.size(rfb::side::viewer),
                                    relays_.size(), most});
    room_.show(most);
    relays_.show(most);
}

std::uint16_t server::port(rfb::side side) const {
    return std::find_if(ports_.begin(), ports_.end(),
                        [side](const open_port& each) { return each.side == side; })
        ->listener.local()
        .port();
}

} // namespace repeater
