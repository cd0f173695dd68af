// The log in the format, to the file and from the level that the configuration names.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"
#include "repeater/events/output_config.hpp"

#include <chrono>
#include <memory>

namespace repeater {

/// Owns the lines of the log and the sink that writes events into them. Until start() they are
/// kept; the end writes them as well.
class configured_log {
public:
    /// `patience`: how long the end waits for the log's reader. Throws std::runtime_error where the
    /// file cannot be opened.
    explicit configured_log(const log_config&,
                            std::chrono::milliseconds patience = service::log_options{}.patience);

    /// Starts the log's thread. Throws std::system_error.
    void start() { lines_.start(); }

    [[nodiscard]] event_sink& sink() { return *sink_; }

    [[nodiscard]] service::log& lines() { return lines_; }

private:
    service::log lines_;
    std::unique_ptr<event_sink> sink_;
};

} // namespace repeater
