// Checks the method, then that there is no body, then the path.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http_answer.hpp"

#include "wsgate/http/url_path.hpp"

namespace wsgate {

namespace {

using status = http::status;

constexpr std::string_view only_websocket = "this path speaks WebSocket";

/// The connection stays open if the client wants that, unless the request has a body: nobody reads
/// it, so no next request could be found behind it.
text_response plain(const request& r, status s, std::string_view text) {
    auto answer = text_answer(s, text);
    answer.keep_alive(may_stay(r));
    return answer;
}

/// Counted as a failed handshake only where a WebSocket was asked for.
text_response method_refused(const request& r, status s, std::string_view text,
                             bool asks_for_websocket) {
    auto answer = plain(r, s, text);
    if (asks_for_websocket) {
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

http_answer decide_opening(const request& r, const route& where, base64_offers base64) {
    auto checked = check_opening(r, base64);
    if (auto* refused = std::get_if<refusal>(&checked)) {
        return refusal_answer(*refused);
    }
    return open_session{&where, std::move(std::get<opening>(checked))};
}

} // namespace

http_answer decide(const request& r, const route_table& routes, bool has_files,
                   base64_offers base64) {
    const bool asks_for_websocket = has_token(r, http::field::upgrade, "websocket");
    if (r.method() == http::verb::unknown) {
        return method_refused(r, status::not_implemented, "unknown method", asks_for_websocket);
    }
    if (r.method() != http::verb::get && r.method() != http::verb::head) {
        return method_refused(r, status::method_not_allowed, "only GET and HEAD",
                              asks_for_websocket);
    }
    if (has_body(r)) {
        return refusal_answer({status::bad_request, "a request here has no body"});
    }
    auto path = decoded_path({r.target().data(), r.target().size()});
    if (!path) {
        return refusal_answer({status::bad_request, "bad request target"});
    }
    const auto* const where = routes.find(*path);
    if (where != nullptr && (asks_for_websocket || !routes.takes_all())) {
        if (!asks_for_websocket) {
            return plain(r, status::upgrade_required, only_websocket);
        }
        return decide_opening(r, *where, base64);
    }
    if (asks_for_websocket) {
        return refusal_answer(
            {status::not_found, "no WebSocket here", handshake_failure::not_found});
    }
    if (*path == "/healthz") {
        return plain(r, status::ok, "ok");
    }
    if (*path == "/readyz") {
        return tell_readiness{};
    }
    auto file = file_path(*path);
    if (const auto* refused = std::get_if<refusal>(&file)) {
        return path_refused(r, *refused);
    }
    if (!has_files && where != nullptr && *path != "/") {
        return plain(r, status::upgrade_required, only_websocket);
    }
    if (!has_files) {
        return plain(r, status::not_found, "nothing here");
    }
    return send_file{std::move(std::get<std::string>(file)), std::move(*path)};
}

} // namespace wsgate
