// All options of the repeater, over the values of one configuration.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/options/config.hpp"
#include "repeater/options/raw_values.hpp"
#include "service/option_list.hpp"

#include <string>
#include <vector>

namespace repeater {

class repeater_options {
public:
    /// `c` outlives it.
    explicit repeater_options(config& c);

    /// Throws service::text_asked_for or service::bad_option.
    void parse(std::vector<std::string> words);

    /// After parse(), once: sets what one word alone does not decide. Throws service::bad_option.
    void finish();

    [[nodiscard]] const service::option_list& list() const { return list_; }

private:
    config& c_;
    raw_values raw_;
    service::option_list list_;
};

/// What a running repeater cannot take over from `next`, as options with blanks between; it is put
/// back there to what it was.
[[nodiscard]] std::string keep_what_needs_a_restart(const config& now, config& next);

} // namespace repeater
