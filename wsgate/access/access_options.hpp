// The configuration of access: who may open sessions, and where a token may lead.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/basic_auth.hpp"
#include "wsgate/access/client_address.hpp"
#include "wsgate/access/failure_brake.hpp"
#include "wsgate/access/limit_options.hpp"
#include "wsgate/access/origin.hpp"
#include "wsgate/access/token_source.hpp"
#include "wsgate/target/per_path.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// Where passwords are found: in all of this together.
struct password_options {
    std::vector<std::string> files; ///< in the form of htpasswd(1)
    std::string plain;              ///< "user:password"; with no file either, none is asked for

    [[nodiscard]] bool is_used() const { return !files.empty() || !plain.empty(); }

    friend bool operator==(const password_options&, const password_options&) = default;
};

struct access_options {
    per_path<std::optional<origin_list>> origins; ///< nothing: any page may
    bool origin_required = false;                 ///< a request without an Origin is refused
    per_path<password_options> passwords;         ///< to open sessions
    bool files_need_login = false; ///< files need the login of all paths, or a certificate
    /// A client's certificate must have one of these as its CN; nothing: no certificate is needed.
    std::optional<std::vector<std::string>> common_names;
    token_options tokens;
    /// The paths where a token chooses the target; empty: all. Elsewhere no token is looked for.
    std::vector<std::string> token_paths{"/wsClient", "/websockify"};
    proxy_rules proxies;
    limit_options limits;
    brake_options brake;
    std::string realm = "wsgate"; ///< what a browser shows when it asks for a password

    [[nodiscard]] bool needs_token(std::string_view path) const {
        if (path.size() > 1 && path.ends_with('/')) {
            path.remove_suffix(1);
        }
        return tokens.is_used() &&
               (token_paths.empty() ||
                std::find(token_paths.begin(), token_paths.end(), path) != token_paths.end());
    }
};

} // namespace wsgate
