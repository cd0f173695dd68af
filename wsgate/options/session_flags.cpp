// Describes switches for old clients and load balancers. Each is off by default, since it would be
// a fault for other clients.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/session_flags.hpp"

#include <algorithm>
#include <string>

namespace wsgate {

namespace {

const service::choices<text_frames> text_names{{"refuse", text_frames::refuse},
                                               {"forward", text_frames::forward}};

} // namespace

bool session_options::tells_status(const std::string& path) const {
    return std::find(status_paths.begin(), status_paths.end(), path) != status_paths.end();
}

void add_session_options(service::option_list& options, session_options& session,
                         text_frames& text) {
    using enum service::on_reload;
    options.choice("--text-frames", text, text_names, "refuse|forward", takes_effect,
                   "What text frames come to: refuse closes with 1003, forward takes their UTF-8 "
                   "for data");
    options
        .flag(
            "--base64", [&session] { session.openings.base64 = base64_offers::take; }, takes_effect,
            "Speak the subprotocol base64 with clients that offer it and not binary [refused]")
        .decides(session.openings.base64);
    options.list("--legacy-status", session.status_paths, "PATH", takes_effect,
                 "On this path tell in a text frame of JSON that the target is connected, or is "
                 "not, as hcs.js does; it spoils the session of clients that take text for data; "
                 "repeatable [nowhere]");
    options.flag("--connect-first", session.connect_first, takes_effect,
                 "Connect to the target before a WebSocket is opened, and answer 502 or 504 where "
                 "that fails, so that a balancer can try another gateway; --dial has no meaning "
                 "then");
    options.flag("--verbose-close", session.verbose_close, takes_effect,
                 "Tell clients the target's address and error where it could not be reached, or "
                 "was lost");
}

} // namespace wsgate
