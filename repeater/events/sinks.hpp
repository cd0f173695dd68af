// Everybody who receives events: the log, then the outputs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/configured_log.hpp"
#include "repeater/events/line_limit.hpp"
#include "repeater/events/outputs.hpp"

namespace repeater {

/// Made from the configuration. Events that an output loses are told to the log alone.
class sinks final : public event_sink {
public:
    /// Throws std::runtime_error where the log cannot be opened.
    sinks(const log_config& log, const output_config& to) : log_(log), outputs_(to, log_.sink()) {}

    void receive(const any_event& e) override {
        const auto now = net::clock::now();
        if (lines_.admits(e, now)) {
            if (const auto untold = lines_.left_out(e, now)) {
                log_.sink().receive(event::untold{*untold});
            }
            log_.sink().receive(e);
        }
        outputs_.receive(e);
    }

    [[nodiscard]] configured_log& log() { return log_; }

    [[nodiscard]] repeater::outputs& outputs() { return outputs_; }

private:
    configured_log log_;
    line_limit lines_;          ///< of the log
    repeater::outputs outputs_; // after the log, which it tells of losses until its end
};

} // namespace repeater
