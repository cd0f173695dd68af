// Who is asked about peers, and what no answer means.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/http_url.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace repeater {

enum class without_answer { refuse, allow };

struct authorize_options {
    std::vector<std::string> exec; ///< program and its arguments; empty: none
    std::optional<http_url> url;
    std::chrono::milliseconds limit{2'000}; ///< for an answer
    without_answer failure = without_answer::refuse;

    [[nodiscard]] bool is_on() const { return !exec.empty() || url; }

    friend bool operator==(const authorize_options&, const authorize_options&) = default;
};

} // namespace repeater
