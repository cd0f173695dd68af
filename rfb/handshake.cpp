// A state machine over two byte streams, fed as the bytes pass by.         RFC 6143 7.1-7.3
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/handshake.hpp"

#include "rfb/bytes.hpp"
#include "rfb/security_type.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rfb {

namespace {

using stage = handshake_facts::stage;

constexpr std::uint32_t goes_on = 0xffffffffU; ///< UltraVNC: a result that opens another layer
constexpr unsigned most_layers = 8;

constexpr std::size_t capability_size = 16;     ///< Tight's: a number, a vendor, a name
constexpr std::uint32_t most_capabilities = 60; ///< within max_lead; programs have five

constexpr int apple_minor = 889;

struct security_type_row {
    std::uint8_t first;
    std::uint8_t last;
    std::string_view name;
};

// The first row that fits counts.
constexpr auto security_types = std::to_array<security_type_row>({
    {0, 0, "Invalid"},
    {security_type::none, security_type::none, "None"},
    {security_type::vnc_auth, security_type::vnc_auth, "VncAuth"},
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
    {112, 112, "MSLogonI"}, // these are UltraVNC's, not registered
    {113, 113, "MSLogonII"},
    {114, 115, "SecureVNCPlugin"},
    {104, 104, "SCPrompt"},
    {105, 105, "SessionSelect"},
    {116, 116, "ClientText"},
    {117, 117, "TakesText"},
    {118, 118, "MSLogonIII"},
    {129, 129, "RA2_256"},
    {130, 130, "RA2ne_256"},
    {128, 255, "RealVNC"},
});

constexpr int prompt_offset = 10;

/// UltraVNC's 3.14, 3.16 and 3.18 are 3.4, 3.6 and 3.8 behind a prompt.
bool has_prompt(const protocol_version& v) {
    return v.major == 3 && (v.minor == 14 || v.minor == 16 || v.minor == 18);
}

struct start_of_text {
    std::string text;
    std::uint32_t rest = 0; ///< bytes of it that were not read
};

// A U32 length and that many bytes. Does not wait for more than max_text of them, whatever is
// claimed; so it is only for the last thing that is read.
std::optional<start_of_text> read_text(byte_reader& in) {
    const auto size = in.u32();
    if (!size) {
        return std::nullopt;
    }
    const auto text = in.take(std::min<std::size_t>(*size, handshake_facts::max_text));
    if (!text) {
        return std::nullopt;
    }
    return start_of_text{to_text(*text), *size - static_cast<std::uint32_t>(text->size())};
}

/// So many subtypes, each at the start of `size` bytes.
std::optional<std::vector<std::uint32_t>> read_types(byte_reader& in, std::uint32_t count,
                                                     std::size_t size) {
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto type = in.u32();
        if (!type || !in.take(size - sizeof *type)) {
            return std::nullopt;
        }
        all.push_back(*type);
    }
    return all;
}

} // namespace

std::size_t handshake_reader::feed(side from, std::span<const std::byte> bytes) {
    const auto all = bytes.size();
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
    if (done() && facts_.reached != stage::complete && listener_ == nullptr) {
        unread_ = {};
    }
    return all - bytes.size();
}

handshake_reader::state handshake_reader::save() const {
    return {facts_,
            static_cast<std::uint8_t>(step_),
            static_cast<std::uint8_t>(dialect_),
            unread_,
            exchange_.save(),
            offered_before_,
            layers_};
}

