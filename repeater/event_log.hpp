// Events as key=value lines, for people and for search.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/log.hpp"
#include "repeater/config.hpp"
#include "repeater/event.hpp"

#include <array>
#include <string>

namespace repeater {

/// IDs are credentials: by default they appear as "1234~a1b2c3", their first four characters and a
/// keyed hash whose key lives as long as the process, so that lines of one ID can be found
/// together.
class id_printer {
public:
    /// Throws std::runtime_error where the system has no random bytes.
    explicit id_printer(log_ids);

    [[nodiscard]] std::string operator()(const rfb::repeater_id&) const;
    [[nodiscard]] std::string operator()(const meeting&) const;

private:
    log_ids how_;
    std::array<unsigned char, 32> key_{};
};

class event_log final : public event_sink {
public:
    event_log(net::log& to, log_ids);

    void receive(const any_event&) override;

private:
    net::log& log_;
    id_printer id_;
};

} // namespace repeater
