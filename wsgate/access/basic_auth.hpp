// Basic authentication (RFC 7617): reads lists of users, reads a client's credentials, verifies
// them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/secret.hpp"

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

struct credentials {
    std::string user;
    std::string password;

    friend bool operator==(const credentials&, const credentials&) = default;
};

/// Reads the value of an Authorization field: "Basic " and base64 of "user:password", without NUL.
[[nodiscard]] std::optional<credentials> parse_basic(std::string_view field);

/// Users, each with a password or a hash that crypt(3) has made of one.
class password_list {
public:
    /// Adds the users of lines "user:password" or "user:$2y$..."; a hash may be of any scheme that
    /// crypt(5) does not call outdated. Empty lines and those that begin with `#` are skipped; a
    /// name counts once in all. Returns what is wrong, with the line's number and nothing of what
    /// is in it; empty: nothing is.
    [[nodiscard]] std::string add(std::string_view text);

    /// Adds the user of "user:password"; the password is never taken for a hash. Returns what is
    /// wrong; empty: nothing is.
    [[nodiscard]] std::string add_plain(std::string_view user_and_password);

    /// A list of what add() takes.
    [[nodiscard]] static boost::system::result<password_list, std::string>
    parse(std::string_view text);

    /// A list of what add_plain() takes.
    [[nodiscard]] static boost::system::result<password_list, std::string>
    plain(std::string_view user_and_password);

    /// Slow where passwords are hashed, and as slow for unknown names, so that the time does not
    /// tell which names exist.
    [[nodiscard]] bool verify(const credentials&) const;

    /// Whether verify() takes so little time that it need not run on another thread.
    [[nodiscard]] bool is_fast() const;

    /// A digest of these credentials and of their user's entry. A result of verify() may be
    /// remembered under it, since it differs as soon as the entry has changed.
    [[nodiscard]] service::digest stamp(const credentials&) const;

    /// The number of users.
    [[nodiscard]] std::size_t size() const { return by_user_.size(); }

private:
    struct entry {
        std::string text;
        bool is_hash = false;
    };

    [[nodiscard]] std::string_view take_line(std::string_view line);
    [[nodiscard]] const entry& stored_for(const std::string& user) const;

    std::map<std::string, entry> by_user_;
    entry decoy_; ///< for unknown names: takes as long to verify as a real entry
};

} // namespace wsgate
