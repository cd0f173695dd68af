// Events as lines of a file.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/queue.hpp"

namespace repeater {

/// Appends a line an event, opening the file each time, so that it can be rotated at any moment.
class event_file final : public event_output {
public:
    explicit event_file(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] std::optional<std::string> deliver(const std::string& json) override;

private:
    std::string path_;
};

} // namespace repeater
