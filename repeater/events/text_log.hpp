// Events as key=value lines, for people and for search.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/id_printer.hpp"
#include "service/log.hpp"

namespace repeater {

class event_log final : public event_sink {
public:
    event_log(service::log& to, id_form);

    void receive(const any_event&) override;

private:
    service::log& log_;
    id_printer id_;
};

} // namespace repeater
