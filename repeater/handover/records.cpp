// Each record's fields in a fixed order; new ones come last.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/handover/records.hpp"

#include "service/handover/fields.hpp"
#include "service/handover/net_fields.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

namespace repeater {

namespace {

using service::field_reader;
using service::field_writer;

// The first byte of a meeting, which says what it is.
constexpr std::uint64_t met_by_id = 0;
constexpr std::uint64_t met_by_dial = 1;

constexpr std::uint64_t largest_port = 0xffff;

std::uint64_t number_of(session_number n) {
    return static_cast<std::uint64_t>(n);
}

template <class Enum>
std::uint64_t value_of(Enum e) {
    return static_cast<std::uint64_t>(e);
}

void put(field_writer& to, const peer_name& name) {
    to.number(number_of(name.number));
    to.number(value_of(name.side));
    put(to, name.address);
    to.text(name.request_id);
}

peer_name name_from(field_reader& in) {
    peer_name name;
    name.number = session_number{in.number()};
    name.side = in.choice(rfb::side::server);
    name.address = service::endpoint_from(in);
    name.request_id = in.text();
    return name;
}

/// What is no ID is a failure, and becomes some ID.
rfb::repeater_id id_from(field_reader& in) {
    auto id = rfb::repeater_id::make(in.text());
    if (!id) {
        in.fail();
        return rfb::repeater_id::make("-").value();
    }
    return std::move(*id);
}

void put(field_writer& to, const meeting& met) {
    if (const auto* const id = std::get_if<rfb::repeater_id>(&met)) {
        to.number(met_by_id);
        to.text(id->text());
        return;
    }
    const auto& at = std::get<rfb::destination>(met);
    to.number(met_by_dial);
    to.text(at.host);
    to.number(at.port);
    to.number(at.display ? *at.display + 1U : 0U);
}

meeting meeting_from(field_reader& in) {
    if (in.number_up_to(met_by_dial) == met_by_id) {
        return id_from(in);
    }
    rfb::destination at;
    at.host = in.text();
    at.port = static_cast<std::uint16_t>(in.number_up_to(largest_port));
    if (const auto display = in.number_up_to(largest_port + 1); display > 0) {
        at.display = static_cast<std::uint16_t>(display - 1);
    }
    return at;
}

void put(field_writer& to, const session_limits& l) {
    for (const auto each : {l.write_stall, l.idle, l.longest, l.linger}) {
        to.number(static_cast<std::uint64_t>(each.count()));
    }
    to.number(l.bandwidth);
}

session_limits limits_from(field_reader& in) {
    constexpr std::uint64_t longest = std::uint64_t{1} << 40U; // milliseconds: 35 years
    session_limits l;
    for (auto* const each : {&l.write_stall, &l.idle, &l.longest, &l.linger}) {
        *each = std::chrono::milliseconds{in.number_up_to(longest)};
    }
    l.bandwidth = in.number();
    return l;
}

/// An error that ended a direction is one of the system's, or none: a relay knows no others.
void put(field_writer& to, const moved_flow& flow) {
    to.number(flow.bytes_read);
    to.number(flow.bytes_written);
    to.number(flow.outcome ? value_of(flow.outcome->end) + 1 : 0);
    to.number(flow.outcome ? static_cast<std::uint64_t>(flow.outcome->error.value()) : 0);
    to.number(flow.outcome ? flow.outcome->bytes : 0);
    to.number(flow.ahead);
    to.number(flow.free_from);
}

moved_flow flow_from(field_reader& in) {
    constexpr std::uint64_t most_errors = 4095;
    moved_flow flow;
    flow.bytes_read = in.number();
    flow.bytes_written = in.number();
    const auto end = in.number_up_to(value_of(event::ended::how::stopped) + 1);
    const auto error = static_cast<int>(in.number_up_to(most_errors));
    const auto bytes = in.number();
    if (end > 0) {
        flow.outcome = {static_cast<event::ended::how>(end - 1),
                        {error, boost::system::system_category()},
                        bytes};
    }
    flow.ahead = static_cast<std::uint8_t>(in.number_up_to(2));
    flow.free_from = in.number();
    if (flow.bytes_written > flow.bytes_read) {
        in.fail();
    }
    return flow;
}

void put(field_writer& to, const std::optional<rfb::protocol_version>& v) {
    to.number(v ? 1 : 0);
    to.number(v ? static_cast<std::uint64_t>(v->major) : 0);
    to.number(v ? static_cast<std::uint64_t>(v->minor) : 0);
}

std::optional<rfb::protocol_version> version_from(field_reader& in) {
    constexpr std::uint64_t largest_part = 999;
    const bool is_known = in.flag();
    rfb::protocol_version v;
    v.major = static_cast<int>(in.number_up_to(largest_part));
    v.minor = static_cast<int>(in.number_up_to(largest_part));
    return is_known ? std::optional{v} : std::nullopt;
}

/// Those that are known while it is being read.
void put(field_writer& to, const rfb::handshake_reader::state& s) {
    put(to, s.facts.server_version);
    put(to, s.facts.viewer_version);
    to.bytes(std::as_bytes(std::span(s.facts.security_offered)));
    to.number(s.facts.security_chosen ? *s.facts.security_chosen + 1U : 0U);
    to.number(s.facts.shared ? 1 : 0);
    to.number(s.step);
    to.number(s.dialect);
    for (const auto& each : s.unread) {
        to.bytes(each);
    }
    to.number(s.exchange.kind);
    to.number(s.exchange.part);
    to.number(s.exchange.left);
    to.number(s.exchange.size);
    to.number(s.offered_before);
    to.number(s.layers);
    to.number(s.facts.security_subtypes.size());
    for (const auto each : s.facts.security_subtypes) {
        to.number(each);
    }
    to.number(s.facts.security_subtype ? 1 : 0);
    to.number(s.facts.security_subtype.value_or(0));
}

void read_exchange(field_reader& in, rfb::security_exchange::state& s) {
    constexpr std::uint64_t byte_max = 0xff;
    constexpr std::uint64_t number_max = 0xffffffff;
    s.kind = static_cast<std::uint8_t>(in.number_up_to(byte_max));
    s.part = static_cast<std::uint8_t>(in.number_up_to(byte_max));
    s.left = static_cast<std::uint32_t>(in.number_up_to(number_max));
    s.size = static_cast<std::uint32_t>(in.number_up_to(number_max));
}

void read_subtypes(field_reader& in, rfb::handshake_facts& facts) {
    constexpr std::uint64_t most = 255;
    constexpr std::uint64_t number_max = 0xffffffff;
    for (auto left = in.number_up_to(most); left > 0; --left) {
        facts.security_subtypes.push_back(static_cast<std::uint32_t>(in.number_up_to(number_max)));
    }
    const bool is_chosen = in.flag();
    const auto subtype = static_cast<std::uint32_t>(in.number_up_to(number_max));
    if (is_chosen) {
        facts.security_subtype = subtype;
    }
}

std::optional<rfb::handshake_reader> handshake_from(field_reader& in) {
    constexpr std::uint64_t byte_max = 0xff;
    rfb::handshake_reader::state s;
    s.facts.server_version = version_from(in);
    s.facts.viewer_version = version_from(in);
    for (const auto each : in.bytes()) {
        s.facts.security_offered.push_back(std::to_integer<std::uint8_t>(each));
    }
    if (const auto chosen = in.number_up_to(byte_max + 1); chosen > 0) {
        s.facts.security_chosen = static_cast<std::uint8_t>(chosen - 1);
    }
    s.facts.shared = in.flag();
    s.step = static_cast<std::uint8_t>(in.number_up_to(byte_max));
    s.dialect = static_cast<std::uint8_t>(in.number_up_to(byte_max));
    for (auto& each : s.unread) {
        const auto bytes = in.bytes();
        each.assign(bytes.begin(), bytes.end());
    }
    read_exchange(in, s.exchange);
    s.offered_before = static_cast<std::uint16_t>(in.number_up_to(0xffff));
    s.layers = static_cast<std::uint8_t>(in.number_up_to(byte_max));
    read_subtypes(in, s.facts);
    auto reader = rfb::handshake_reader::restore(std::move(s));
    if (!reader) {
        in.fail();
    }
    return reader;
}

void put(field_writer& to, const std::vector<std::uint32_t>& types) {
    to.number(types.size());
    for (const auto each : types) {
        to.number(each);
    }
}

std::vector<std::uint32_t> types_from(field_reader& in) {
    constexpr std::uint64_t most = 1024;
    std::vector<std::uint32_t> all;
    for (auto left = in.number_up_to(most); left > 0 && !in.has_failed(); --left) {
        all.push_back(
            static_cast<std::uint32_t>(in.number_up_to(std::numeric_limits<std::uint32_t>::max())));
    }
    return all;
}

/// 0: nothing is said of it.
template <class Number>
void put_optional(field_writer& to, const std::optional<Number>& value) {
    to.number(value ? std::uint64_t{*value} + 1 : 0);
}

void put(field_writer& to, const grant& g) {
    to.number(g.holds() ? 1 : 0);
    if (!g.holds()) {
        return;
    }
    const auto& v = g.policy.viewer;
    for (const bool each : {v.view_only, v.clipboard_to_server, v.clipboard_to_viewer, v.files,
                            v.chat, g.policy.is_changeable}) {
        to.number(each ? 1 : 0);
    }
    put(to, g.policy.security.required);
    put(to, g.policy.security.denied);
    for (const auto* const time : {&g.limits.longest, &g.limits.idle}) {
        put_optional(to, *time ? std::optional{static_cast<std::uint64_t>((*time)->count())}
                               : std::nullopt);
    }
    put_optional(to, g.limits.bandwidth);
}

std::optional<std::uint64_t> optional_from(field_reader& in) {
    const auto number = in.number();
    return number > 0 ? std::optional{number - 1} : std::nullopt;
}

grant grant_from(field_reader& in) {
    grant g;
    if (!in.flag()) {
        return g;
    }
    auto& v = g.policy.viewer;
    for (auto* const each : {&v.view_only, &v.clipboard_to_server, &v.clipboard_to_viewer, &v.files,
                             &v.chat, &g.policy.is_changeable}) {
        *each = in.flag();
    }
    g.policy.security.required = types_from(in);
    g.policy.security.denied = types_from(in);
    constexpr std::uint64_t longest = std::uint64_t{10} * 86400 * 1000;
    for (auto* const time : {&g.limits.longest, &g.limits.idle}) {
        if (const auto ms = optional_from(in)) {
            *time = std::chrono::milliseconds(std::min(*ms, longest));
        }
    }
    g.limits.bandwidth = optional_from(in);
    return g;
}

std::vector<std::byte> owned(std::span<const std::byte> bytes) {
    return {bytes.begin(), bytes.end()};
}

} // namespace

std::vector<std::byte> fields_of(const moved_listener& l) {
    field_writer to;
    to.number(value_of(l.for_whom));
    to.text(l.name);
    return to.take();
}

template <>
std::optional<moved_listener> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    moved_listener l;
    l.for_whom = in.choice(moved_listener::use::operators);
    l.name = in.text();
    return unless_failed(in, std::move(l));
}