std::optional<handshake_reader> handshake_reader::restore(state s) {
    const auto exchange = security_exchange::restore(s.exchange);
    const bool is_known = s.step <= static_cast<std::uint8_t>(step::tight_choice) && exchange &&
                          s.offered_before <= s.facts.security_offered.size() &&
                          s.dialect <= static_cast<std::uint8_t>(dialect::v3_8) &&
                          s.facts.reached == stage::in_progress;
    const bool fits = std::all_of(s.unread.begin(), s.unread.end(),
                                  [](const auto& each) { return each.size() <= max_lead; });
    if (!is_known || !fits) {
        return std::nullopt;
    }
    handshake_reader reader;
    reader.facts_ = std::move(s.facts);
    reader.step_ = static_cast<step>(s.step);
    reader.dialect_ = static_cast<dialect>(s.dialect);
    reader.unread_ = std::move(s.unread);
    reader.exchange_ = *exchange;
    reader.offered_before_ = s.offered_before;
    reader.layers_ = s.layers;
    return reader;
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
    case step::exchange:
        return read_exchange(step::security_result);
    case step::prompt:
        return read_exchange(dialect_ == dialect::v3_3 ? step::security_type
                                                       : step::security_types);
    case step::client_text:
        return read_exchange(step::server_init);
    case step::vencrypt_version:
        return read_vencrypt_version(side::server, step::vencrypt_answer);
    case step::vencrypt_answer:
        return read_vencrypt_version(side::viewer, step::vencrypt_consent);
    case step::vencrypt_consent:
        return read_vencrypt_consent();
    case step::vencrypt_types:
        return read_vencrypt_types();
    case step::vencrypt_choice:
    case step::tight_choice:
        return read_subtype_choice();
    case step::tight_tunnels:
        return read_tight_tunnels();
    case step::tight_tunnel:
        return read_tight_tunnel();
    case step::tight_types:
        return read_tight_types();
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
    if (has_prompt(version)) {
        version.minor -= prompt_offset;
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
    if (has_prompt(*facts_.viewer_version)) {
        exchange_ = security_exchange(security_exchange::kind::prompt);
        return go_on(side::server, server.consumed(), step::prompt);
    }
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
    const auto offered = std::span(facts_.security_offered).subspan(offered_before_);
    if (std::find(offered.begin(), offered.end(), type) == offered.end()) {
        return finish(stage::opaque);
    }
    if (type == security_type::none) {
        return begin_none(chooser, consumed);
    }
    if (dialect_ == dialect::v3_3 && type != security_type::vnc_auth) {
        return finish(stage::opaque); // numbers have other meanings there
    }
    if (type == security_type::vencrypt) {
        return go_on(chooser, consumed, step::vencrypt_version);
    }
    if (type == security_type::tight) {
        return go_on(chooser, consumed, step::tight_tunnels);
    }
    const auto follows = security_exchange::of_type(type);
    return follows ? begin(*follows, chooser, consumed) : finish(stage::opaque);
}

bool handshake_reader::begin(security_exchange e, side chooser, std::size_t consumed) {
    exchange_ = e;
    return go_on(chooser, consumed, step::exchange);
}

bool handshake_reader::begin_none(side chooser, std::size_t consumed) {
    return go_on(chooser, consumed,
                 dialect_ == dialect::v3_8 ? step::security_result : step::client_init);
}

bool handshake_reader::read_exchange(step next) {
    const auto before = listener_ != nullptr ? unread_ : decltype(unread_){};
    const auto outcome = exchange_.read(unread(side::viewer), unread(side::server));
    for (std::size_t i = 0; listener_ != nullptr && i < before.size(); ++i) {
        if (const auto taken = before[i].size() - unread_[i].size(); taken > 0) {
            listener_->read(i == 0 ? side::viewer : side::server, std::span(before[i]).first(taken),
                            step_);
        }
    }
    switch (outcome) {
    case security_exchange::outcome::needs_more:
        return false;
    case security_exchange::outcome::surprise:
        return finish(stage::opaque);
    case security_exchange::outcome::over:
        break;
    }
    step_ = next;
    return true;
}

// Of VeNCrypt: 0.2 is the only one in use (rfbproto, VeNCrypt).
bool handshake_reader::read_vencrypt_version(side from, step next) {
    byte_reader in(unread(from));
    const auto version = in.u16();
    if (!version) {
        return false;
    }
    return *version == 2 ? go_on(from, in.consumed(), next) : finish(stage::opaque);
}

bool handshake_reader::read_vencrypt_consent() {
    byte_reader in(unread(side::server));
    const auto refused = in.u8();
    if (!refused) {
        return false;
    }
    return *refused == 0 ? go_on(side::server, in.consumed(), step::vencrypt_types)
                         : finish(stage::refused);
}

bool handshake_reader::read_vencrypt_types() {
    byte_reader in(unread(side::server));
    const auto count = in.u8();
    if (!count) {
        return false;
    }
    auto all = read_types(in, *count, sizeof(std::uint32_t));
    if (!all) {
        return false;
    }
    facts_.security_subtypes = *std::move(all);
    return *count == 0 ? finish(stage::refused)
                       : go_on(side::server, in.consumed(), step::vencrypt_choice);
}

bool handshake_reader::read_subtype_choice() {
    byte_reader in(unread(side::viewer));
    const auto type = in.u32();
    return type && choose_subtype(*type, in.consumed());
}

// rfbproto, Tight Security Type
bool handshake_reader::read_tight_tunnels() {
    byte_reader in(unread(side::server));
    const auto count = in.u32();
    if (!count) {
        return false;
    }
    if (*count > most_capabilities) {
        return finish(stage::opaque);
    }
    return in.take(*count * capability_size) &&
           go_on(side::server, in.consumed(), *count > 0 ? step::tight_tunnel : step::tight_types);
}

bool handshake_reader::read_tight_tunnel() {
    byte_reader in(unread(side::viewer));
    const auto tunnel = in.u32();
    if (!tunnel) {
        return false;
    }
    return *tunnel == 0 ? go_on(side::viewer, in.consumed(), step::tight_types)
                        : finish(stage::opaque);
}

bool handshake_reader::read_tight_types() {
    byte_reader in(unread(side::server));
    const auto count = in.u32();
    if (!count) {
        return false;
    }
    if (*count > most_capabilities) {
        return finish(stage::opaque);
    }
    auto all = read_types(in, *count, capability_size);
    if (!all) {
        return false;
    }
    facts_.security_subtypes = *std::move(all);
    return *count == 0 ? begin_none(side::server, in.consumed())
                       : go_on(side::server, in.consumed(), step::tight_choice);
}

// All types but these go on in TLS, or nobody has published how.
bool handshake_reader::choose_subtype(std::uint32_t type, std::size_t consumed) {
    facts_.security_subtype = type;
    const auto& offered = facts_.security_subtypes;
    const bool is_tight = step_ == step::tight_choice;
    if (std::find(offered.begin(), offered.end(), type) == offered.end()) {
        return finish(stage::opaque);
    }
    if (type == security_type::none) {
        return begin_none(side::viewer, consumed);
    }
    if (type == security_type::vnc_auth) {
        return begin(security_exchange(security_exchange::kind::vnc_auth), side::viewer, consumed);
    }
    if (type == (is_tight ? security_type::unix_login : security_type::plain)) {
        return begin(security_exchange(security_exchange::kind::name_and_password), side::viewer,
                     consumed);
    }
    if (is_tight && type == security_type::vencrypt) {
        return go_on(side::viewer, consumed, step::vencrypt_version);
    }
    return finish(stage::opaque);
}

// RFC 6143 7.1.3
bool handshake_reader::read_security_result() {
    byte_reader in(unread(side::server));
    if (facts_.security_subtype == security_type::plain && !unread(side::server).empty() &&
        unread(side::server).front() == std::byte{1}) {
        (void)in.u8(); // some servers say first that they consent, and no result begins so
    }
    const auto result = in.u32();
    if (!result) {
        return false;
    }
    if (has_no_result(unread(side::server))) {
        facts_.shared = true;
        return go_on(side::server, 0, step::server_init);
    }
    if (*result == 0) {
        return go_on(side::server, in.consumed(), step::client_init);
    }
    if (*result == goes_on && opens_layers()) {
        return open_layer(in.consumed());
    }
    if (dialect_ == dialect::v3_8) {
        return go_on(side::server, in.consumed(), step::refusal_reason);
    }
    return finish(stage::refused);
}

/// To a viewer that answers 3.889 and chooses None, libvncserver sends ServerInit at once: a width
/// and a height where others have a result, which is 0, 1 or 2.
bool handshake_reader::has_no_result(std::span<const std::byte> server) const {
    constexpr std::uint32_t largest_result = 2;
    byte_reader in(server);
    return facts_.viewer_version->minor == apple_minor &&
           facts_.security_chosen == security_type::none && in.u32().value_or(0) > largest_result;
}

/// UltraVNC's types after which the result may be that there is another list.
bool handshake_reader::opens_layers() const {
    constexpr std::array layers{security_type::ultra, security_type::prompt,
                                security_type::session_select, security_type::client_text};
    return std::find(layers.begin(), layers.end(), *facts_.security_chosen) != layers.end();
}

bool handshake_reader::open_layer(std::size_t consumed) {
    if (++layers_ > most_layers) {
        return finish(stage::opaque);
    }
    offered_before_ = static_cast<std::uint16_t>(facts_.security_offered.size());
    return go_on(side::server, consumed, step::security_types);
}

bool handshake_reader::read_refusal_reason() {
    byte_reader in(unread(side::server));
    auto reason = read_text(in);
    if (!reason) {
        return false;
    }
    facts_.reason = std::move(reason->text);
    return finish(stage::refused);
}

// RFC 6143 7.3.1
bool handshake_reader::read_client_init() {
    byte_reader in(unread(side::viewer));
    const auto shared = in.u8();
    if (!shared) {
        return false;
    }
    constexpr unsigned has_text = 2; // UltraVNC's: the byte has flags
    const auto& offered = facts_.security_offered;
    const bool has_flags =
        std::find(offered.begin(), offered.end(), security_type::takes_text) != offered.end();
    facts_.shared = has_flags ? (*shared & 1U) != 0 : *shared != 0;
    if ((*shared & has_text) == 0) {
        return go_on(side::viewer, in.consumed(), step::server_init);
    }
    if (!has_flags) {
        return finish(stage::opaque);
    }
    exchange_ = security_exchange(security_exchange::kind::client_text);
    return go_on(side::viewer, in.consumed(), step::client_text);
}

// RFC 6143 7.3.2
bool handshake_reader::read_server_init() {
    byte_reader in(unread(side::server));
    const auto width = in.u16();
    const auto height = in.u16();
    const auto format = in.take(pixel_format::size);
    if (!width || !height || !format) {
        return false;
    }
    auto name = read_text(in);
    if (!name) {
        return false;
    }
    facts_.width = *width;
    facts_.height = *height;
    facts_.format = parse_pixel_format(format->first<pixel_format::size>());
    facts_.desktop_name = std::move(name->text);
    rest_of_name_ = name->rest;
    go_on(side::server, in.consumed(), step_);
    return finish(stage::complete);
}

bool handshake_reader::go_on(side from, std::size_t consumed, step next) {
    auto& kept = unread(from);
    if (listener_ != nullptr && consumed > 0) {
        listener_->read(from, std::span(kept).first(consumed), step_);
    }
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

std::string_view security_subtype_name(std::uint32_t type) {
    constexpr std::array names{std::string_view{"Plain"},    std::string_view{"TLSNone"},
                               std::string_view{"TLSVnc"},   std::string_view{"TLSPlain"},
                               std::string_view{"X509None"}, std::string_view{"X509Vnc"},
                               std::string_view{"X509Plain"}};
    if (type >= security_type::plain && type - security_type::plain < names.size()) {
        return names.at(type - security_type::plain);
    }
    if (type == security_type::unix_login) {
        return "UnixLogin";
    }
    return type == security_type::none || type == security_type::vnc_auth ||
                   type == security_type::vencrypt
               ? security_type_name(static_cast<std::uint8_t>(type))
               : "unknown";
}

} // namespace rfb
