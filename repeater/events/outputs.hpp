// Tells others than the log what happens; each output has a queue and a thread of its own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"
#include "repeater/events/id_printer.hpp"
#include "repeater/events/queue.hpp"

#include <chrono>
#include <cstdint>
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

    /// Delivers what is queued, for so long at most; then the queues take no more.
    void finish(std::chrono::milliseconds at_most);

private:
    void add(std::string name, std::unique_ptr<output>);

    event_sink& losses_;
    id_printer id_;
    std::string boot_;
    std::uint64_t seq_ = 0;
    std::vector<std::unique_ptr<output_queue>> queues_;
};

} // namespace repeater