std::vector<std::byte> fields_of(const moved_waiter& w) {
    field_writer to;
    put(to, w.name);
    to.text(w.id.text());
    to.text(w.port);
    to.text(w.code ? w.code->text() : "");
    put(to, w.since);
    to.bytes(w.early);
    put(to, w.granted);
    return to.take();
}

template <>
std::optional<moved_waiter> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    auto name = name_from(in);
    moved_waiter w{std::move(name), id_from(in)};
    w.port = in.text();
    if (const auto code = in.text(); !code.empty()) {
        auto id = rfb::repeater_id::make(code);
        id ? void(w.code = std::move(*id)) : in.fail();
    }
    w.since = service::time_from(in);
    w.early = owned(in.bytes());
    w.granted = grant_from(in);
    return unless_failed(in, std::move(w));
}

std::vector<std::byte> fields_of(const moved_guest& g) {
    field_writer to;
    put(to, g.name);
    put(to, g.hello.wish);
    to.text(g.hello.port);
    to.number(g.hello.key ? 1 : 0);
    to.number(g.hello.unended ? 1 : 0);
    to.bytes(g.early);
    return to.take();
}

template <>
std::optional<moved_guest> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    auto name = name_from(in);
    moved_guest g{std::move(name), {meeting_from(in), {}}};
    g.hello.port = in.text();
    g.hello.key = in.flag();
    g.hello.unended = in.flag();
    g.early = owned(in.bytes());
    return unless_failed(in, std::move(g));
}

