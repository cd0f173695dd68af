// Greeting and hello under one absolute deadline.                       repeater spec 2.1-2.3
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/introduction.hpp"

#include "net/deadline.hpp"
#include "net/write_all.hpp"
#include "rfb/version.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace repeater {

namespace {

using namespace asio::experimental::awaitable_operators;
using reason = event::introduction_failed::reason;

struct outcome {
    std::optional<reason> failure;
    error_code error;
};

asio::awaitable<outcome> collect(peer& p, rfb::hello_reader& reader) {
    std::array<std::byte, 1024> buffer{};
    while (!reader.complete()) {
        if (const auto [ec] = co_await p.stream.wait(net::readiness::read); ec) {
            co_return outcome{reason::read_failed, ec};
        }
        const auto got = p.stream.read_some(buffer);
        if (got.would_block()) {
            continue;
        }
        if (got.error == asio::error::eof) {
            co_return outcome{reason::too_short, {}};
        }
        if (got.error) {
            co_return outcome{reason::read_failed, got.error};
        }
        const auto bytes = std::span<const std::byte>(buffer).first(got.bytes);
        const auto rest = bytes.subspan(reader.feed(bytes));
        p.early.insert(p.early.end(), rest.begin(), rest.end());
    }
    co_return outcome{};
}

asio::awaitable<outcome> greet_and_collect(peer& p, bool greeting, rfb::hello_reader& reader) {
    if (greeting) {
        const auto hello = rfb::format_version(rfb::repeater_greeting);
        if (const auto ec = co_await net::write_all(p.stream, hello)) {
            co_return outcome{reason::greeting_failed, ec};
        }
    }
    co_return co_await collect(p, reader);
}

std::string text_of(std::span<const std::byte> block) {
    const auto end = std::find(block.begin(), block.end(), std::byte{0});
    std::string text;
    std::transform(block.begin(), end, std::back_inserter(text),
                   [](std::byte b) { return static_cast<char>(b); });
    return text;
}

} // namespace

asio::awaitable<rfb::result<rfb::hello>> introduce(peer& p, const config& c, event_sink& events) {
    const auto deadline = net::clock::now() + c.limits.handshake;
    const bool greeting = p.name.side == rfb::side::viewer && c.greet_viewers;
    rfb::hello_reader reader(c.hello);
    event::introduction_failed failed{p.name, {}, 0, c.hello.size, {}, {}};

    const auto first =
        co_await (greet_and_collect(p, greeting, reader) || net::expire_at(deadline));
    const auto result = first.index() == 0 ? std::get<0>(first) : outcome{reason::timed_out, {}};
    failed.got = reader.block().size();
    if (result.failure) {
        failed.why = *result.failure;
        failed.error = result.error;
        events.receive(failed);
        co_return result.error ? result.error : error_code{asio::error::eof};
    }
    auto hello = rfb::parse_hello(reader.block(), p.name.side, c.hello);
    if (!hello) {
        failed.why = reason::not_understood;
        failed.error = hello.error();
        failed.text = text_of(reader.block());
        events.receive(failed);
        co_return hello.error();
    }
    co_return hello;
}

} // namespace repeater
