// A state machine over two byte streams, fed as the bytes pass by.         RFC 6143 7.1-7.3
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/handshake.hpp"

#include "rfb/bytes.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rfb {

namespace {

using stage = handshake_facts::stage;

constexpr std::uint8_t security_none = 1;
constexpr std::uint8_t security_vnc_auth = 2;
constexpr std::size_t challenge_size = 16;
constexpr std::size_t pixel_format_size = 16;

struct security_type_row {
    std::uint8_t first;
    std::uint8_t last;
    std::string_view name;
};

// The first row that fits counts.
constexpr auto security_types = std::to_array<security_type_row>({
    {0, 0, "Invalid"},
    {security_none, security_none, "None"},
    {security_vnc_auth, security_vnc_auth, "VncAuth"},
    {5, 5, "RA2"},
    {6, 6, "RA2ne"},
    {3, 15, "RealVNC"},
    {16, 16, "Tight"},
    {17, 17, "Ultra"},
    {18, 18, "TLS"},
    {19, 19, "VeNCrypt"},
    {20, 20, "SASL"},
    {21, 21, "MD5"},
    {22, 22, "XVP"},
    {23, 23, "SecureTunnel"},
    {24, 24, "IntegratedSSH"},
    {30, 30, "AppleDH"},
    {31, 35, "Apple"},
    {112, 112, "MSLogonI"}, // these three are UltraVNC's, not registered
    {113, 113, "MSLogonII"},
    {114, 114, "SecureVNCPlugin"},
    {129, 129, "RA2_256"},
    {130, 130, "RA2ne_256"},
    {128, 255, "RealVNC"},
});

// A U32 length and that many bytes. Does not wait for more than max_text of them, whatever is
// claimed; so it is only for the last thing that is read.
std::optional<std::string> read_text(byte_reader& in) {
    const auto size = in.u32();
    if (!size) {
        return std::nullopt;
    }
    const auto text = in.take(std::min<std::size_t>(*size, handshake_facts::max_text));
    if (!text) {
        return std::nullopt;
    }
    return to_text(*text);
}

} // namespace

void handshake_reader::feed(side from, std::span<const std::byte> bytes) {
    if (done()) {
        return;
    }
    auto& kept = unread(from);
    while (!done() && !bytes.empty()) {
        const auto count = std::min(bytes.size(), max_lead - kept.size());
        if (count == 0) {
            finish(stage::opaque);
            break;
        }
        const auto next = bytes.first(count);
        kept.insert(kept.end(), next.begin(), next.end());
        bytes = bytes.subspan(count);
        while (!done() && advance()) {
        }
    }
    if (done()) {
        unread_ = {};
    }
}

bool handshake_reader::advance() {
    switch (step_) {
    case step::versions:
        return read_versions();
    case step::security_types:
        return read_security_types();
    case step::security_choice:
        return read_security_choice();
    case step::security_type:
        return read_security_type();
    case step::challenge:
        return skip(side::server, challenge_size, step::response);
    case step::response:
        return skip(side::viewer, challenge_size, step::security_result);
    case step::security_result:
        return read_security_result();
    case step::refusal_reason:
        return read_refusal_reason();
    case step::client_init:
        return read_client_init();
    case step::server_init:
        return read_server_init();
    }
    return finish(stage::opaque);
}

// 0.0 (one more repeater in between) has no rules: what follows is its hello block, not RFB.
std::optional<handshake_reader::dialect> handshake_reader::dialect_of(protocol_version version) {
    if (version.major < 3 || version.major > 5) {
        return std::nullopt;
    }
    if (version.major > 3 || version.minor >= 8) { // with 3.889 (Apple), 4.x and 5.x (RealVNC)
        return dialect::v3_8;
    }
    return version.minor == 7 ? dialect::v3_7 : dialect::v3_3;
}

bool handshake_reader::may_speak_rfb(std::span<const std::byte> start) {
    if (!may_become_version(start)) {
        return false;
    }
    if (start.size() < version_size) {
        return true;
    }
    const auto version = parse_version(start.first<version_size>());
    return version && dialect_of(*version);
}

bool handshake_reader::read_versions() {
    // Both sides are judged at once: either may be the first to show that this is something else.
    if (!may_speak_rfb(unread(side::server)) || !may_speak_rfb(unread(side::viewer))) {
        return finish(stage::opaque);
    }
    byte_reader server(unread(side::server));
    byte_reader viewer(unread(side::viewer));
    const auto offered = server.take(version_size);
    const auto answered = viewer.take(version_size);
    if (!offered || !answered) {
        return false;
    }
    facts_.server_version = *parse_version(offered->first<version_size>());
    facts_.viewer_version = *parse_version(answered->first<version_size>());
    dialect_ = *dialect_of(*facts_.viewer_version);
    if (dialect_ > *dialect_of(*facts_.server_version)) {
        return finish(stage::opaque); // nobody knows how such a server goes on
    }
    go_on(side::viewer, viewer.consumed(), step_);
    return go_on(side::server, server.consumed(),
                 dialect_ == dialect::v3_3 ? step::security_type : step::security_types);
}

