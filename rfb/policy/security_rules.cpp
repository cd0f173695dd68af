// Looks types up in lists of numbers.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/security_rules.hpp"

#include "rfb/handshake.hpp"
#include "rfb/security_type.hpp"
#include "rfb/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rfb {

namespace {

/// Nothing is decided by these: another list follows, or they only announce something.
constexpr auto containers = std::to_array<std::uint8_t>(
    {security_type::tight, security_type::ultra, security_type::vencrypt, security_type::prompt,
     security_type::session_select, security_type::client_text, security_type::takes_text});

/// RealVNC's, TLS, VeNCrypt's with TLS, and UltraVNC's plugins.
constexpr auto encrypted = std::to_array<std::uint32_t>(
    {5, 13, 18, 114, 115, 129, 133, 257, 258, 259, 260, 261, 262, 263, 264, 266, 267});

constexpr std::uint32_t last_subtype = 267;

bool contains(const std::vector<std::uint32_t>& all, std::uint32_t one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_container(std::uint8_t type) {
    return std::find(containers.begin(), containers.end(), type) != containers.end();
}

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Every number that has this name.
std::vector<std::uint32_t> named(std::string_view name) {
    constexpr std::uint32_t subtypes = 256;
    constexpr std::uint32_t last_type = 255;
    std::vector<std::uint32_t> all;
    for (std::uint32_t type = 1; type <= last_type; ++type) {
        if (same_word(name, security_type_name(static_cast<std::uint8_t>(type)))) {
            all.push_back(type);
        }
    }
    for (std::uint32_t type = subtypes; type <= last_subtype; ++type) {
        if (same_word(name, security_subtype_name(type))) {
            all.push_back(type);
        }
    }
    if (same_word(name, "UnixLogin")) {
        all.push_back(tight_login);
    }
    return all;
}

} // namespace

bool security_rules::admits(std::uint32_t type, std::optional<std::uint8_t> container) const {
    const bool is_denied = contains(denied, type) || (container && contains(denied, *container));
    return !is_denied && (required.empty() || contains(required, type) ||
                          (container && contains(required, *container)));
}

bool security_rules::may_be_offered(std::uint8_t type) const {
    return is_container(type) ? !contains(denied, type) : admits(type);
}

bool security_rules::admits_readable() const {
    constexpr auto readable = std::to_array<std::uint32_t>(
        {1, 2, 6, 22, 30, 113, 118, 130, 256, tight_login, 16, 17, 19});
    return std::any_of(readable.begin(), readable.end(),
                       [this](std::uint32_t type) { return admits(type); });
}

security_rules both(const security_rules& a, const security_rules& b) {
    security_rules made{a.required, a.denied};
    made.denied.insert(made.denied.end(), b.denied.begin(), b.denied.end());
    if (a.required.empty()) {
        made.required = b.required;
    } else if (!b.required.empty()) {
        std::erase_if(made.required, [&b](std::uint32_t t) { return !contains(b.required, t); });
        if (made.required.empty()) {
            made.required.push_back(0); // which no type is
        }
    }
    return made;
}

std::optional<std::vector<std::uint32_t>> parse_security(std::string_view word) {
    if (same_word(word, "encrypted")) {
        return std::vector<std::uint32_t>(encrypted.begin(), encrypted.end());
    }
    if (is_number(word)) {
        std::uint32_t number = 0;
        const auto [end, error] =
            std::from_chars(word.data(), word.data() + word.size(), number); // NOLINT(*-arithmetic)
        if (error != std::errc{} || number == 0 || number > last_subtype) {
            return std::nullopt;
        }
        return std::vector{number};
    }
    auto all = named(word);
    return all.empty() || same_word(word, "unknown") ? std::nullopt : std::optional{std::move(all)};
}

} // namespace rfb
