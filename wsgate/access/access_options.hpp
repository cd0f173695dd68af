// The configuration of access: who may come in, and where a token may lead.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/basic_auth.hpp"
#include "wsgate/access/client_address.hpp"
#include "wsgate/access/failure_brake.hpp"
#include "wsgate/access/origin.hpp"
#include "wsgate/access/session_limits.hpp"
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

/// Where the passwords of those who may come in are found.
struct password_options {
    std::string file;  ///< of htpasswd(1); empty: `plain` holds
    std::string plain; ///< "user:password"; empty as well: nobody is asked

    [[nodiscard]] bool is_used() const { return !file.empty() || !plain.empty(); }
};

struct access_options {
    per_path<std::optional<origin_list>> origins; ///< nothing: pages are not asked where from
    bool origin_required = false;                 ///< who is no browser is refused
    per_path<password_options> passwords;         ///< of those who open sessions
    bool files_need_login = false;                ///< the one for all paths, or a certificate
    /// One of these a client certificate must name (its CN); nothing: none is asked for here.
    std::optional<std::vector<std::string>> common_names;
    token_options tokens;
    /// Where a token chooses the target; elsewhere nobody looks for one.
    std::vector<std::string> token_paths{"/wsClient", "/websockify"};
    proxy_rules proxies;
    session_caps sessions;
    std::size_t max_handshakes = 256; ///< connections whose request we wait for
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
