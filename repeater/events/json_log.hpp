// Events as JSON, for the JSON log and for whoever else listens.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/id_printer.hpp"
#include "service/log.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace repeater {

/// One event; the first member is its name, "event". Numbers count bytes and seconds, peers are
/// "203.0.113.9:4711". Bytes from outside are escaped: all of it is ASCII.
[[nodiscard]] boost::json::object to_json(const any_event&, const id_printer&);

/// True for what happens to peers and pairs, and for start and stop: what event outputs carry. The
/// rest are the log's details.
[[nodiscard]] bool is_milestone(const any_event&);

/// Now, as "2026-11-23T04:00:00.123Z".
[[nodiscard]] std::string utc_time();

/// The log of --log-format json: one object a line, `time` and `level` first.
class json_log final : public event_sink {
public:
    json_log(service::log& to, id_form);

    void receive(const any_event&) override;

private:
    service::log& log_;
    id_printer id_;
};

} // namespace repeater
