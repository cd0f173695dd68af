// The Perl's words, line for line.                                         repeater spec 6
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "repeater/events/compat_log.hpp"
#include "tests/repeater/log_text.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <ctime>
#include <unistd.h>

namespace compat_log_test {

namespace {

using namespace repeater;
using asio::ip::make_address;
using reason = event::introduction_failed::reason;
using how = event::ended::how;

const auto id = rfb::repeater_id::make("7").value();
const peer_name viewer{session_number{1}, rfb::side::viewer, {make_address("127.0.0.1"), 1}};
const peer_name server{session_number{2}, rfb::side::server, {make_address("127.0.0.1"), 2}};

/// The text behind "Sun Nov 22 22:37:23 2026: ".
std::string without_stamp(const std::string& line) {
    std::tm when{};
    const char* const rest = ::strptime(line.c_str(), "%a %b %e %H:%M:%S %Y: ", &when);
    if (rest == nullptr) {
        ADD_FAILURE() << "no time stamp: " << line;
        return line;
    }
    return rest;
}

/// What is logged for the events, without their time stamps.
std::string logged(const std::vector<any_event>& events) {
    std::istringstream lines(support::log_text<compat_log>("%v", events));
    std::string all;
    for (std::string line; std::getline(lines, line);) {
        all += without_stamp(line) + "\n";
    }
    return all;
}

struct row {
    any_event event;
    std::string lines;
};

} // namespace

TEST(CompatLog, SaysEachEventInThePerlsWords) {
    const auto pid = std::to_string(::getpid());
    const row rows[] = {
        {event::starting{42, true, false},
         "enabling refuse mode (-r).\nultravnc_repeater: starting up.  pid: 42\n"},
        {event::listening{rfb::side::viewer, {make_address("0.0.0.0"), 5900}, "0.0.0.0:5900"},
         "watching for IPv4 connections on 5900/client.\n"},
        {event::listening{rfb::side::server, {make_address("::"), 5500}, "[::]:5500"},
         "watching for IPv6 connections on 5500/server.\n"},
        {event::listening{rfb::side::viewer, {}, "unix:/run/v\n"},
         "watching for client connections on unix:/run/v\\x0a.\n"},
        {event::arrived{viewer, true}, "new vnc client connecting.\n"},
        {event::proxy_header_failed{viewer, net::proxy_error::no_header},
         "closing vnc client connection from 127.0.0.1:1: it does not begin with a PROXY header; " +
             std::string{event::proxy_advice} + ".\n"},
        {event::proxy_header_failed{peer_name{session_number{1}, rfb::side::viewer, {}, {}},
                                    net::proxy_error::no_header},
         "closing vnc client connection from unix: it does not begin with a PROXY header; " +
             std::string{event::unix_proxy_advice} + ".\n"},
        {event::arrived{viewer, false},
         "new vnc client connecting.\nULTRAVNC_REPEATER_NO_RFB: not sending RFB 000.000\n"},
        {event::arrived{server, true}, "new vnc server connecting.\n"},
        {event::accept_failed{asio::error::no_descriptors},
         "ultravnc_repeater: accept Too many open files\n"},
        {event::introduction_failed{viewer, reason::timed_out, 0, 250, {}, {}},
         "ultravnc_repeater: got sig alarm.\n"
         "ultravnc_repeater: read timed out: Interrupted system call\n"
         "vnc client: it said nothing to RFB 000.000, so it may know no repeaters.\n"},
        {event::introduction_failed{
             viewer, reason::timed_out, 9, 250, {}, "a b\n", rfb::first_bytes::other},
         "ultravnc_repeater: short read 9 != 250 \n"
         "vnc client sent 9 of 250 bytes, 'a b\\x0a'.\n"},
        {event::introduction_failed{
             server, reason::too_short, 4, 250, {}, "ID:1", rfb::first_bytes::id},
         "ultravnc_repeater: short read 4 != 250 \n"
         "vnc server sent 4 of 250 bytes, 'ID:1': its block is too short; -b 0 takes a peer's "
         "first bytes, however many.\n"},
        {event::introduction_failed{
             server, reason::timed_out, 20, 250, {}, "GET /?token=x", rfb::first_bytes::http},
         "ultravnc_repeater: short read 20 != 250 \n"
         "vnc server sent 20 of 250 bytes, 'GET': this is HTTP: a browser or a health check; web "
         "pages are wsgate's.\n"},
        {event::probed{{server, reason::too_short, 0, 250, {}, {}}},
         "new vnc server connecting.\nultravnc_repeater: short read 0 != 250 \n"},
        {event::probed{{server, reason::too_short, 0, 250, {}, {}}, true, 7},
         "ultravnc_repeater: short read 0 != 250 \n"
         "7 other vnc server connections closed without a byte before.\n"},
        {event::short_hello{viewer, 13, 250},
         "vnc client sent 13 of 250 bytes and waited: such blocks are taken at the end of "
         "--handshake-timeout; -b 0 takes them at once.\n"},
        {event::id_truncated{viewer, id, ":5900"},
         "text behind ID:7 of a vnc client is no part of it: :5900\n"},
        {event::ports_differ{viewer, server, id, "1", "2"},
         "refusing vnc client for ID:7: it named ID:7:1, and ID:7:2 the vnc server.\n"},
        {event::introduction_failed{
             server, reason::read_failed, 0, 250, asio::error::connection_reset, {}},
         "ultravnc_repeater: read error: Connection reset by peer\n"},
        {event::introduction_failed{server, reason::not_understood, 250, 250, rfb::error::bad_id,
                                    "a\nb", rfb::first_bytes::other},
         "invalid ID:NNNNN string for vnc server: a\\x0ab\n"},
        {event::introduction_failed{server, reason::not_understood, 250, 250,
                                    rfb::error::text_behind_id, "ID:desk one",
                                    rfb::first_bytes::id},
         "invalid ID:NNNNN string for vnc server: ID:desk one\n"
         "vnc server: an ID is ID: in capitals, then a letter, a digit or _; --id-match exact "
         "takes "
         "no blank in it and ASCII alone.\n"},
        {event::waiting{server, id}, "storing new vnc server with ID:7.\n"},
        {event::partner_checked{server, id, true},
         "server socket for ID:7 is still established.\n"},
        {event::partner_checked{viewer, id, false},
         "client socket for ID:7 is no longer established, closing it.\n"},
        {event::matched{viewer, server, id},
         "hooking up new vnc client with existing vnc server for ID:7.\n"},
        {event::replaced{server, session_number{3}, id},
         "closing and deleting previous vnc server with ID:7.\n"},
        {event::refused{viewer, id}, "refusing extra vnc client for ID:7.\n"},
        {event::id_conflict{viewer, id, std::chrono::seconds(300)},
         "WARNING: several addresses claim ID:7: vnc clients of other addresses than the one that "
         "waits are refused for 300 s.\n"},
        {event::id_lapsed{viewer, id, id_fault::expired},
         "closing waiting vnc client with ID:7: its ID is expired (--id-policy).\n"},
        {event::left{viewer, id, asio::error::eof},
         "socket for ID:7 is no longer established, closing it.\n"},
        {event::dialling{viewer, {"host", 5905, 5}},
         "resetting port from 5 to 5905.\n"
         "making vnc client connection directly to vnc server host='host' port='5905'.\n"},
        {event::dial_attempt_failed{
             viewer, {make_address("127.0.0.1"), 5900}, asio::error::connection_refused},
         "IPv4 connect error: Connection refused\n"},
        {event::dial_attempt_failed{viewer,
                                    {make_address("127.0.0.1"), 5900},
                                    asio::error::timed_out,
                                    event::dial_attempt_failed::reason::no_greeting,
                                    std::chrono::milliseconds(2500)},
         "connected to 127.0.0.1:5900, but it did not greet as a VNC server in time: see "
         "--greeting-timeout, or name it in --mode1-allow if it never speaks first (2.5 s).\n"},
        {event::dial_attempt_failed{viewer,
                                    {make_address("::1"), 5900},
                                    asio::error::connection_refused,
                                    {},
                                    {},
                                    {},
                                    true},
         "IPv6 connect error: Connection refused ([::1]:5900)\n"},
        {event::dial_failed{viewer, {"host", 5900, {}}, {}}, "failed to connect to host:5900.\n"},
        {event::paired{viewer, server, id},
         "[" + pid + "/ID:7] parent 1 -> 2.\n[" + pid + "/ID:7] child  2 -> 1.\n"},
        {event::ended{session_number{1},
                      rfb::side::viewer,
                      rfb::side::server,
                      {how::eof, {}, 1},
                      {how::read_error, asio::error::connection_reset, 2},
                      {},
                      rfb::destination{"host", 5900, {}}},
         "[" + pid + "/host:5900] Connection reset by peer\n[" + pid +
             "/host:5900] finished xfer.\n[" + pid + "/host:5900] Input is EOF.\n[" + pid +
             "/host:5900] finished xfer.\n"},
        {event::not_authorized{viewer, "a holiday"},
         "refusing vnc client connection from 127.0.0.1:1: it is not authorized: a holiday.\n"},
        {event::policy_changed{session_number{1}, {.view_only = true}},
         "session 1: the viewer only views from now on.\n"},
        {event::policy_broken{session_number{1}, "The policy"},
         "session 1 is ended: The policy.\n"},
        {event::understood{session_number{1}, {}}, ""},
        {event::stopping{1}, ""},
        {event::drained_too_long{2}, "WARNING: --drain-timeout is over, ending 2 live sessions.\n"},
        {event::stopped{}, ""},
        {event::sessions{2, 1, 3, 1000},
         "USR1: vnc servers that wait: 2, vnc clients that wait: 1, live sessions: 3.\n"},
        {event::waits{viewer, id, std::chrono::milliseconds(2500)},
         "USR1: vnc client 127.0.0.1:1 with ID:7 has waited 2 s.\n"},
        {event::carries{session_number{1}, viewer.address, server.address, 12, 345,
                        std::chrono::milliseconds(61'000), id},
         "[" + pid +
             "/ID:7] USR1: vnc client 127.0.0.1:1 and vnc server 127.0.0.1:2: 61 s, "
             "12 bytes to the server, 345 bytes to the client.\n"},
        {event::dismissed{server, id}, ""},
        {event::expired{viewer, id, std::chrono::milliseconds(1500)},
         "vnc client with ID:7 waited 1.5 s, closing it.\n"},
        {event::pid_file_failed{"/no/where", asio::error::access_denied},
         "could not open pidfile: /no/where - Permission denied - continuing...\n"},
        {event::supervising{event::supervising::what::starts, 42, 0, ""},
         "ultravnc_repeater.pl: starting service. master-pid=42\n"},
        {event::supervising{event::supervising::what::starts_again, 42, 0, ""},
         "ultravnc_repeater.pl: re-starting service.  master-pid=42\n"},
        {event::supervising{event::supervising::what::ends, 42, 43, "TERM"},
         "TERM:\t42 looppid=43\n"},
        {event::upgraded{"1.0", "1.1", 42, 43, 10, 3, 1, std::chrono::milliseconds(25)},
         "USR2: took over from pid: 42, 10 that wait, 3 live sessions; 1 end there.\n"},
        {event::upgrade_failed{"it has ended"}, "USR2: nobody has taken over: it has ended\n"},
    };
    for (const auto& r : rows) {
        EXPECT_EQ(logged({r.event}), r.lines);
    }
}

TEST(CompatLog, ARefusedDestinationNamesTheSwitch) {
    const auto text =
        logged({event::dial_refused{viewer, {"h", 22, {}}, event::dial_refused::reason::port}});
    EXPECT_NE(text.find("--mode1 any"), std::string::npos) << text;
    EXPECT_NE(text.find("h:22"), std::string::npos) << text;
}

TEST(CompatLog, AnOpenProxyIsWarnedOf) {
    EXPECT_NE(logged({event::starting{1, false, true}}).find("WARNING: --mode1 any"),
              std::string::npos);
}

} // namespace compat_log_test
