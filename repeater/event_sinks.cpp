// Which log is made.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/event_sinks.hpp"

#include "repeater/compat_log.hpp"
#include "repeater/event_log.hpp"

namespace repeater {

namespace {

net::log::options options_of(const config& c) {
    net::log::options options;
    options.file = c.log_file;
    options.from = c.log_level;
    if (c.log_format != log_format::text) {
        options.pattern = "%v"; // its lines carry their own time
    }
    if (c.log_format == log_format::compat) {
        options.from = net::log_level::debug;
    }
    return options;
}

std::unique_ptr<event_sink> make_sink(const config& c, net::log& log) {
    switch (c.log_format) {
    case log_format::compat:
        return std::make_unique<compat_log>(log);
    case log_format::text:
        return std::make_unique<event_log>(log, c.log_ids);
    case log_format::json:
        break;
    }
    return std::make_unique<json_log>(log, c.log_ids);
}

} // namespace

logging::logging(const config& c) : log_(options_of(c)), sink_(make_sink(c, log_)) {}

} // namespace repeater
