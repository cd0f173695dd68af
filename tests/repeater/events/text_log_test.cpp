// key=value lines: IDs hashed, hostile bytes escaped, facts of the RFB session shown.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "repeater/events/text_log.hpp"
#include "tests/repeater/log_text.hpp"

#include <boost/asio/error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace text_log_test {

namespace {

using namespace repeater;
using asio::ip::make_address;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const auto id = rfb::repeater_id::make("secret1234").value();
const peer_name viewer{session_number{17}, rfb::side::viewer, {make_address("192.0.2.9"), 4711}};
const peer_name server{session_number{16}, rfb::side::server, {make_address("2001:db8::1"), 99}};

std::string logged(const any_event& e, id_form ids = id_form::hashed) {
    return support::log_text<event_log>("%l %v", {e}, ids);
}

} // namespace

TEST(EventLog, LinesCarrySessionSideAndPeer) {
    EXPECT_EQ(logged(event::arrived{viewer, true}),
              "info arrived session=17 side=viewer peer=192.0.2.9:4711\n");
    EXPECT_THAT(logged(event::paired{viewer, server, id}), HasSubstr(" with=16 "));
}

TEST(EventLog, LinesCarryTheRequestIdThatAProxyGave) {
    auto proxied = viewer;
    proxied.request_id = "a1\"b\n2";
    const asio::ip::tcp::endpoint proxy{make_address("10.0.0.1"), 99};
    EXPECT_EQ(logged(event::arrived{proxied, true, proxy}),
              "info arrived session=17 side=viewer peer=192.0.2.9:4711 "
              "request_id=\"a1\\x22b\\x0a2\" proxy=10.0.0.1:99\n");
    EXPECT_THAT(logged(event::relaying{server, proxied, id}),
                HasSubstr(" with=192.0.2.9:4711 with_request_id=\"a1\\x22b\\x0a2\" met="));
}

TEST(EventLog, AMissingProxyHeaderComesWithWhatToDo) {
    EXPECT_THAT(logged(event::proxy_header_failed{viewer, net::proxy_error::no_header}),
                AllOf(HasSubstr("warning proxy_header_failed session=17 side=viewer "
                                "peer=192.0.2.9:4711 "
                                "error=\"it does not begin with a PROXY header\" advice="),
                      HasSubstr("--proxy-from")));
}

TEST(EventLog, IdsAreHashedUnlessAskedFor) {
    EXPECT_THAT(logged(event::waiting{server, id}),
                AllOf(HasSubstr("id=ID:secr~"), Not(HasSubstr("secret1234"))));
    EXPECT_THAT(logged(event::waiting{server, id}, id_form::full), HasSubstr("id=ID:secret1234"));
}

TEST(EventLog, OneIdHasOneHashAndAnotherIdAnother) {
    const id_printer print(id_form::hashed);
    EXPECT_EQ(print(id), print(id));
    EXPECT_NE(print(id), print(rfb::repeater_id::make("secret1235").value()));
}

TEST(EventLog, HostileBytesAreEscaped) {
    rfb::handshake_facts facts;
    facts.reached = rfb::handshake_facts::stage::complete;
    facts.desktop_name = "x\"\n\x1b[2J";
    EXPECT_THAT(logged(event::described{session_number{1}, facts}),
                HasSubstr("desktop=\"x\\x22\\x0a\\x1b[2J\""));
}

TEST(EventLog, TheRfbSessionIsDescribed) {
    rfb::handshake_facts facts;
    facts.reached = rfb::handshake_facts::stage::complete;
    facts.server_version = rfb::protocol_version{3, 8};
    facts.viewer_version = rfb::protocol_version{3, 7};
    facts.security_offered = {2, 1};
    facts.security_chosen = 1;
    facts.width = 1280;
    facts.height = 800;
    facts.desktop_name = "desk";
    EXPECT_EQ(logged(event::described{session_number{17}, facts}),
              "info described pair=17 rfb=understood server_version=3.8 viewer_version=3.7 "
              "security_offered=VncAuth(2),None(1) security_chosen=None geometry=1280x800 "
              "shared=false desktop=\"desk\"\n");
}

TEST(EventLog, WaitingEndsInWords) {
    EXPECT_THAT(logged(event::expired{viewer, id, std::chrono::milliseconds(2500)}),
                AllOf(HasSubstr("info expired session=17"), HasSubstr("seconds=2.5")));
    EXPECT_THAT(logged(event::dismissed{server, id}), HasSubstr("info dismissed session=16"));
    EXPECT_THAT(
        logged(event::events_lost{"--event-url", 3, "HTTP status 500"}),
        HasSubstr("warning events_lost output=--event-url count=3 why=\"HTTP status 500\""));
}

TEST(EventLog, TheEndSaysWhoHowAndHowMuch) {
    using how = event::ended::how;
    EXPECT_THAT(logged(event::ended{session_number{17},
                                    rfb::side::viewer,
                                    rfb::side::server,
                                    {how::eof, {}, 12},
                                    {how::read_error, asio::error::connection_reset, 3456},
                                    std::chrono::milliseconds(1500),
                                    id}),
                AllOf(HasSubstr("pair=17 first=server"), HasSubstr("viewer_to_server=12/eof"),
                      HasSubstr("server_to_viewer=3456/read_error"), HasSubstr("seconds=1.500")));
}

} // namespace text_log_test