std::vector<std::byte> fields_of(const moved_pair& p) {
    field_writer to;
    to.number(number_of(p.number));
    to.number(value_of(p.newcomer));
    put(to, p.viewer);
    put(to, p.server);
    to.number(p.is_server_accepted ? 1 : 0);
    put(to, p.met);
    put(to, p.limits);
    put(to, p.began);
    put(to, p.moved_at);
    to.number(p.lingers ? 1 : 0);
    to.number(p.first_to_end ? value_of(*p.first_to_end) + 1 : 0);
    for (const auto& flow : p.flows) {
        put(to, flow);
    }
    to.number(p.handshake ? 1 : 0);
    if (p.handshake) {
        put(to, p.handshake->save());
        to.number(p.has_insight ? 1 : 0);
    }
    return to.take();
}

template <>
std::optional<moved_pair> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    const session_number number{in.number()};
    const auto newcomer = in.choice(rfb::side::server);
    const auto viewer = service::endpoint_from(in);
    const auto server = service::endpoint_from(in);
    const bool is_server_accepted = in.flag();
    moved_pair p{number, newcomer, viewer, server, is_server_accepted, meeting_from(in)};
    p.limits = limits_from(in);
    p.began = service::time_from(in);
    p.moved_at = service::time_from(in);
    p.lingers = in.flag();
    if (const auto first = in.number_up_to(value_of(rfb::side::server) + 1); first > 0) {
        p.first_to_end = static_cast<rfb::side>(first - 1);
    }
    for (auto& flow : p.flows) {
        flow = flow_from(in);
    }
    if (in.flag()) {
        p.handshake = handshake_from(in);
        p.has_insight = in.flag();
    }
    return unless_failed(in, std::move(p));
}

