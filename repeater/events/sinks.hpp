// Everybody who receives events: the meter, the log, then the outputs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/configured_log.hpp"
#include "repeater/events/line_limit.hpp"
#include "repeater/events/meter.hpp"
#include "repeater/events/outputs.hpp"

#include <chrono>
#include <optional>

namespace repeater {

/// Made from the configuration. Events that an output loses are counted, and told to the log alone.
class sinks final : public event_sink {
public:
    /// Has no threads yet. Throws std::runtime_error where the log cannot be opened.
    explicit sinks(const log_config& log) : log_(log) {}

    /// Starts the threads of the log and of the outputs, who hear of what comes from now on. Throws
    /// std::runtime_error.
    void start(const output_config& to) {
        log_.start();
        outputs_.emplace(to, losses_);
    }

    void receive(const any_event& e) override {
        meter_.receive(e);
        const auto now = net::clock::now();
        const bool told = lines_.admits(e, now);
        if (const auto untold = lines_.left_out(e, now)) {
            const event::untold summary{*untold};
            meter_.receive(summary);
            log_.sink().receive(summary);
        }
        if (told) {
            log_.sink().receive(e);
        }
        if (outputs_) {
            outputs_->receive(e);
        }
    }

    [[nodiscard]] configured_log& log() { return log_; }

    /// Delivers what the outputs have been told, for so long at most; then they take no more.
    void finish(std::chrono::milliseconds at_most) {
        if (outputs_) {
            outputs_->finish(at_most);
        }
    }

    [[nodiscard]] const repeater::meter& meter() const { return meter_; }

    [[nodiscard]] repeater::meter& meter() { return meter_; }

    /// Only after start().
    [[nodiscard]] repeater::outputs& outputs() { return *outputs_; }

private:
    /// On the outputs' threads.
    class loss_sink final : public event_sink {
    public:
        loss_sink(repeater::meter& m, configured_log& l) : meter_(m), log_(l) {}

        void receive(const any_event& e) override {
            if (const auto* const lost = std::get_if<event::events_lost>(&e)) {
                meter_.count_lost(*lost);
            }
            log_.sink().receive(e);
        }

    private:
        repeater::meter& meter_;
        configured_log& log_;
    };

    repeater::meter meter_;
    configured_log log_;
    line_limit lines_; ///< of the log
    loss_sink losses_{meter_, log_};
    std::optional<repeater::outputs>
        outputs_; // after the log, which it tells of losses until its end
};

} // namespace repeater
