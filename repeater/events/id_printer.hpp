// Writes IDs as they may appear outside of this process.                         security I7
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"
#include "repeater/events/output_config.hpp"

#include <string>
#include <string_view>

namespace repeater {

/// IDs are credentials: by default they appear as "1234~a1b2c3", their first four characters (of
/// short ones fewer) and a keyed hash, so that lines of one ID can be found together: those of one
/// process, and with a key that is given those of all that have it.
class id_printer {
public:
    /// `key` empty: a random one. Throws std::runtime_error where the system has no random bytes.
    explicit id_printer(id_form, const std::string& key = {});

    [[nodiscard]] std::string operator()(const rfb::repeater_id& id) const {
        return (*this)(std::string_view(id.text()));
    }

    /// Text that may be an ID, or was meant as one.
    [[nodiscard]] std::string operator()(std::string_view text) const;

private:
    id_form how_;
    std::string key_;
};

} // namespace repeater