std::vector<std::byte> fields_of(const moved_counts& c) {
    field_writer to;
    to.number(c.last_number);
    to.number(c.closed);
    to.number(c.probes);
    to.number(c.handed_over);
    for (const auto each : c.bytes) {
        to.number(each);
    }
    auto events = c.events;
    for_each_count(events, [&to](std::uint64_t each) { to.number(each); });
    return to.take();
}

template <>
std::optional<moved_counts> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    moved_counts c;
    c.last_number = in.number();
    c.closed = in.number();
    c.probes = in.number();
    c.handed_over = in.number();
    for (auto& each : c.bytes) {
        each = in.number();
    }
    for_each_count(c.events, [&in](std::uint64_t& each) { each = in.number(); });
    return unless_failed(in, c);
}

std::vector<std::byte> fields_of(const moved_summary& s) {
    field_writer to;
    put(to, s.from);
    to.number(s.waiting);
    to.number(s.pairs);
    to.number(s.kept);
    return to.take();
}

template <>
std::optional<moved_summary> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    moved_summary s;
    s.from = service::image_from(in);
    s.waiting = in.number();
    s.pairs = in.number();
    s.kept = in.number();
    return unless_failed(in, std::move(s));
}

std::vector<std::byte> fields_of(const outputs::position& o) {
    field_writer to;
    to.text(o.boot);
    to.number(o.seq);
    return to.take();
}

template <>
std::optional<outputs::position> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    outputs::position o;
    o.boot = in.text();
    o.seq = in.number();
    return unless_failed(in, std::move(o));
}

std::vector<std::byte> fields_of(const outputs::queued& e) {
    field_writer to;
    to.text(e.output);
    to.text(e.json);
    return to.take();
}

template <>
std::optional<outputs::queued> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    outputs::queued e;
    e.output = in.text();
    e.json = in.text();
    return unless_failed(in, std::move(e));
}

std::vector<std::byte> fields_of(session_number n) {
    field_writer to;
    to.number(number_of(n));
    return to.take();
}

template <>
std::optional<session_number> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    return unless_failed(in, session_number{in.number()});
}

std::vector<std::byte> fields_of(std::string_view text) {
    field_writer to;
    to.text(text);
    return to.take();
}

template <>
std::optional<std::string> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    auto text = in.text();
    return unless_failed(in, std::move(text));
}

} // namespace repeater
