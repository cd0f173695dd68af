// Delivers events as lines of a file (--event-file).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/output.hpp"
#include "service/line_file.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

namespace repeater {

/// Of a new file: its owner and group may read it.
inline constexpr mode_t event_file_mode = 0640;

/// Appends a line an event, opening the file each time, so that it can be rotated at any moment. An
/// event of which only a part could be written is not delivered, and no part of it stays.
class file_output final : public output {
public:
    explicit file_output(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] std::optional<std::string> deliver(const std::string& json) override;

private:
    std::string path_;
    /// Open between deliveries where it has no name to be opened by again, such as standard output,
    /// or where the rest of a line is to follow.
    std::optional<service::line_file> file_;
};

} // namespace repeater
