// Users and passwords (RFC 7617): lists of them, what a client claims, whether it is true.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/secret.hpp"

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

/// The value of an Authorization field: "Basic " and base64 of "user:password", without NUL.
[[nodiscard]] std::optional<credentials> parse_basic(std::string_view field);

/// What stands behind each name: a password, or what crypt(3) made of one.
class password_list {
public:
    /// Lines of "user:password" or "user:$2y$..."; any scheme of crypt(5) that it does not call
    /// outdated. Empty lines and those that begin with `#` are skipped; a name counts once. The
    /// error says which line, and never what is in it.
    [[nodiscard]] static boost::system::result<password_list, std::string>
    parse(std::string_view text);

    /// "user:password", which is taken as it is. The error is a sentence.
    [[nodiscard]] static boost::system::result<password_list, std::string>
    plain(std::string_view user_and_password);

    /// Slow where passwords are hashed, and as slow for names that it does not hold.
    [[nodiscard]] bool verify(const credentials&) const;

    /// verify() takes so little time that it need not run on another thread.
    [[nodiscard]] bool is_fast() const;

    /// Names these credentials and what stands behind their name: worth as much as a verification
    /// that has been done, until the list changes.
    [[nodiscard]] digest stamp(const credentials&) const;

    [[nodiscard]] bool empty() const { return by_user_.empty(); }

private:
    struct entry {
        std::string text;
        bool is_hash = false;
    };

    [[nodiscard]] const entry& stored_for(const std::string& user) const;

    std::map<std::string, entry> by_user_;
    entry decoy_; ///< for names that nobody has: takes as long to verify as any
};

} // namespace wsgate
