// Decides what a request is answered with; a pure function.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/access_options.hpp"
#include "wsgate/http/response.hpp"
#include "wsgate/http/static_files.hpp"
#include "wsgate/target/route.hpp"
#include "wsgate/ws/server_handshake.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

struct open_session {
    const route* where = nullptr; ///< an entry of the route table; never null
    opening how;
};

struct send_file {
    std::string path;        ///< for static_root::open()
    std::string asked;       ///< the request's path in its one form, for rules by path
    std::string otherwise{}; ///< for open() where there is no file at `path`; empty: nothing
};

/// The request asks whether the targets can be reached; the connection asks `readiness` for the
/// answer.
struct tell_readiness {};

using http_answer = std::variant<text_response, send_file, open_session, tell_readiness>;

/// What a listener has to offer. Its members outlive the call.
struct site {
    const route_table& routes;
    const access_options& access; ///< says whether tokens choose targets
    opening_rules openings{};
    bool has_files = false;
    /// Whether we serve a page in this directory, which is from file_path().
    std::function<bool(const std::string& directory)> has_page{};
};

/// A text_response holds whether the connection stays open after it.
[[nodiscard]] http_answer decide(const request&, const site&);

/// Whether the target's path is a route's, where paths choose the route.
[[nodiscard]] bool is_path_of_route(std::string_view request_target, const route_table&);

/// Whether the request asked for a WebSocket, or for a path that is there for nothing else, so that
/// its refusal is worth a line in the log. Generous, since proxies drop fields.
[[nodiscard]] bool is_attempt_at_session(const request&, const site&);

} // namespace wsgate
