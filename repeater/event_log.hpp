// Events as key=value lines, for people and for search.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/log.hpp"
#include "repeater/id_printer.hpp"

namespace repeater {

class event_log final : public event_sink {
public:
    event_log(net::log& to, id_form);

    void receive(const any_event&) override;

private:
    net::log& log_;
    id_printer id_;
};

} // namespace repeater
