// Everybody who receives events, as the configuration says.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/outputs.hpp"

#include <memory>

namespace repeater {

/// The log in its format.
class logging {
public:
    /// Throws std::runtime_error where the file cannot be opened.
    explicit logging(const log_config&);

    [[nodiscard]] event_sink& sink() { return *sink_; }

    [[nodiscard]] service::log& lines() { return log_; }

private:
    service::log log_;
    std::unique_ptr<event_sink> sink_;
};

/// The log first, then the outputs.
class event_sinks final : public event_sink {
public:
    event_sinks(const log_config& log, const output_config& outputs)
        : log_(log), outputs_(outputs, log_.sink()) {}

    void receive(const any_event& e) override {
        log_.sink().receive(e);
        outputs_.receive(e);
    }

    [[nodiscard]] logging& log() { return log_; }

    [[nodiscard]] event_outputs& outputs() { return outputs_; }

private:
    logging log_;
    event_outputs outputs_;
};

} // namespace repeater
