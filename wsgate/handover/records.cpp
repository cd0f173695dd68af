// Each record's fields in a fixed order; new ones come last.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/handover/records.hpp"

#include "service/handover/fields.hpp"
#include "service/handover/net_fields.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace wsgate {

namespace {

using service::field_reader;
using service::field_writer;

template <class Bytes>
void put_all(field_writer& to, const Bytes& bytes) {
    to.bytes(std::as_bytes(std::span(bytes)));
}

/// So many bytes, no more and no fewer.
template <class Bytes>
void fill(field_reader& in, Bytes& bytes) {
    const auto got = in.bytes();
    const auto to = std::as_writable_bytes(std::span(bytes));
    if (got.size() == to.size()) {
        std::copy(got.begin(), got.end(), to.begin());
    } else {
        in.fail();
    }
}

/// Writes what a decoder remembers.
struct memory_writer {
    field_writer& to;

    template <class Number>
    void operator()(Number& n, std::size_t /*most*/ = 0) {
        to.number(static_cast<std::uint64_t>(n));
    }

    template <std::size_t Size>
    void operator()(std::array<std::byte, Size>& bytes) {
        put_all(to, bytes);
    }
};

/// Reads it again.
struct memory_reader {
    field_reader& in;

    template <class Number>
    void operator()(Number& n, std::uint64_t most = std::numeric_limits<Number>::max()) {
        n = static_cast<Number>(in.number_up_to(most));
    }

    template <std::size_t Size>
    void operator()(std::array<std::byte, Size>& bytes) {
        fill(in, bytes);
    }
};

void put(field_writer& to, const std::optional<net::clock::time_point>& t) {
    to.number(t ? 1 : 0);
    service::put(to, t.value_or(net::clock::time_point{}));
}

std::optional<net::clock::time_point> time_if_any(field_reader& in) {
    const bool is_there = in.flag();
    const auto t = service::time_from(in);
    return is_there ? std::optional{t} : std::nullopt;
}

std::optional<asio::ip::tcp::endpoint> endpoint_if_any(field_reader& in) {
    const bool is_there = in.flag();
    const auto e = service::endpoint_from(in);
    return is_there ? std::optional{e} : std::nullopt;
}

void put(field_writer& to, const target& t) {
    to.text(t.host);
    to.number(t.port);
    to.number(t.is_unix ? 1 : 0);
    to.number(t.tls ? 1 : 0);
    to.bytes(t.proxy_header);
}

target target_from(field_reader& in) {
    constexpr std::uint64_t largest_port = 0xffff;
    target t;
    t.host = in.text();
    t.port = static_cast<std::uint16_t>(in.number_up_to(largest_port));
    t.is_unix = in.flag();
    t.tls = in.flag();
    const auto header = in.bytes();
    t.proxy_header.assign(header.begin(), header.end());
    return t;
}

void put(field_writer& to, const route& r) {
    to.text(r.path);
    to.text(r.name);
    to.number(static_cast<std::uint64_t>(r.who));
}

route route_from(field_reader& in) {
    route r;
    r.path = in.text();
    r.name = in.text();
    r.who = in.choice(visitor::viewer);
    return r;
}

/// The rest of a bridge's state is not there before its end.
void put(field_writer& to, const bridge_state& s) {
    auto decoder = s.decoder;
    memory_writer writes{to};
    decoder.show_memory(writes);
    to.number(s.summary.to_tcp);
    to.number(s.summary.to_websocket);
    to.number(s.summary.dropped_text ? 1 : 0);
    put(to, s.clock.pinged);
    put(to, s.clock.unanswered);
    service::put(to, s.clock.moved);
}

bridge_state state_from(field_reader& in) {
    bridge_state s;
    memory_reader reads{in};
    s.decoder.show_memory(reads);
    if (!s.decoder.is_sound()) {
        in.fail();
    }
    s.summary.to_tcp = in.number();
    s.summary.to_websocket = in.number();
    s.summary.dropped_text = in.flag();
    s.clock.pinged = time_if_any(in);
    s.clock.unanswered = time_if_any(in);
    s.clock.moved = service::time_from(in);
    return s;
}

} // namespace

std::vector<std::byte> fields_of(const moved_listener& l) {
    field_writer to;
    to.number(static_cast<std::uint64_t>(l.for_whom));
    to.text(l.name);
    return to.take();
}

template <>
std::optional<moved_listener> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    moved_listener l;
    l.for_whom = in.choice(moved_listener::use::managers);
    l.name = in.text();
    return unless_failed(in, std::move(l));
}

std::vector<std::byte> fields_of(const ticket_ring::aged_key& k) {
    field_writer to;
    put_all(to, k.key.name);
    put_all(to, k.key.cipher);
    put_all(to, k.key.mac);
    service::put(to, k.made);
    return to.take();
}

template <>
std::optional<ticket_ring::aged_key> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    ticket_ring::aged_key k;
    fill(in, k.key.name);
    fill(in, k.key.cipher);
    fill(in, k.key.mac);
    k.made = service::time_from(in);
    return unless_failed(in, k);
}

std::vector<std::byte> fields_of(const moved_session& s) {
    field_writer to;
    to.number(static_cast<std::uint64_t>(s.number));
    service::put(to, s.peer);
    to.number(s.proxy ? 1 : 0);
    service::put(to, s.proxy.value_or(asio::ip::tcp::endpoint{}));
    to.number(s.client ? 1 : 0);
    service::put(to, {s.client.value_or(asio::ip::address{}), 0});
    to.text(s.request_id);
    to.text(s.user);
    put(to, s.where);
    to.text(s.subprotocol);
    put(to, s.to);
    service::put(to, s.began);
    put(to, s.state);
    return to.take();
}

template <>
std::optional<moved_session> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    moved_session s;
    s.number = connection_number{in.number()};
    s.peer = service::endpoint_from(in);
    s.proxy = endpoint_if_any(in);
    const auto client = endpoint_if_any(in);
    s.client = client ? std::optional{client->address()} : std::nullopt;
    s.request_id = in.text();
    s.user = in.text();
    s.where = route_from(in);
    s.subprotocol = in.text();
    s.to = target_from(in);
    s.began = service::time_from(in);
    s.state = state_from(in);
    return unless_failed(in, std::move(s));
}

std::vector<std::byte> fields_of(const moved_summary& s) {
    field_writer to;
    put(to, s.from);
    to.number(s.sessions);
    to.number(s.kept);
    return to.take();
}

template <>
std::optional<moved_summary> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    moved_summary s;
    s.from = service::image_from(in);
    s.sessions = in.number();
    s.kept = in.number();
    return unless_failed(in, std::move(s));
}

std::vector<std::byte> fields_of(const moved_numbers& n) {
    field_writer to;
    to.text(n.route);
    to.number(n.numbers.size());
    for (const auto each : n.numbers) {
        to.number(each);
    }
    return to.take();
}

template <>
std::optional<moved_numbers> read(std::span<const std::byte> fields) {
    field_reader in(fields);
    moved_numbers n;
    n.route = in.text();
    const auto size = in.number_up_to(fields.size());
    for (std::uint64_t i = 0; i < size; ++i) {
        n.numbers.push_back(in.number());
    }
    return unless_failed(in, std::move(n));
}

} // namespace wsgate
