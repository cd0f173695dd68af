// Checks the method, then that there is no body, then the path.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http_answer.hpp"

#include "wsgate/access/token_file.hpp"
#include "wsgate/http/file_answer.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <optional>

namespace wsgate {

namespace {

using status = http::status;

constexpr std::string_view only_websocket = "this path speaks WebSocket";

std::string_view target_of(const request& r) {
    return {r.target().data(), r.target().size()};
}

/// The connection stays open if the client wants that, unless the request has a body: nobody reads
/// it, so no next request could be found behind it. `text` is a literal.
text_response plain(const request& r, status s, std::string_view text) {
    auto answer = text_answer(s, text);
    answer.cause = text;
    answer.keep_alive(may_stay(r));
    return answer;
}

/// Counted as a failed handshake only where a WebSocket was asked for.
text_response method_refused(const request& r, status s, std::string_view text) {
    auto answer = plain(r, s, text);
    if (asks_for_websocket(r)) {
        answer.counted = handshake_failure::bad_request;
    }
    return answer;
}

/// A missing page is not counted as a failed handshake; a path that is refused with 400 is.
text_response path_refused(const request& r, const refusal& why) {
    auto answer = plain(r, why.status, why.why);
    if (why.counted == handshake_failure::bad_request) {
        answer.counted = why.counted;
    }
    return answer;
}

/// The answer to any method but GET and HEAD; nothing for these two.
std::optional<http_answer> check_method(const request& r) {
    switch (r.method()) {
    case http::verb::get:
    case http::verb::head:
        return std::nullopt;
    case http::verb::unknown:
        return method_refused(r, status::not_implemented, "unknown method");
    case http::verb::options:
        if (!asks_for_websocket(r) && !has_body(r)) {
            auto answer = options_answer();
            answer.keep_alive(may_stay(r));
            return answer;
        }
        break;
    default:
        break;
    }
    return method_refused(r, status::method_not_allowed, "only GET, HEAD and OPTIONS");
}

/// Where tokens choose the targets, the route of a request that names no route but only a page:
/// noVNC with path=?token=a asks for "/?token=a", or for its own page's path with that query. It is
/// the route by which viewers usually come; null where that needs no token.
const route* find_by_token(const request& r, const site& s, std::string_view path) {
    const bool is_page = path.ends_with('/') || path.ends_with(".html");
    const auto& tokens = s.access.tokens;
    if (!is_page || !tokens.is_used() || (!tokens.from_host && !token_of_query(target_of(r)))) {
        return nullptr;
    }
    const auto* const found =
        s.routes.find(s.routes.prefix() + std::string{main_path(visitor::viewer)});
    return found != nullptr && s.access.needs_token(found->path) ? found : nullptr;
}

const route* find_route(const request& r, const site& s, std::string_view path) {
    if (const auto* const found = s.routes.find(path)) {
        return found;
    }
    if (s.has_files && s.has_page) {
        const auto has_page = [&s](std::string_view directory) {
            const auto file = file_path(directory);
            const auto* const name = std::get_if<std::string>(&file);
            return name != nullptr && s.has_page(*name);
        };
        if (const auto* const found = s.routes.find_beside_page(path, has_page)) {
            return found;
        }
    }
    return find_by_token(r, s, path);
}

/// What an operator may do so that a path leads somewhere.
std::string_view advice_on(std::string_view path, const route_table& routes) {
    if (path.find('?') != std::string_view::npos) {
        return "the ? came percent-encoded, so that what follows it is a part of the path";
    }
    for (const auto& each : routes.routes()) {
        if (each.path.size() > 1 && path.ends_with(each.path)) {
            return "a route has the last part of this path: say --prefix, or let the proxy in "
                   "front "
                   "take the first part away";
        }
        if (equal_but_for_case(path, each.path)) {
            return "a route has this path in other letters: case counts";
        }
    }
    return "--route and --prefix say which paths there are, --listen ADDR:PORT=viewer takes any";
}

http_answer decide_opening(const request& r, const site& s, std::string_view path) {
    const auto* const where = find_route(r, s, path);
    if (where == nullptr) {
        return refusal_answer({status::not_found, "no WebSocket here", handshake_failure::not_found,
                               advice_on(path, s.routes)});
    }
    auto checked = check_opening(r, s.openings);
    if (auto* refused = std::get_if<refusal>(&checked)) {
        return refusal_answer(*refused);
    }
    return open_session{where, std::move(std::get<opening>(checked))};
}

/// Files are at the root, and behind the prefix as well.
http_answer decide_file(const request& r, const site& s, std::string_view path) {
    const auto& prefix = s.routes.prefix();
    const auto behind = s.routes.behind_prefix(path);
    auto file = file_path(behind.value_or(path));
    if (const auto* refused = std::get_if<refusal>(&file)) {
        return path_refused(r, *refused);
    }
    if (s.has_files && !prefix.empty() && path == prefix) {
        auto answer = add_slash(r, path);
        answer.keep_alive(may_stay(r));
        return answer;
    }
    send_file wanted{std::move(std::get<std::string>(file)),
                     prefix + std::string{behind.value_or(path)}};
    if (behind) {
        if (auto whole = file_path(path); auto* const name = std::get_if<std::string>(&whole)) {
            wanted.otherwise = std::move(*name);
        }
    }
    return wanted;
}

http_answer decide_plain(const request& r, const site& s, std::string_view path) {
    const auto* const where = s.routes.find(path);
    if (where != nullptr && !s.routes.takes_all()) {
        return plain(r, status::upgrade_required, only_websocket);
    }
    const auto own = s.routes.behind_prefix(path).value_or(path);
    if (own == "/healthz") {
        return plain(r, status::ok, "ok");
    }
    if (own == "/readyz") {
        return tell_readiness{};
    }
    auto file = decide_file(r, s, path);
    if (s.has_files || !std::holds_alternative<send_file>(file)) {
        return file;
    }
    if (where != nullptr && own != "/") {
        return plain(r, status::upgrade_required, only_websocket);
    }
    return plain(r, status::not_found, "nothing here");
}

} // namespace

http_answer decide(const request& r, const site& s) {
    if (auto answer = check_method(r)) {
        return std::move(*answer);
    }
    if (has_body(r)) {
        return refusal_answer({status::bad_request, "a request here has no body"});
    }
    const auto decoded = decoded_path(target_of(r));
    if (!decoded) {
        return refusal_answer({status::bad_request, "bad request target"});
    }
    // Made normal once, before anything is looked up by it: no rule for a path can be gone round by
    // another spelling.
    const auto path = normal_path(*decoded);
    if (asks_for_websocket(r)) {
        return decide_opening(r, s, path.value_or("/")); // above the root there is no route
    }
    return path ? decide_plain(r, s, *path) : plain(r, status::not_found, "no such file");
}

bool is_path_of_route(std::string_view request_target, const route_table& routes) {
    const auto decoded = decoded_path(request_target);
    const auto path = decoded ? normal_path(*decoded) : std::nullopt;
    return path && !routes.takes_all() && routes.find(*path) != nullptr;
}

bool is_attempt_at_session(const request& r, const site& s) {
    return asks_for_websocket(r) || has_token(r, http::field::connection, "upgrade") ||
           is_path_of_route(target_of(r), s.routes);
}

} // namespace wsgate
