// The interface of whoever events are delivered to.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace repeater {

/// Used on one thread, which deliver() may block for some seconds.
class output {
public:
    output() = default;
    output(const output&) = delete;
    output& operator=(const output&) = delete;
    virtual ~output() = default;

    /// Empty once the receiver has the event; else why it has not, in a few words.
    [[nodiscard]] virtual std::optional<std::string> deliver(const std::string& json) = 0;

    /// How long the receiver asked to be left alone when deliver() last failed.
    [[nodiscard]] virtual std::chrono::seconds retry_after() const { return {}; }
};

} // namespace repeater
