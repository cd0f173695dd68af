// Delivers events to a program of the administrator's (--event-exec).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/output.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace repeater {

/// Runs the command once an event, its JSON and a newline on standard input; status 0 means
/// delivered. No shell. Whatever still runs after `limit` is killed with its process group.
class exec_output final : public output {
public:
    exec_output(std::vector<std::string> command, std::chrono::milliseconds limit)
        : command_(std::move(command)), limit_(limit) {}

    [[nodiscard]] std::optional<std::string> deliver(const std::string& json) override;

private:
    std::vector<std::string> command_;
    std::chrono::milliseconds limit_;
};

} // namespace repeater
