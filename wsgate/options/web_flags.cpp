// Describes the directory's option, and those of two fields of the responses.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/web_flags.hpp"

namespace wsgate {

namespace {

const service::choices<std::string> frame_names{{"deny", "DENY"}, {"sameorigin", "SAMEORIGIN"}};

} // namespace

void add_web_options(service::option_list& options, config& c) {
    using enum service::on_reload;
    options.text("--web", c.web, "DIR", takes_effect,
                 "Serve the files below this directory, e.g. noVNC [none]");
    options.whole_seconds(
        "--cache-max-age", c.files.max_age, {0, 31'536'000}, takes_effect,
        "How long browsers may use a file without asking again; HTML they always ask for");
    options.choice("--frame-options", c.files.frame_options, frame_names, "DENY|SAMEORIGIN",
                   takes_effect,
                   "Keep other sites from showing the page in a frame of theirs: X-Frame-Options "
                   "[not sent]");
}

} // namespace wsgate
