// Every event has one description, and the text log and the JSON log both tell it.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/header.hpp"
#include "repeater/events/fields.hpp"
#include "repeater/events/json_log.hpp"
#include "repeater/events/text_log.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fields_test {

using namespace repeater;
using asio::ip::make_address;
using service::log_level;
using how = event::ended::how;
using reason = event::introduction_failed::reason;
using what = event::supervising::what;

const auto id = rfb::repeater_id::make("secret\"1234").value();
const rfb::destination far{"a b\"\n", 5905, 5};
const peer_name server{session_number{16}, rfb::side::server, {make_address("2001:db8::1"), 99}};
const peer_name viewer{session_number{17},
                       rfb::side::viewer,
                       {make_address("192.0.2.9"), 4711},
                       "id with=\"blanks\"\n"};
const std::string hostile = "\x1b[2J \" = \\ \n\xff end";

rfb::handshake_facts facts(rfb::handshake_facts::stage reached) {
    rfb::handshake_facts f;
    f.reached = reached;
    f.server_version = rfb::protocol_version{3, 8};
    f.security_offered = {2, 1, 77};
    f.security_chosen = 1;
    f.width = 1280;
    f.desktop_name = hostile;
    f.reason = hostile;
    return f;
}

rfb::insight insight() {
    rfb::insight i;
    i.width = 1280;
    i.desktop_name = hostile;
    i.encodings_asked = {7, 0, -999};
    i.rectangles = {{7, 3}, {-239, 1}};
    i.clipboard_to_server = {2, 40};
    i.files_to_viewer = {1, 4};
    i.last_input = 1000;
    i.last_update = 8000;
    i.ended_by = {rfb::side::server, rfb::surprise{0, 77, 15}};
    return i;
}

struct row {
    any_event event;
    std::string_view name;
    log_level level;
    bool is_milestone = false;
};

