// The log of --log-format text: key=value lines, for people and for search.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/fields.hpp"

#include <string>

namespace repeater {

/// "TIME LEVEL NAME key=value ...". `time` as utc_time() writes it.
[[nodiscard]] std::string text_line(std::string_view time, const event_fields&);

/// Writes one line an event. `to` must add nothing of its own to the lines (pattern "%v").
class text_log final : public event_sink {
public:
    /// `id_key`: as id_printer has it.
    text_log(service::log& to, id_form, const std::string& id_key = {});

    void receive(const any_event&) override;

private:
    service::log& log_;
    id_printer id_;
};

} // namespace repeater
