// Delivers events as lines of a file (--event-file).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/output.hpp"

#include <utility>

namespace repeater {

/// Appends a line an event, opening the file each time, so that it can be rotated at any moment.
class file_output final : public output {
public:
    explicit file_output(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] std::optional<std::string> deliver(const std::string& json) override;

private:
    std::string path_;
};

} // namespace repeater
