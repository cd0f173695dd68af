// Verifies hashes by crypt(3). Compares everything else as digests, so that the time tells nothing
// of lengths.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/basic_auth.hpp"

#include "net/text/lines.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/base64.hpp"

#include <algorithm>
#include <crypt.h>
#include <memory>

namespace wsgate {

namespace {

constexpr std::string_view basic_scheme = "Basic ";

bool looks_hashed(std::string_view stored) {
    return stored.starts_with('$');
}

/// What is wrong with the entry; nothing where it can be used.
std::string_view fault_of(std::string_view user, const std::string& stored) {
    if (user.empty() || stored.empty()) {
        return "not of the form user:password or user:$2y$...";
    }
    if (stored.starts_with("$apr1$") || stored.starts_with("{SHA}") ||
        stored.starts_with("{SSHA}")) {
        return "MD5 and SHA-1 protect no password any more: write it with htpasswd -B (bcrypt)";
    }
    if (!looks_hashed(stored)) {
        return {};
    }
    switch (::crypt_checksalt(stored.c_str())) {
    case CRYPT_SALT_OK:
        return {};
    case CRYPT_SALT_METHOD_LEGACY:
        return "an outdated hash: write it with htpasswd -B (bcrypt)";
    default:
        return "a hash that crypt(3) does not know: write it with htpasswd -B (bcrypt)";
    }
}

/// Compares in a time that does not depend on where the two differ.
bool is_same(std::string_view a, std::string_view b) {
    return service::equal(service::hmac_sha256(service::process_key(), a),
                          service::hmac_sha256(service::process_key(), b));
}

bool fits_hash(const std::string& password, const std::string& stored) {
    const auto work = std::make_unique<crypt_data>(); // 32 KiB: not for the stack
    const char* const made = ::crypt_r(password.c_str(), stored.c_str(), work.get());
    return made != nullptr && is_same(made, stored);
}

} // namespace

std::optional<credentials> parse_basic(std::string_view field) {
    if (!equal_but_for_case(field.substr(0, basic_scheme.size()), basic_scheme)) {
        return std::nullopt;
    }
    const auto text = from_base64(trimmed(field.substr(basic_scheme.size())));
    const auto colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos || text->find('\0') != std::string::npos) {
        return std::nullopt;
    }
    return credentials{text->substr(0, colon), text->substr(colon + 1)};
}

/// Adds the user of one line. Returns what is wrong with it; empty where it is good, or names no
/// user.
std::string_view password_list::take_line(std::string_view line) {
    if (net::stripped(line).empty() || line.front() == '#') {
        return {};
    }
    const auto colon = std::min(line.find(':'), line.size());
    std::string user{line.substr(0, colon)};
    auto stored = line.substr(std::min(colon + 1, line.size()));
    const bool is_hash = looks_hashed(stored);
    if (is_hash) { // there are no blanks in a hash, but a password may end in one
        stored = net::stripped(stored);
    }
    const entry e{std::string{stored}, is_hash};
    if (const auto fault = fault_of(user, e.text); !fault.empty()) {
        return fault;
    }
    if (e.is_hash && !decoy_.is_hash) {
        decoy_ = e;
    }
    return by_user_.emplace(std::move(user), e).second ? "" : "this user has been named before";
}

std::string password_list::add(std::string_view text) {
    if (const auto fault = net::fault_of_text(text); !fault.empty()) {
        return std::string{fault};
    }
    net::text_lines lines(text);
    while (const auto line = lines.next()) {
        if (const auto fault = take_line(line->text); !fault.empty()) {
            std::string why{"line "};
            return why.append(std::to_string(line->number)).append(": ").append(fault);
        }
    }
    return {};
}

std::string password_list::add_plain(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos || colon + 1 == text.size()) {
        return "not of the form user:password";
    }
    entry e{std::string{text.substr(colon + 1)}, false};
    return by_user_.emplace(text.substr(0, colon), std::move(e)).second
               ? ""
               : "this user has been named before";
}

boost::system::result<password_list, std::string> password_list::parse(std::string_view text) {
    password_list list;
    auto why = list.add(text);
    if (!why.empty()) {
        return why;
    }
    return list;
}

boost::system::result<password_list, std::string> password_list::plain(std::string_view text) {
    password_list list;
    auto why = list.add_plain(text);
    if (!why.empty()) {
        return why;
    }
    return list;
}

const password_list::entry& password_list::stored_for(const std::string& user) const {
    const auto found = by_user_.find(user);
    return found == by_user_.end() ? decoy_ : found->second;
}

bool password_list::verify(const credentials& c) const {
    const auto& stored = stored_for(c.user);
    const bool fits =
        stored.is_hash ? fits_hash(c.password, stored.text) : is_same(c.password, stored.text);
    return fits && by_user_.contains(c.user);
}

bool password_list::is_fast() const {
    return !decoy_.is_hash;
}

service::digest password_list::stamp(const credentials& c) const {
    std::string all{c.user};
    all.append(1, '\0').append(by_user_.contains(c.user) ? stored_for(c.user).text : "");
    all.append(1, '\0').append(c.password);
    return service::hmac_sha256(service::process_key(), all);
}

} // namespace wsgate
