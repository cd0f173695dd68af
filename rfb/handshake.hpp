// Listens in on the start of a VNC session and tells what was agreed.      RFC 6143 7.1-7.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rfb/side.hpp"
#include "rfb/version.hpp"

namespace rfb {

/// What is known about a session so far. Text fields are the peer's bytes: escape them.
struct handshake_facts {
    enum class stage {
        in_progress, ///< more bytes are needed
        complete,    ///< ServerInit was read
        refused,     ///< the server said no; see reason
        opaque,      ///< not RFB (TLS, plugin), or a security type whose bytes are private
    };

    stage reached = stage::in_progress;
    std::optional<protocol_version> server_version;
    std::optional<protocol_version> viewer_version;
    std::vector<std::uint8_t> security_offered; ///< security types (RFC 6143 7.1.2), server's order
    std::optional<std::uint8_t> security_chosen;
    std::string reason;      ///< of a refusal, at most max_text bytes
    bool shared = false;     ///< from ClientInit
    std::uint16_t width = 0; ///< pixels
    std::uint16_t height = 0;
    std::string desktop_name; ///< at most max_text bytes

    static constexpr std::size_t max_text = 256;
};

/// Passive: sees copies of both directions in the order in which the relay read them, never changes
/// or delays a byte, never fails. The first surprise ends the reading (stage::opaque).
/// The result does not depend on how the bytes were cut.
class handshake_reader {
public:
    /// Bytes kept of one direction while the other is behind. More than this is a surprise.
    static constexpr std::size_t max_lead = 1024;

    /// Looks at bytes which `from` sent. Does nothing once done().
    void feed(side from, std::span<const std::byte>);

    [[nodiscard]] bool done() const { return facts_.reached != handshake_facts::stage::in_progress; }
    [[nodiscard]] const handshake_facts& facts() const { return facts_; }

private:
    handshake_facts facts_;
};

} // namespace rfb
