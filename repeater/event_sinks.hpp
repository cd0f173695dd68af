// Everybody who receives events, as the configuration says.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/config.hpp"
#include "repeater/event_outputs.hpp"

#include <memory>

namespace repeater {

/// The log in its format.
class logging {
public:
    /// Throws std::runtime_error where the file cannot be opened.
    explicit logging(const config&);

    [[nodiscard]] event_sink& sink() { return *sink_; }

    [[nodiscard]] net::log& lines() { return log_; }

private:
    net::log log_;
    std::unique_ptr<event_sink> sink_;
};

/// The log first, then the outputs.
class event_sinks final : public event_sink {
public:
    explicit event_sinks(const config& c) : log_(c), outputs_(c.events, log_.sink()) {}

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
