// Lines of the text log: IDs hashed, hostile bytes escaped, facts of the RFB session shown.
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

/// The line that is logged for the event, behind its time.
std::string logged(const any_event& e, id_form ids = id_form::hashed) {
    const auto line = support::log_text<text_log>("%v", {e}, ids);
    return line.substr(line.find(' ') + 1);
}

} // namespace

TEST(TextLog, ALineBeginsWithItsTimeInUtc) {
    EXPECT_THAT(support::log_text<text_log>("%v", {event::stopped{}}, id_form::hashed),
                testing::MatchesRegex(
                    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z info "
                    "stopped\n"));
}

TEST(TextLog, LinesCarrySessionSideAndPeer) {
    EXPECT_EQ(logged(event::arrived{viewer, true}),
              "info arrived session=17 side=viewer peer=192.0.2.9:4711\n");
    EXPECT_THAT(logged(event::matched{viewer, server, id}), HasSubstr(" with=16\n"));
}

TEST(TextLog, LinesCarryTheRequestIdThatAProxyGave) {
    auto proxied = viewer;
    proxied.request_id = "a1\"b\n2";
    const asio::ip::tcp::endpoint proxy{make_address("10.0.0.1"), 99};
    EXPECT_EQ(logged(event::arrived{proxied, true, proxy}),
              "info arrived session=17 side=viewer peer=192.0.2.9:4711 "
              "request_id=a1\\x22b\\x0a2 proxy=10.0.0.1:99\n");
    EXPECT_THAT(logged(event::paired{server, proxied, id}),
                HasSubstr(" viewer=192.0.2.9:4711 server=[2001:db8::1]:99 "
                          "viewer_request_id=a1\\x22b\\x0a2 id="));
}

TEST(TextLog, AMissingProxyHeaderComesWithWhatToDo) {
    EXPECT_THAT(logged(event::proxy_header_failed{viewer, net::proxy_error::no_header}),
                AllOf(HasSubstr("warning refused session=17 side=viewer "
                                "peer=192.0.2.9:4711 why=proxy_header "
                                "error=\"it does not begin with a PROXY header\" advice="),
                      HasSubstr("--proxy-from")));
}

TEST(TextLog, APeerOfAUnixSocketHasNoAddress) {
    const peer_name local{session_number{3}, rfb::side::viewer, {}, {}};
    EXPECT_EQ(logged(event::arrived{local, true, local.address}),
              "info arrived session=3 side=viewer peer=unix proxy=unix\n");
    EXPECT_THAT(logged(event::proxy_header_failed{local, net::proxy_error::no_header}),
                AllOf(HasSubstr(" peer=unix "), Not(HasSubstr("--proxy-from"))));
    EXPECT_EQ(logged(event::listening{rfb::side::viewer, {}, "unix:/run/a b"}),
              "info listening side=viewer at=\"unix:/run/a b\"\n");
}

TEST(TextLog, IdsAreHashedUnlessAskedFor) {
    EXPECT_THAT(logged(event::waiting{server, id}),
                AllOf(HasSubstr("id=secr~"), Not(HasSubstr("secret1234"))));
    EXPECT_THAT(logged(event::waiting{server, id}, id_form::full), HasSubstr("id=secret1234"));
}

TEST(TextLog, OneIdHasOneHashAndAnotherIdAnother) {
    const id_printer print(id_form::hashed);
    EXPECT_EQ(print(id), print(id));
    EXPECT_NE(print(id), print(rfb::repeater_id::make("secret1235").value()));
    EXPECT_EQ(print(id), id_printer(id_form::hashed)(id)) << "in each log of this process";
}

TEST(TextLog, AGivenKeyMakesTheSameHashEverywhere) {
    // printf %s secret1234 | openssl dgst -sha256 -hmac 0123456789abcdef
    const id_printer print(id_form::hashed, "0123456789abcdef");
    EXPECT_EQ(print(id), "secr~5cd902");
    EXPECT_EQ(print("ab"), "a~" + print("ab").substr(2)) << "of short ones less is shown";
    EXPECT_NE(id_printer(id_form::hashed, "0123456789abcdeF")(id), print(id));
}

TEST(TextLog, HostileBytesAreEscaped) {
    rfb::handshake_facts facts;
    facts.reached = rfb::handshake_facts::stage::complete;
    facts.desktop_name = "x\"\n\x1b[2J";
    EXPECT_THAT(logged(event::described{session_number{1}, facts}),
                HasSubstr("desktop=x\\x22\\x0a\\x1b[2J\n"));
}

TEST(TextLog, TheRfbSessionIsDescribed) {
    rfb::handshake_facts facts;
    facts.reached = rfb::handshake_facts::stage::complete;
    facts.server_version = rfb::protocol_version{3, 8};
    facts.viewer_version = rfb::protocol_version{3, 7};
    facts.security_offered = {2, 1};
    facts.security_chosen = 1;
    facts.security_subtype = 256;
    facts.width = 1280;
    facts.height = 800;
    facts.desktop_name = "desk";
    EXPECT_EQ(logged(event::described{session_number{17}, facts}),
              "info described pair=17 rfb=understood server_version=3.8 viewer_version=3.7 "
              "security_offered=[\"VncAuth\",\"None\"] security_chosen=None security_subtype=Plain "
              "width=1280 height=800 "
              "shared=false desktop=desk\n");
}

TEST(TextLog, WaitingEndsInWords) {
    EXPECT_THAT(
        logged(event::expired{viewer, id, std::chrono::milliseconds(2500)}),
        AllOf(HasSubstr("info aborted session=17"), HasSubstr(" why=expired seconds=2.500\n")));
    EXPECT_THAT(logged(event::dismissed{server, id}),
                AllOf(HasSubstr("info aborted session=16"), HasSubstr(" why=stopped\n")));
    EXPECT_THAT(
        logged(event::events_lost{"--event-url", 3, "HTTP status 500"}),
        HasSubstr("warning events_lost output=--event-url count=3 why=\"HTTP status 500\""));
}

TEST(TextLog, TheEndSaysWhoHowAndHowMuch) {
    using how = event::ended::how;
    EXPECT_THAT(logged(event::ended{session_number{17},
                                    rfb::side::viewer,
                                    rfb::side::server,
                                    {how::eof, {}, 12},
                                    {how::read_error, asio::error::connection_reset, 3456},
                                    std::chrono::milliseconds(1500),
                                    id}),
                AllOf(HasSubstr("pair=17 first=server how=read_error"), HasSubstr("second_how=eof"),
                      HasSubstr("viewer_to_server=12"), HasSubstr("server_to_viewer=3456"),
                      HasSubstr("seconds=1.500")));
}

} // namespace text_log_test