/// At least one row for each alternative of any_event, and one for each form that it can take.
std::vector<row> all_events() {
    using stage = rfb::handshake_facts::stage;
    constexpr auto debug = log_level::debug;
    constexpr auto info = log_level::info;
    constexpr auto warn = log_level::warn;
    constexpr auto error = log_level::error;
    return {
        {event::starting{42, true, false}, "started", info, true},
        {event::starting{42, false, true}, "started", warn, true},
        {event::advice{hostile}, "advice", warn},
        {event::listening{rfb::side::viewer, viewer.address, "192.0.2.9:4711"}, "listening", info},
        {event::listening{rfb::side::viewer, {}, "unix:/" + hostile}, "listening", info},
        {event::listening{rfb::side::viewer, viewer.address, "192.0.2.9:4711", id}, "listening",
         info},
        {event::admin_listening{"unix:/" + hostile}, "admin_listening", info},
        {event::accept_failed{asio::error::no_descriptors}, "accept_failed", error},
        {event::limited{viewer, limit::wrong_ids, std::chrono::seconds(60)}, "limited", warn},
        {event::limited{server, limit::connection_rate}, "limited", warn},
        {event::untold{1234}, "untold", warn},
        {event::arrived{viewer, true, server.address}, "arrived", info},
        {event::arrived{server}, "arrived", info},
        {event::proxy_header_failed{viewer, net::proxy_error::no_header}, "refused", warn, true},
        {event::introduction_failed{viewer, reason::not_understood, 250, 250, rfb::error::bad_id,
                                    hostile},
         "refused", warn, true},
        {event::introduction_failed{server, reason::timed_out, 0, 250, {}, {}}, "refused", warn,
         true},
        {event::introduction_failed{server,
                                    reason::timed_out,
                                    12,
                                    250,
                                    {},
                                    "RFB 003.008\n",
                                    rfb::first_bytes::rfb_version},
         "refused", warn, true},
        {event::introduction_failed{
             viewer, reason::too_short, 9, 250, {}, " id:\x1bsecret", rfb::first_bytes::id},
         "refused", warn, true},
        {event::probed{{viewer, reason::read_failed, 0, 250, asio::error::connection_reset, {}}},
         "probed", info},
        {event::short_hello{viewer, 13, 250}, "short_hello", info},
        {event::id_truncated{viewer, id, ":5900"}, "id_truncated", info},
        {event::ports_differ{viewer, server, id, "1", "2"}, "refused", warn, true},
        {event::waiting{server, id}, "waiting", info, true},
        {event::partner_checked{server, id, true}, "partner_checked", debug},
        {event::partner_checked{server, id, false}, "aborted", info, true},
        {event::matched{viewer, server, id}, "matched", info},
        {event::replaced{server, session_number{18}, id}, "aborted", info, true},
        {event::refused{viewer, id}, "refused", info, true},
        {event::refused{viewer, id, event::refused::reason::conflict}, "refused", info, true},
        {event::id_conflict{viewer, id, std::chrono::seconds(300)}, "id_conflict", warn},
        {event::id_refused{viewer, id, id_fault::unknown}, "refused", warn, true},
        {event::id_refused{server, id, id_fault::not_signed}, "refused", warn, true},
        {event::id_refused{viewer, id, id_fault::wrong_signature}, "refused", warn, true},
        {event::id_lapsed{server, id, id_fault::expired}, "aborted", info, true},
        {event::left{server, id, asio::error::eof}, "aborted", info, true},
        {event::left{server, id, asio::error::connection_reset}, "aborted", info, true},
        {event::expired{viewer, id, std::chrono::milliseconds(2500)}, "aborted", info, true},
        {event::dismissed{server, id}, "aborted", info, true},
        {event::dialling{viewer, far}, "dialling", info},
        {event::dial_refused{viewer, far, event::dial_refused::reason::port}, "refused", warn,
         true},
        {event::dial_attempt_failed{viewer, server.address, asio::error::connection_refused},
         "dial_attempt_failed", info},
        {event::dial_attempt_failed{viewer, server.address, asio::error::timed_out,
                                    event::dial_attempt_failed::reason::no_greeting,
                                    std::chrono::milliseconds(2500)},
         "dial_attempt_failed", info},
        {event::dial_attempt_failed{viewer,
                                    server.address,
                                    rfb::error::bad_version,
                                    event::dial_attempt_failed::reason::no_version,
                                    {},
                                    rfb::first_bytes::ssh},
         "dial_attempt_failed", info},
        {event::dial_failed{viewer, far, asio::error::eof}, "refused", info, true},
        {event::dial_failed{viewer, far, {}}, "refused", info, true},
        {event::paired{viewer, server, id}, "paired", info, true},
        {event::paired{server, viewer, far}, "paired", info, true},
        {event::paired{viewer, server, id, hostile}, "paired", info, true},
        {event::described{session_number{17}, facts(stage::complete)}, "described", info},
        {event::described{session_number{17}, facts(stage::refused)}, "described", info},
        {event::described{session_number{17}, facts(stage::opaque)}, "described", info},
        {event::not_authorized{viewer, hostile}, "refused", warn, true},
        {event::not_authorized{viewer, hostile, true}, "refused", warn, true},
        {event::not_authorized{viewer, hostile, true, true}, "not_asked", warn},
        {event::policy_changed{session_number{17}, {.view_only = true}}, "policy_changed", info,
         true},
        {event::policy_broken{session_number{17}, "Because"}, "policy_broken", warn, true},
        {event::policy_broken{session_number{17}, "Because", rfb::side::viewer, {12, 34, -314}},
         "policy_broken", warn, true},
        {event::understood{session_number{17}, {9000, insight(), 5}}, "understood", info, true},
        {event::understood{session_number{17}, {9000, {}, 0}}, "understood", info, true},
        {event::ended{session_number{17},
                      rfb::side::viewer,
                      rfb::side::server,
                      {how::eof, {}, 12},
                      {how::read_error, asio::error::connection_reset, 34},
                      std::chrono::milliseconds(1500),
                      id},
         "ended", info, true},
        {event::ended{session_number{17},
                      rfb::side::viewer,
                      rfb::side::viewer,
                      {how::eof, {}, 0},
                      {how::lingered, {}, 1ULL << 40U},
                      {},
                      far},
         "ended", info, true},
        {event::stopping{3}, "stopping", info},
        {event::drained_too_long{3}, "drained_too_long", warn},
        {event::stopped{}, "stopped", info, true},
        {event::sessions{2, 1, 3, 1000}, "sessions", info},
        {event::waits{server, id, std::chrono::milliseconds(2500)}, "waits", info},
        {event::carries{session_number{17}, viewer.address, server.address, 12, 1ULL << 40U,
                        std::chrono::milliseconds(2500), id},
         "carries", info},
        {event::reloaded{"", "threads splice"}, "reloaded", info},
        {event::reloaded{hostile, ""}, "reload_failed", error},
        {event::events_lost{"--event-url", 3, hostile}, "events_lost", warn},
        {event::pid_file_failed{hostile, asio::error::access_denied}, "pid_file_failed", warn},
        {event::supervising{what::starts, 42, 0, ""}, "supervisor_starts", info},
        {event::supervising{what::starts_again, 42, 0, ""}, "supervisor_starts_again", info},
        {event::supervising{what::ends, 42, 43, "TERM"}, "supervisor_ends", info},
        {event::upgraded{"1.0", "1.1", 42, 43, 10'000, 300, 1, std::chrono::milliseconds(25)},
         "upgraded", info},
        {event::upgrade_failed{hostile}, "upgrade_failed", error},
        {event::defect{hostile}, "defect", error},
    };
}

/// What a line of either log says; values as the text log writes them.
struct told {
    std::string time;
    std::string level;
    std::string name;
    std::vector<std::pair<std::string, std::string>> members;

    friend bool operator==(const told&, const told&) = default;

    friend std::ostream& operator<<(std::ostream& to, const told& t) {
        to << t.time << ' ' << t.level << ' ' << t.name;
        for (const auto& [key, value] : t.members) {
            to << "\n  " << key << ": " << value;
        }
        return to;
    }
};

/// Takes the text up to `end` off the front, and `end` with it.
std::string take_until(char end, std::string_view& text) {
    const auto at = std::min(text.find(end), text.size());
    const std::string taken{text.substr(0, at)};
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

told read_text(std::string_view line) {
    told all{take_until(' ', line), take_until(' ', line), take_until(' ', line), {}};
    while (!line.empty()) {
        auto key = take_until('=', line);
        if (line.starts_with('"')) {
            line.remove_prefix(1);
            all.members.emplace_back(std::move(key), take_until('"', line));
            EXPECT_TRUE(line.empty() || line.front() == ' ') << line;
            line.remove_prefix(std::min<std::size_t>(1, line.size()));
        } else {
            all.members.emplace_back(std::move(key), take_until(' ', line));
        }
    }
    return all;
}

std::string as_text(const boost::json::value& v) {
    return v.is_string()   ? std::string{v.as_string()}
           : v.is_double() ? fmt::format("{:.3f}", v.as_double())
                           : boost::json::serialize(v);
}

told read_json(std::string_view line) {
    told all;
    const auto object = boost::json::parse({line.data(), line.size()});
    for (const auto& [key, value] : object.as_object()) {
        auto& to = all.members.emplace_back(std::string{key}, as_text(value)).second;
        const auto move_to = [&](std::string& place) {
            place = std::move(to);
            all.members.pop_back();
        };
        if (key == "time") {
            move_to(all.time);
        } else if (key == "level") {
            move_to(all.level);
        } else if (key == "event") {
            move_to(all.name);
        }
    }
    return all;
}

void expect_plain(const boost::json::value& v, std::string_view key) {
    if (const auto* const text = v.if_string()) {
        EXPECT_TRUE(std::all_of(text->begin(), text->end(),
                                [](char c) { return c >= ' ' && c <= '~' && c != '"'; }))
            << key << ": " << *text;
    }
}

TEST(EventFields, EveryAlternativeOfAnyEventHasARowHere) {
    std::set<std::size_t> covered;
    for (const auto& r : all_events()) {
        covered.insert(r.event.index());
    }
    for (std::size_t i = 0; i < std::variant_size_v<any_event>; ++i) {
        EXPECT_TRUE(covered.contains(i)) << "add a row for alternative " << i << " of any_event";
    }
}

TEST(EventFields, NamesLevelsAndMilestonesAreThese) {
    const id_printer print(id_form::hashed);
    for (const auto& r : all_events()) {
        const auto fields = fields_of(r.event, print);
        SCOPED_TRACE(boost::json::serialize(fields.members));
        EXPECT_EQ(fields.name, r.name);
        EXPECT_EQ(fields.level, r.level) << r.name;
        EXPECT_EQ(is_milestone(fields), r.is_milestone) << r.name;
    }
}

TEST(EventFields, TextAndJsonTellTheSame) {
    const auto* const time = "2026-11-23T04:00:00.123Z";
    for (const auto form : {id_form::hashed, id_form::full}) {
        const id_printer print(form);
        for (const auto& r : all_events()) {
            const auto fields = fields_of(r.event, print);
            const auto text = text_line(time, fields);
            SCOPED_TRACE(text);
            const auto told_by_text = read_text(text);
            EXPECT_EQ(told_by_text, read_json(json_line(time, fields)));
            EXPECT_EQ(told_by_text.time, time);
            EXPECT_EQ(told_by_text.name, r.name);
            EXPECT_EQ(told_by_text.level, service::name_of(r.level));
            EXPECT_EQ(told_by_text.members.size(), fields.members.size());
        }
    }
}

TEST(EventFields, NothingFromOutsideCanBreakOutOfItsMember) {
    const id_printer print(id_form::full);
    for (const auto& r : all_events()) {
        for (const auto& member : fields_of(r.event, print).members) {
            expect_plain(member.value(), r.name);
        }
    }
}

TEST(EventFields, AnOpenProxyIsToldWithWhatItMeans) {
    const id_printer print(id_form::full);
    const auto open = fields_of(event::starting{1, false, true}, print).members;
    EXPECT_TRUE(open.at("open_proxy").as_bool());
    EXPECT_EQ(open.at("advice").as_string(), event::open_proxy_advice);
    EXPECT_FALSE(fields_of(event::starting{1, false, false}, print).members.contains("advice"));
}

TEST(EventFields, ASecurityTypeWithoutANameIsToldByItsNumber) {
    const auto fields =
        fields_of(event::described{session_number{1}, facts(rfb::handshake_facts::stage::opaque)},
                  id_printer(id_form::full));
    EXPECT_EQ(boost::json::serialize(fields.members.at("security_offered")),
              R"x(["VncAuth","None","unknown(77)"])x");
}

} // namespace fields_test
