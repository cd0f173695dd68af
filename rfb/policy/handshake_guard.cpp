// Hears from the reader what bytes mean, and passes, rewrites or refuses them.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/handshake_guard.hpp"

#include "rfb/bytes.hpp"
#include "rfb/messages/numbers.hpp"
#include "rfb/refusal.hpp"
#include "rfb/security_exchange.hpp"
#include "rfb/security_type.hpp"

#include <algorithm>
#include <utility>

namespace rfb {

namespace {

using stage = handshake_facts::stage;

constexpr std::string_view not_admitted =
    "The policy for this ID does not admit the way in which the server lets viewers in";
constexpr std::string_view not_readable =
    "The policy for this ID needs a session that the repeater can read, and the server offers "
    "security_type::none";
constexpr std::string_view not_rfb = "The policy for this ID needs a session that the repeater can "
                                     "read, and this is none";
constexpr std::string_view not_offered = "The viewer chose what it was not offered";
constexpr std::string_view not_followed = "The log-in cannot be followed";

/// Types whose log-in and session can be read.
bool is_readable(std::uint8_t type) {
    return type == security_type::none || type == security_type::tight ||
           type == security_type::vencrypt || type == security_type::takes_text ||
           security_exchange::of_type(type).has_value();
}

void append_u32(std::vector<std::byte>& to, std::uint32_t number) {
    std::array<std::byte, 4> bytes{};
    (void)byte_writer(bytes).u32(number);
    to.insert(to.end(), bytes.begin(), bytes.end());
}

std::size_t index_of(side s) {
    return s == side::viewer ? 0 : 1;
}

} // namespace

handshake_guard::handshake_guard(session_policy p) : policy_(std::move(p)) {
    reader_.tell(*this);
}

std::size_t handshake_guard::feed(side from, std::span<const std::byte> in, bytes& to_viewer,
                                  bytes& to_server) {
    out_ = {&to_viewer, &to_server};
    std::size_t used = 0;
    while (used < in.size() && state_ == state::in_progress) {
        const auto rest = in.subspan(used);
        used += reader_.next_step() == step::versions ? feed_version(from, rest)
                                                      : feed_reader(from, rest);
    }
    if (state_ == state::last_words && from == side::viewer) {
        hear_answer(in.subspan(used));
    }
    const bool takes_all = state_ != state::complete && state_ != state::unread;
    return takes_all ? in.size() : used;
}

/// A version is passed on as soon as it is there: the other side waits for it.
std::size_t handshake_guard::feed_version(side from, std::span<const std::byte> in) {
    auto& version = versions_.at(index_of(from));
    if (version.size() == version_size) { // what comes early waits in the reader
        return feed_reader(from, in);
    }
    const auto some = in.first(std::min(in.size(), version_size - version.size()));
    (void)reader_.feed(from, some);
    if (reader_.facts().reached == stage::opaque) {
        refuse(not_rfb);
        // Who has just said something else understands no words.
        state_ = from == side::viewer ? state::over : state_;
        return some.size();
    }
    version.insert(version.end(), some.begin(), some.end());
    if (version.size() == version_size) {
        pass(from, version);
    }
    judge(); // of what the other side has said early
    return some.size();
}

std::size_t handshake_guard::feed_reader(side from, std::span<const std::byte> in) {
    const auto taken = reader_.feed(from, in);
    judge();
    return taken;
}

/// What the reader has come to, where nothing was refused meanwhile.
void handshake_guard::judge() {
    if (state_ != state::in_progress) {
        return;
    }
    switch (reader_.facts().reached) {
    case stage::in_progress:
        break;
    case stage::complete:
        state_ = state::complete;
        break;
    case stage::refused:
        pass(side::server, reader_.take_unread(side::server));
        state_ = state::declined;
        break;
    case stage::opaque:
        judge_opaque();
        break;
    }
}

/// A choice that ends the reading has not been read.
void handshake_guard::judge_opaque() {
    const auto viewer = reader_.take_unread(side::viewer);
    const auto server = reader_.take_unread(side::server);
    const auto at = reader_.next_step();
    constexpr std::size_t number = 4;
    std::span<const std::byte> of_viewer(viewer);
    std::span<const std::byte> of_server(server);
    if (at == step::security_choice && !viewer.empty()) {
        take_choice(of_viewer.first(1));
        of_viewer = of_viewer.subspan(1);
    } else if (at == step::security_type && server.size() >= number) {
        take_servers_type(of_server.first(number));
        of_server = of_server.subspan(number);
    } else if (at == step::vencrypt_choice && viewer.size() >= number) {
        take_subtype(of_viewer.first(number));
        of_viewer = of_viewer.subspan(number);
    } else {
        refuse(is_list_passed_ ? not_followed : not_rfb);
    }
    if (state_ == state::in_progress && policy_.must_be_read()) {
        refuse(not_followed);
    }
    if (state_ == state::in_progress) {
        pass(side::viewer, of_viewer);
        pass(side::server, of_server);
        state_ = state::unread;
    }
}

void handshake_guard::pass(side from, std::span<const std::byte> some) {
    auto& to = *out_.at(index_of(other(from)));
    to.insert(to.end(), some.begin(), some.end());
}

void handshake_guard::read(side from, std::span<const std::byte> some, step as) {
    if (state_ != state::in_progress) {
        return;
    }
    switch (as) {
    case step::versions: // has passed
        break;
    case step::security_types:
        offer_types(some);
        break;
    case step::security_choice:
        take_choice(some);
        break;
    case step::security_type:
        take_servers_type(some);
        break;
    case step::vencrypt_types:
        offer_subtypes(some);
        break;
    case step::vencrypt_choice:
    case step::tight_choice:
        take_subtype(some);
        break;
    case step::tight_tunnels:
        hide_tunnels(some);
        break;
    case step::tight_types:
        offer_tight_types(some);
        break;
    case step::client_init:
        take_client_init(some);
        break;
    default:
        pass(from, some);
        break;
    }
}

bool handshake_guard::may_offer(std::uint8_t type) const {
    return policy_.security.may_be_offered(type) && (!policy_.must_be_read() || is_readable(type));
}

/// RFC 6143 7.1.2
void handshake_guard::offer_types(std::span<const std::byte> list) {
    const auto types = list.subspan(1);
    if (types.empty()) { // words of the server's follow
        is_list_passed_ = true;
        pass(side::server, list);
        return;
    }
    offered_.clear();
    for (const auto each : types) {
        if (const auto type = std::to_integer<std::uint8_t>(each); may_offer(type)) {
            offered_.push_back(type);
        }
    }
    // What VeNCrypt holds is not known before a viewer has chosen it, and it may hold nothing that
    // can be read.
    const bool has_others = std::any_of(offered_.begin(), offered_.end(), [](auto type) {
        return type != security_type::vencrypt && type != security_type::takes_text;
    });
    if (policy_.must_be_read() && has_others) {
        std::erase(offered_, std::uint32_t{security_type::vencrypt});
    }
    if (!has_others &&
        std::find(offered_.begin(), offered_.end(), security_type::vencrypt) == offered_.end()) {
        refuse(policy_.must_be_read() && !policy_.security.holds() ? not_readable : not_admitted);
        return;
    }
    bytes shown{static_cast<std::byte>(offered_.size())};
    std::transform(offered_.begin(), offered_.end(), std::back_inserter(shown),
                   [](auto type) { return static_cast<std::byte>(type); });
    pass(side::server, shown);
    is_list_passed_ = true;
}

/// RFC 6143 appendix A: the server has chosen.
void handshake_guard::take_servers_type(std::span<const std::byte> word) {
    constexpr std::uint32_t last_type = 255;
    const auto type = static_cast<std::uint32_t>(u32_at(word, 0));
    const bool refuses = type == 0;
    const bool is_known = type <= last_type;
    if (!refuses && !(is_known ? policy_.security.admits(type) : !policy_.security.holds())) {
        refuse(not_admitted);
        return;
    }
    if (!refuses && policy_.must_be_read() && type != security_type::none &&
        type != security_type::vnc_auth) {
        refuse(not_readable);
        return;
    }
    is_list_passed_ = true;
    pass(side::server, word);
}

void handshake_guard::take_choice(std::span<const std::byte> choice) {
    const auto type = std::to_integer<std::uint32_t>(choice.front());
    if (type == security_type::takes_text ||
        std::find(offered_.begin(), offered_.end(), type) == offered_.end()) {
        refuse(not_offered);
        return;
    }
    pass(side::viewer, choice);
}

bool handshake_guard::admits_subtype(std::uint32_t type, std::uint8_t container) const {
    if (!policy_.security.admits(type, container)) {
        return false;
    }
    return !policy_.must_be_read() || type == security_type::none ||
           type == security_type::vnc_auth || type == security_type::plain || type == tight_login;
}

/// rfbproto, VeNCrypt: U8, and so many U32. With none the viewer gives up.
void handshake_guard::offer_subtypes(std::span<const std::byte> list) {
    byte_reader in(list);
    offered_.clear();
    for (auto left = *in.u8(); left > 0; --left) {
        if (const auto type = *in.u32(); admits_subtype(type, security_type::vencrypt)) {
            offered_.push_back(type);
        }
    }
    bytes shown{static_cast<std::byte>(offered_.size())};
    for (const auto type : offered_) {
        append_u32(shown, type);
    }
    pass(side::server, shown);
    if (offered_.empty()) {
        refuse(policy_.must_be_read() && !policy_.security.holds() ? not_readable : not_admitted);
    }
}

/// Of Tight: the viewer sees security_type::none, and the server is told that security_type::none
/// was chosen.
void handshake_guard::hide_tunnels(std::span<const std::byte> list) {
    append_u32(*out_[0], 0);
    if (u32_at(list, 0) > 0) {
        constexpr std::array<std::byte, 4> no_tunnel{};
        reader_.say_first(side::viewer, no_tunnel);
    }
}

/// Of Tight: U32, and so many of 16 bytes. None means that nobody has to log in.
void handshake_guard::offer_tight_types(std::span<const std::byte> list) {
    constexpr std::size_t each = 16;
    constexpr std::size_t head = 4;
    offered_.clear();
    bytes shown;
    for (auto rest = list.subspan(head); !rest.empty(); rest = rest.subspan(each)) {
        const auto type = static_cast<std::uint32_t>(u32_at(rest, 0));
        if (admits_subtype(type == security_type::unix_login ? tight_login : type,
                           security_type::tight)) {
            offered_.push_back(type);
            shown.insert(shown.end(), rest.begin(), rest.begin() + each);
        }
    }
    const bool has_none = list.size() == head;
    if (has_none ? !admits_subtype(security_type::none, security_type::tight) : offered_.empty()) {
        refuse(not_admitted);
        return;
    }
    append_u32(*out_[0], static_cast<std::uint32_t>(offered_.size()));
    pass(side::server, shown);
}

void handshake_guard::take_subtype(std::span<const std::byte> choice) {
    const auto type = static_cast<std::uint32_t>(u32_at(choice, 0));
    if (std::find(offered_.begin(), offered_.end(), type) == offered_.end()) {
        refuse(not_offered);
        return;
    }
    pass(side::viewer, choice);
}

/// A viewer that may only view must not throw others out by asking for the desktop alone.
void handshake_guard::take_client_init(std::span<const std::byte> init) {
    const auto asked = init.front();
    const std::array one{policy_.viewer.view_only ? asked | std::byte{1} : asked};
    pass(side::viewer, one);
    pass(side::viewer, init.subspan(1));
}

void handshake_guard::refuse(std::string_view why) {
    reason_ = why;
    if (is_list_passed_) { // the protocol has no words any more
        state_ = state::over;
        return;
    }
    if (versions_[1].size() < version_size) { // the server's has not passed
        const auto offer = format_version(failure_version);
        pass(side::server, offer);
    }
    state_ = state::last_words;
    hear_answer({});
}

/// Its version says in which form the viewer is told.
void handshake_guard::hear_answer(std::span<const std::byte> in) {
    auto& answer = versions_[0];
    const auto some = in.first(std::min(in.size(), version_size - answer.size()));
    answer.insert(answer.end(), some.begin(), some.end());
    if (answer.size() < version_size) {
        return;
    }
    state_ = state::over;
    if (const auto answered =
            parse_version(std::span<const std::byte>(answer).first<version_size>())) {
        const auto words = format_failure(*answered, reason_);
        pass(side::server, words);
    }
}

} // namespace rfb
