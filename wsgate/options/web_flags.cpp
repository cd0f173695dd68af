// Describes the directory's option, and those of two fields of the responses.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/web_flags.hpp"

#include "net/text/number.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string_view>

namespace wsgate {

namespace {

const service::choices<std::string> frame_names{{"deny", "DENY"}, {"sameorigin", "SAMEORIGIN"}};

/// Reads SECONDS[,includeSubDomains][,preload] and makes the field's value of it (RFC 6797 6.1).
std::optional<std::string> read_hsts(std::string_view text) {
    std::string value;
    for (const auto part : elements(text)) {
        if (value.empty()) {
            if (!net::parse_number<std::uint32_t>(part)) {
                return std::nullopt;
            }
            value = fmt::format("max-age={}", part);
        } else if (equal_but_for_case(part, "includeSubDomains")) {
            value += "; includeSubDomains";
        } else if (equal_but_for_case(part, "preload")) {
            value += "; preload";
        } else {
            return std::nullopt;
        }
    }
    return value.empty() ? std::nullopt : std::optional{value};
}

} // namespace

void add_web_options(service::option_list& options, raw_web& raw, config& c) {
    using enum service::on_reload;
    options
        .text("--web", c.web, "DIR", takes_effect,
              "Serve the files below this directory, e.g. noVNC [none]")
        .names_files(service::file_kind::shared);
    options.whole_seconds(
        "--cache-max-age", c.files.max_age, {0, 31'536'000}, takes_effect,
        "How long browsers may use a file without asking again; HTML they always ask for");
    options.choice("--frame-options", c.files.frame_options, frame_names, "DENY|SAMEORIGIN",
                   takes_effect,
                   "Keep other sites from showing the page in a frame of theirs: X-Frame-Options "
                   "[not sent]");
    options
        .text("--hsts", raw.hsts, "SECONDS[,includeSubDomains][,preload]", takes_effect,
              "Tell browsers to come by TLS only, for so long: Strict-Transport-Security, in "
              "answers that go by TLS to this gateway or to a trusted proxy [not sent]")
        .decides(c.hsts);
}

void take_over(const raw_web& raw, config& c) {
    if (raw.hsts.empty()) {
        return;
    }
    const auto value = read_hsts(raw.hsts);
    if (!value) {
        throw service::bad_option("--hsts", fmt::format("{} is not SECONDS, such as 31536000, "
                                                        "perhaps with ,includeSubDomains behind "
                                                        "it",
                                                        raw.hsts));
    }
    c.hsts = *value;
}

} // namespace wsgate
