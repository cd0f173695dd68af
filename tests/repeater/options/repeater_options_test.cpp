// All options of the repeater: what a reload makes of each, and the defaults that --help tells.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/repeater_options.hpp"
#include "tests/support/option_table.hpp"

#include <gtest/gtest.h>

namespace repeater_options_test {

namespace {

using support::option_change;

option_change change(const std::string& word) {
    return {{}, {word}};
}

const std::map<std::string, option_change> all_changes{
    {"viewer-port", change("--viewer-port=1")},
    {"server-port", change("--server-port=1")},
    {"bind", change("--bind=127.0.0.1")},
    {"listen", change("--listen=unix:/run/v=viewer")},
    {"door", change("--door=5901=ID:lab7")},
    {"server-door", change("--server-door=5501=ID:lab7")},
    {"unix-listen-mode", change("--unix-listen-mode=0660")},
    {"proxy-from", change("--proxy-from=10.0.0.0/8")},
    {"refuse", change("--refuse")},
    {"duplicates", change("--duplicates=queue")},
    {"no-rfb", change("--no-rfb")},
    {"id-match", change("--id-match=exact")},
    {"raw-id", change("--raw-id")},
    {"uvnc-alias", change("--uvnc-alias")},
    {"handshake-size", change("--handshake-size=10")},
    {"explain", change("--explain")},
    {"id-policy", {{}, {"--id-policy=list", "--id-file=/i"}}},
    {"id-file", {{}, {"--id-policy=list", "--id-file=/i"}}},
    {"id-key-file", {{}, {"--id-policy=signed", "--id-key-file=/k"}}},
    {"mode1", change("--mode1=any")},
    {"mode1-allow", change("--mode1-allow=10.0.0.0/8:5900")},
    {"mode1-deny", change("--mode1-deny=10.0.0.0/8")},
    {"handshake-timeout", change("--handshake-timeout=1")},
    {"proxy-timeout", change("--proxy-timeout=1")},
    {"connect-timeout", change("--connect-timeout=1")},
    {"write-stall", change("--write-stall=2")},
    {"session-idle", change("--session-idle=2")},
    {"session-max", change("--session-max=2")},
    {"greeting-timeout", change("--greeting-timeout=1")},
    {"lookup-timeout", change("--lookup-timeout=1")},
    {"lookups", change("--lookups=7")},
    {"lookup-queue", change("--lookup-queue=7")},
    {"linger", change("--linger=2")},
    {"session-bandwidth", change("--session-bandwidth=2M")},
    {"total-bandwidth", change("--total-bandwidth=500K")},
    {"policy", change("--policy=lab-* view-only")},
    {"insight", change("--insight")},
    {"authorize-exec", change("--authorize-exec=/bin/true")},
    {"authorize-url", change("--authorize-url=http://h/")},
    {"authorize-timeout", change("--authorize-timeout=1")},
    {"authorize-failure", change("--authorize-failure=allow")},
    {"keepalive-idle", change("--keepalive-idle=2")},
    {"keepalive-interval", change("--keepalive-interval=2")},
    {"keepalive-probes", change("--keepalive-probes=2")},
    {"user-timeout", change("--user-timeout=2")},
    {"drain-timeout", change("--drain-timeout=1")},
    {"viewer-wait", change("--viewer-wait=1")},
    {"server-wait", change("--server-wait=1")},
    {"max-connections", change("--max-connections=7")},
    {"max-handshakes", change("--max-handshakes=7")},
    {"max-handshakes-per-source", change("--max-handshakes-per-source=7")},
    {"max-waiting-viewers", change("--max-waiting-viewers=7")},
    {"max-waiting-viewers-per-source", change("--max-waiting-viewers-per-source=7")},
    {"max-waiting-servers", change("--max-waiting-servers=7")},
    {"max-waiting-servers-per-source", change("--max-waiting-servers-per-source=7")},
    {"max-sessions", change("--max-sessions=7")},
    {"max-sessions-per-source", change("--max-sessions-per-source=7")},
    {"max-dials-per-source", change("--max-dials-per-source=7")},
    {"connection-rate", change("--connection-rate=7/s")},
    {"dial-rate", change("--dial-rate=7/min,8")},
    {"wrong-ids", change("--wrong-ids=0")},
    {"first-ban", change("--first-ban=7")},
    {"longest-ban", change("--longest-ban=7200")},
    {"id-replacements", change("--id-replacements=7/min")},
    {"id-conflict-time", change("--id-conflict-time=7")},
    {"source-exempt", change("--source-exempt=10.0.0.0/8")},
    {"splice", change("--splice=off")},
    {"threads", change("--threads=7")},
    {"log-file", change("--log-file=/l")},
    {"log-format", change("--log-format=json")},
    {"log-ids", change("--log-ids=full")},
    {"log-key-file", change("--log-key-file=/k")},
    {"log-level", change("--log-level=warn")},
    {"pid-file", change("--pid-file=/p")},
    {"event-file", change("--event-file=/e")},
    {"event-exec", change("--event-exec=/bin/hook")},
    {"event-url", change("--event-url=http://h/")},
    {"event-ids", change("--event-ids=full")},
    {"admin-listen", change("--admin-listen=127.0.0.1:1")},
    {"admin-allow",
     {{"--admin-listen=127.0.0.1:1"}, {"--admin-listen=127.0.0.1:1", "--admin-allow=10.0.0.0/8"}}},
    {"keeper", change("--keeper=true")},
    {"loop", change("--loop=on")},
    {"user", change("--user=vnc")},
    {"allow-root", change("--allow-root")},
    {"sandbox", change("--sandbox=off")},
    {"core-dumps", change("--core-dumps")},
    {"debug", change("--debug")},
};

const std::map<std::string, support::option_values> lists{
    {"bind", {{}, "127.0.0.1", "::1", "127.0.0.1,::1"}},
    {"listen", {{}, "unix:/run/a,b=viewer", "127.0.0.1:5901=server"}},
    {"door", {{}, "5901=ID:a", "127.0.0.1:5902=ID:b from=::1"}},
    {"server-door", {{}, "5501=ID:a", "127.0.0.1:5502=ID:b from=::1"}},
    {"proxy-from", {{}, "10.0.0.0/8", "::1", "10.0.0.0/8,::1"}},
    {"admin-allow", {{"--admin-listen=127.0.0.1:1"}, "10.0.0.0/8", "::1", "10.0.0.0/8,::1"}},
    {"source-exempt", {{}, "10.0.0.0/8", "::1", "10.0.0.0/8,::1"}},
    {"mode1-allow", {{}, "10.0.0.0/8:5900", "h.example:1", "10.0.0.0/8:5900,h.example:1"}},
    {"policy", {{}, "a-* view-only", "b-* files=no chat=no"}},
    {"mode1-deny", {{}, "10.0.0.0/8", "192.0.2.1:5900", "10.0.0.0/8,192.0.2.1:5900"}},
};

} // namespace

TEST(RepeaterOptions, AddUpWhereTheyMayBeRepeated) {
    support::expect_lists_add_up<repeater::config, repeater::repeater_options>(
        lists, all_changes, service::repeated::last_one_counts);
}

TEST(RepeaterOptions, AreInForceAfterAReloadOrNamed) {
    support::expect_all_are_in_force_or_named<repeater::config, repeater::repeater_options>(
        all_changes, {"clean"}); // its sweep is always there
}

TEST(RepeaterOptions, HaveTheDefaultsThatHelpTells) {
    support::expect_brackets_are_defaults<repeater::config, repeater::repeater_options>(
        all_changes, {"nobody", "nowhere", "close silently", "one a core", "standard error",
                      "nine tenths of the descriptors", "no policy", "a new one for each process"});
}

} // namespace repeater_options_test
