// Each is off by default: what old clients and balancers need, others would suffer from.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/session_flags.hpp"

#include "service/choice_option.hpp"

#include <CLI/CLI.hpp>

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

void add_session_options(CLI::App& app, session_options& options, text_frames& text) {
    service::add_choice(
        app, "--text-frames", text, text_names, "refuse|forward",
        "What text frames come to: refuse closes with 1003, forward takes their UTF-8 "
        "for data [refuse]");
    app.add_flag_callback(
        "--base64", [&options] { options.base64 = base64_offers::take; },
        "Speak the subprotocol base64 with clients that offer it and not binary [refused]");
    app.add_option("--legacy-status", options.status_paths,
                   "On this path tell in a text frame of JSON that the target is connected, or is "
                   "not, as hcs.js does; it spoils the session of clients that take text for data; "
                   "repeatable [nowhere]")
        ->type_name("PATH")
        ->allow_extra_args(false);
    app.add_flag("--connect-first", options.connect_first,
                 "Connect to the target before a WebSocket is opened, and answer 502 or 504 where "
                 "that fails, so that a balancer can try another gateway; --dial has no meaning "
                 "then");
    app.add_flag("--verbose-close", options.verbose_close,
                 "Tell clients the target's address and error where it could not be reached, or "
                 "was lost");
}

} // namespace wsgate
