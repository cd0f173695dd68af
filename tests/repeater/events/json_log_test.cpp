// Events as JSON: the members that receivers of the outputs rely on, and the lines of the log.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/json_log.hpp"
#include "tests/repeater/log_text.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace json_log_test {

using namespace repeater;
using asio::ip::make_address;
using how = event::ended::how;

const auto id = rfb::repeater_id::make("secret1234").value();
const peer_name viewer{session_number{17}, rfb::side::viewer, {make_address("192.0.2.9"), 4711}};
const peer_name server{session_number{16}, rfb::side::server, {make_address("2001:db8::1"), 99}};

std::string json(const any_event& e, id_form form = id_form::full) {
    return json_text(fields_of(e, id_printer(form)));
}

TEST(JsonLog, MilestonesHaveTheirMembers) {
    const id_printer print(id_form::full);
    const rfb::destination far{"host", 5905, 5};
    auto proxied = viewer;
    proxied.request_id = "a1-b2";
    const std::pair<any_event, std::string> rows[] = {
        {event::waiting{server, id},
         R"({"event":"waiting","session":16,"side":"server","peer":"[2001:db8::1]:99","id":"secret1234"})"},
        {event::paired{viewer, server, id},
         R"({"event":"paired","pair":17,"newcomer":"viewer","viewer":"192.0.2.9:4711","server":"[2001:db8::1]:99","id":"secret1234"})"},
        {event::paired{server, viewer, far},
         R"({"event":"paired","pair":17,"newcomer":"server","viewer":"192.0.2.9:4711","server":"[2001:db8::1]:99","host":"host","port":5905})"},
        {event::ended{session_number{17},
                      rfb::side::viewer,
                      rfb::side::server,
                      {how::eof, {}, 12},
                      {how::read_error, asio::error::connection_reset, 34},
                      std::chrono::milliseconds(1500),
                      id},
         R"({"event":"ended","pair":17,"first":"server","how":"read_error","error":"Connection reset by peer","second_how":"eof","viewer_to_server":12,"server_to_viewer":34,"seconds":1.5E0,"id":"secret1234"})"},
        {event::refused{viewer, id},
         R"({"event":"refused","session":17,"side":"viewer","peer":"192.0.2.9:4711","id":"secret1234","why":"duplicate"})"},
        {event::refused{viewer, id, event::refused::reason::alone},
         R"({"event":"refused","session":17,"side":"viewer","peer":"192.0.2.9:4711","id":"secret1234","why":"alone"})"},
        {event::introduction_failed{viewer, event::introduction_failed::reason::not_understood, 250,
                                    250, rfb::error::bad_id, "a\n\xff", rfb::first_bytes::other},
         R"({"event":"refused","session":17,"side":"viewer","peer":"192.0.2.9:4711","why":"bad_hello","got":250,"of":250,"error":"no usable repeater ID","came":"other","text":"a\\x0a\\xff"})"},
        {event::introduction_failed{viewer,
                                    event::introduction_failed::reason::too_short,
                                    11,
                                    250,
                                    {},
                                    "ID:secret1234",
                                    rfb::first_bytes::id},
         R"({"event":"refused","session":17,"side":"viewer","peer":"192.0.2.9:4711","why":"too_short","got":11,"of":250,"came":"id","text":"ID:secret1234","hint":"its block is too short; -b 0 takes a peer's first bytes, however many"})"},
        {event::proxy_header_failed{viewer, asio::error::eof},
         R"({"event":"refused","session":17,"side":"viewer","peer":"192.0.2.9:4711","why":"proxy_header","error":"eof","advice":")" +
             std::string{event::proxy_advice} + "\"}"},
        {event::waiting{proxied, id},
         R"({"event":"waiting","session":17,"side":"viewer","peer":"192.0.2.9:4711","request_id":"a1-b2","id":"secret1234"})"},
        {event::paired{proxied, server, id},
         R"({"event":"paired","pair":17,"newcomer":"viewer","viewer":"192.0.2.9:4711","server":"[2001:db8::1]:99","viewer_request_id":"a1-b2","id":"secret1234"})"},
        {event::left{server, id, asio::error::eof},
         R"({"event":"aborted","session":16,"side":"server","peer":"[2001:db8::1]:99","id":"secret1234","why":"left"})"},
        {event::left{server, id, asio::error::connection_reset},
         R"({"event":"aborted","session":16,"side":"server","peer":"[2001:db8::1]:99","id":"secret1234","why":"reset","error":"Connection reset by peer"})"},
        {event::replaced{server, session_number{18}, id},
         R"({"event":"aborted","session":16,"side":"server","peer":"[2001:db8::1]:99","id":"secret1234","why":"replaced","by":18})"},
        {event::dismissed{server, id},
         R"({"event":"aborted","session":16,"side":"server","peer":"[2001:db8::1]:99","id":"secret1234","why":"stopped"})"},
        {event::expired{viewer, id, std::chrono::seconds(2)},
         R"({"event":"aborted","session":17,"side":"viewer","peer":"192.0.2.9:4711","id":"secret1234","why":"expired","seconds":2E0})"},
        {event::stopped{}, R"({"event":"stopped"})"},
    };
    for (const auto& [e, expected] : rows) {
        EXPECT_EQ(json(e), expected);
        EXPECT_TRUE(is_milestone(fields_of(e, print))) << expected;
    }
    EXPECT_FALSE(is_milestone(fields_of(event::arrived{viewer, true}, print)));
    EXPECT_FALSE(is_milestone(fields_of(event::matched{viewer, server, id}, print)))
        << "paired tells it";
}

TEST(JsonLog, IdsAreHashedUnlessAskedFor) {
    const auto hashed = json(event::waiting{server, id}, id_form::hashed);
    EXPECT_EQ(hashed.find("secret1234"), std::string::npos);
    EXPECT_NE(hashed.find("\"id\":\"secr~"), std::string::npos);
}

TEST(JsonLog, ALogLineIsOneObjectWithTimeAndLevel) {
    const auto text = support::log_text<json_log>(
        "%v", {event::waiting{server, id}, event::defect{"a\nb"}}, id_form::hashed);
    std::istringstream lines(text);
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    const auto first = boost::json::parse(line).as_object();
    EXPECT_THAT(std::string{first.at("time").as_string()},
                testing::MatchesRegex("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z"));
    EXPECT_EQ(first.at("level").as_string(), "info");
    EXPECT_EQ(first.at("event").as_string(), "waiting");
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(boost::json::parse(line).at("what").as_string(), "a\\x0ab");
    EXPECT_FALSE(std::getline(lines, line));
}

} // namespace json_log_test
