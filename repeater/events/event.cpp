// The words for meetings, reasons and outcomes.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/event.hpp"

namespace repeater {

std::string to_string(const meeting& met) {
    if (const auto* id = std::get_if<rfb::repeater_id>(&met)) {
        return "ID:" + id->text();
    }
    const auto& to = std::get<rfb::destination>(met);
    return to.host + ":" + std::to_string(to.port);
}

namespace event {

std::string_view to_string(event::introduction_failed::reason why) {
    using reason = event::introduction_failed::reason;
    switch (why) {
    case reason::greeting_failed:
        return "greeting_failed";
    case reason::timed_out:
        return "timed_out";
    case reason::read_failed:
        return "read_failed";
    case reason::too_short:
        return "too_short";
    case reason::no_version:
        return "no_version";
    case reason::not_understood:
        break;
    }
    return "bad_hello";
}

std::string_view to_string(event::refused::reason why) {
    using reason = event::refused::reason;
    switch (why) {
    case reason::conflict:
        return "id_conflict";
    case reason::alone:
        return "alone";
    case reason::address:
        return "address";
    case reason::duplicate:
        break;
    }
    return "duplicate";
}

std::string_view to_string(event::dial_refused::reason why) {
    using reason = event::dial_refused::reason;
    return why == reason::mode1_off ? "mode1_off" : why == reason::port ? "port" : "address";
}

std::string_view to_string(event::dial_attempt_failed::reason why) {
    using reason = event::dial_attempt_failed::reason;
    switch (why) {
    case reason::unreachable:
        return "unreachable";
    case reason::left:
        return "left";
    case reason::no_greeting:
        return "no_greeting";
    case reason::no_version:
        return "no_version";
    case reason::repeater:
        break;
    }
    return "repeater";
}

std::string_view to_string(event::ended::how how) {
    using end = event::ended::how;
    switch (how) {
    case end::eof:
        return "eof";
    case end::read_error:
        return "read_error";
    case end::write_error:
        return "write_error";
    case end::lingered:
        return "lingered";
    case end::stalled:
        return "stalled";
    case end::silent:
        return "silent";
    case end::expired:
        return "expired";
    case end::policy:
        return "policy";
    case end::stopped:
        break;
    }
    return "stopped";
}

std::string_view outcome(const rfb::handshake_facts& f) {
    using stage = rfb::handshake_facts::stage;
    return f.reached == stage::complete  ? "understood"
           : f.reached == stage::refused ? "refused"
                                         : "opaque";
}

std::string to_string(const std::optional<rfb::protocol_version>& v) {
    return v ? std::to_string(v->major) + "." + std::to_string(v->minor) : "unknown";
}

} // namespace event

} // namespace repeater