// RFC 6143 7.1.2
bool handshake_reader::read_security_types() {
    byte_reader in(unread(side::server));
    const auto count = in.u8();
    if (!count) {
        return false;
    }
    if (*count == 0) {
        return go_on(side::server, in.consumed(), step::refusal_reason);
    }
    const auto types = in.take(*count);
    if (!types) {
        return false;
    }
    std::transform(types->begin(), types->end(), std::back_inserter(facts_.security_offered),
                   [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
    return go_on(side::server, in.consumed(), step::security_choice);
}

bool handshake_reader::read_security_choice() {
    byte_reader in(unread(side::viewer));
    const auto type = in.u8();
    if (!type) {
        return false;
    }
    return choose(*type, side::viewer, in.consumed());
}

// RFC 6143 7.1.2, last part, and appendix A
bool handshake_reader::read_security_type() {
    byte_reader in(unread(side::server));
    const auto type = in.u32();
    if (!type) {
        return false;
    }
    if (*type == 0) {
        return go_on(side::server, in.consumed(), step::refusal_reason);
    }
    if (*type > 0xff) {
        return finish(stage::opaque); // a vendor's own; has no number among the security types
    }
    const auto chosen = static_cast<std::uint8_t>(*type);
    facts_.security_offered.push_back(chosen);
    return choose(chosen, side::server, in.consumed());
}

bool handshake_reader::choose(std::uint8_t type, side chooser, std::size_t consumed) {
    facts_.security_chosen = type;
    const auto& offered = facts_.security_offered;
    if (std::find(offered.begin(), offered.end(), type) == offered.end()) {
        return finish(stage::opaque);
    }
    switch (type) {
    case security_none:
        return go_on(chooser, consumed,
                     dialect_ == dialect::v3_8 ? step::security_result : step::client_init);
    case security_vnc_auth:
        return go_on(chooser, consumed, step::challenge);
    default:
        return finish(stage::opaque);
    }
}

// RFC 6143 7.1.3
bool handshake_reader::read_security_result() {
    byte_reader in(unread(side::server));
    const auto result = in.u32();
    if (!result) {
        return false;
    }
    if (*result == 0) {
        return go_on(side::server, in.consumed(), step::client_init);
    }
    if (dialect_ == dialect::v3_8) {
        return go_on(side::server, in.consumed(), step::refusal_reason);
    }
    return finish(stage::refused);
}

bool handshake_reader::read_refusal_reason() {
    byte_reader in(unread(side::server));
    auto reason = read_text(in);
    if (!reason) {
        return false;
    }
    facts_.reason = std::move(*reason);
    return finish(stage::refused);
}

// RFC 6143 7.3.1
bool handshake_reader::read_client_init() {
    byte_reader in(unread(side::viewer));
    const auto shared = in.u8();
    if (!shared) {
        return false;
    }
    facts_.shared = *shared != 0;
    return go_on(side::viewer, in.consumed(), step::server_init);
}

// RFC 6143 7.3.2
bool handshake_reader::read_server_init() {
    byte_reader in(unread(side::server));
    const auto width = in.u16();
    const auto height = in.u16();
    const auto pixel_format = in.take(pixel_format_size);
    if (!width || !height || !pixel_format) {
        return false;
    }
    auto name = read_text(in);
    if (!name) {
        return false;
    }
    facts_.width = *width;
    facts_.height = *height;
    facts_.desktop_name = std::move(*name);
    return finish(stage::complete);
}

bool handshake_reader::skip(side from, std::size_t count, step next) {
    byte_reader in(unread(from));
    return in.take(count) && go_on(from, in.consumed(), next);
}

bool handshake_reader::go_on(side from, std::size_t consumed, step next) {
    auto& kept = unread(from);
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(consumed));
    step_ = next;
    return true;
}

bool handshake_reader::finish(stage how) {
    facts_.reached = how;
    return true;
}

std::string_view security_type_name(std::uint8_t type) {
    const auto* const known = std::find_if(
        security_types.begin(), security_types.end(),
        [type](const security_type_row& row) { return row.first <= type && type <= row.last; });
    return known == security_types.end() ? "unknown" : known->name;
}

} // namespace rfb
