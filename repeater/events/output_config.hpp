// The log and the event outputs, as configured.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/http_url.hpp"
#include "service/log.hpp"

#include <optional>
#include <string>
#include <vector>

namespace repeater {

enum class log_format {
    compat, ///< the Perl's lines
    text,   ///< key=value lines
    json,   ///< an object a line
};

/// How IDs appear outside of this process; the compat log has them in plain, as the Perl's.
enum class id_form {
    hashed, ///< as id_printer hashes them
    full,   ///< as they are
};

/// The one log.
struct log_config {
    log_format format = log_format::compat;
    id_form ids = id_form::hashed;
    service::log_level level = service::log_level::info;
    std::string file;     ///< empty: standard error
    std::string key_file; ///< of `id_key`; empty: none
    std::string id_key{}; ///< by which IDs are hashed; configure() reads it
};

/// Who else hears of events. security G5
struct output_config {
    std::string file;              ///< JSON lines; empty: none
    std::vector<std::string> exec; ///< program and its arguments; empty: none
    std::optional<http_url> url;
    id_form ids = id_form::hashed;
    std::string id_key{}; ///< that of the log

    friend bool operator==(const output_config&, const output_config&) = default;
};

} // namespace repeater
