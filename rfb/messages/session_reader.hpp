// Reads copies of both directions behind the handshake, and counts what it understands.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/handshake.hpp"
#include "rfb/messages/client_reader.hpp"
#include "rfb/messages/insight.hpp"
#include "rfb/messages/server_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rfb {

/// UltraVNC speaks of itself in the handshake; security type 16 is Tight's.
[[nodiscard]] message_dialect dialect_of(const handshake_facts&);

/// Each direction is fed in order, and both in the order in which they were relayed. The first
/// surprise ends the reading of both.
class session_reader final : client_reader::listener, server_reader::listener {
public:
    /// Goes on where a handshake is complete.
    explicit session_reader(const handshake_reader&);

    /// `now` is what insight has as a time.
    void feed(side from, std::span<const std::byte>, std::uint64_t now);

    /// Of the server's next bytes so many are of no interest: passed() may be called in place of
    /// feed().
    [[nodiscard]] std::uint64_t to_pass() const { return server_.to_pass(); }

    void passed(std::uint64_t count) { server_.passed(count, *this); }

    /// Takes the server's bytes up to the end of a message, or all; says how many.
    [[nodiscard]] std::size_t feed_message(std::span<const std::byte>, std::uint64_t now);

    /// A message of the server begins with the next byte.
    [[nodiscard]] bool is_between() const { return server_.is_between(); }

    [[nodiscard]] bool is_over() const { return seen_.ended_by.has_value(); }

    [[nodiscard]] const insight& seen() const { return seen_; }

private:
    void said(std::span<const std::byte> start, std::uint64_t size) override;
    void told(std::span<const std::byte> start, std::uint64_t size) override;
    void began_update() override;
    void drew(const rectangle&) override;
    void named(std::string_view) override;
    void note_encodings(std::span<const std::byte> message);

    insight seen_;
    client_reader viewer_;
    server_reader server_;
    std::uint64_t now_ = 0;
};

} // namespace rfb
