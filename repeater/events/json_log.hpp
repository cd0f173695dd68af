// The log of --log-format json: one object a line.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/fields.hpp"

#include <string>

namespace repeater {

/// An object of `event`, which is the name, and the members. Without the level and without a time.
[[nodiscard]] std::string json_text(const event_fields&);

/// An object of `time`, as utc_time() writes it, `level`, `event` and the members.
[[nodiscard]] std::string json_line(std::string_view time, const event_fields&);

/// Writes one line an event. `to` must add nothing of its own to the lines (pattern "%v").
class json_log final : public event_sink {
public:
    /// `id_key`: as id_printer has it.
    json_log(service::log& to, id_form, const std::string& id_key = {});

    void receive(const any_event&) override;

private:
    service::log& log_;
    id_printer id_;
};

} // namespace repeater
