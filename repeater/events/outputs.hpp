// Tells others than the log what happens; each output has a queue and a thread of its own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"
#include "repeater/events/id_printer.hpp"
#include "repeater/events/queue.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace repeater {

/// Gives every milestone (is_milestone) to the outputs of the configuration, as JSON with `boot`
/// (this process), `seq` (from 1) and `time`, so that a receiver can tell a repeated event. Losses
/// are reported to `losses`.
class outputs final : public event_sink {
public:
    /// Throws std::runtime_error where the system has no random bytes.
    outputs(const output_config&, event_sink& losses);

    void receive(const any_event&) override;

    /// As which the events are told, so that another process can go on with it.
    struct position {
        std::string boot;
        std::uint64_t seq = 0; ///< of the last event
    };

    /// An event that an output has not got; the output is its option.
    struct queued {
        std::string output;
        std::string json;
    };

    /// Keeps what happens from now on until it is clear who tells it.
    [[nodiscard]] position pause();

    [[nodiscard]] std::vector<queued> undelivered() const;

    /// Nobody else does: goes on.
    void resume();

    /// Another process does, and gets each event without `boot` and `seq`.
    using next_teller = std::function<void(std::string json)>;
    void leave_to(next_teller);

    /// Goes on with what another process has left.
    void go_on(const position&, const std::vector<queued>&);

    /// An event that happened in a process which has left its outputs to us.
    void tell(const std::string& json);

    /// Delivers what is queued, for so long at most; then the queues take no more.
    void finish(std::chrono::milliseconds at_most);

private:
    void add(const std::string& name, std::unique_ptr<output>);
    void push(const std::string& json);

    struct output_with_queue {
        std::string name; ///< its option
        std::unique_ptr<output_queue> queue;
    };

    event_sink& losses_;
    id_printer id_;
    std::string boot_;
    std::uint64_t seq_ = 0;
    std::vector<output_with_queue> outputs_;
    bool is_paused_ = false;
    std::vector<std::string> held_; ///< while it is not clear who tells them
    next_teller next_;
};

} // namespace repeater
