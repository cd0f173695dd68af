// Describes times in seconds, the size of frames and the number of threads.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/limit_flags.hpp"

namespace wsgate {

namespace {

const service::choices<dial_time> dial_names{{"first-data", dial_time::first_data},
                                             {"at-once", dial_time::at_once}};

} // namespace

void add_limit_options(service::option_list& options, config& c) {
    using enum service::on_reload;
    constexpr service::seconds_range some{service::shortest_time, service::a_day};
    constexpr service::seconds_range any{0.0, service::a_day};
    options.seconds("--handshake-timeout", c.limits.handshake, some, takes_effect,
                    "From accept to the whole request, TLS included");
    options.seconds("--keep-alive", c.limits.keep_alive, some, takes_effect,
                    "How long a connection is kept for another request; longer than a balancer in "
                    "front keeps it");
    options.number("--max-head", c.limits.max_head, service::between<std::size_t>{4096, 1U << 20U},
                   takes_effect, "Bytes of a request head, at most; over it the answer is 431");
    options.seconds("--connect-timeout", c.limits.connect, some, takes_effect,
                    "For a target's name, and again for connecting, whatever addresses it has");
    options.seconds("--ping-interval", c.bridge.ping, any, takes_effect,
                    "Ping a client after so much silence toward it; 0: never");
    options.seconds("--pong-timeout", c.pong_timeout, any, takes_effect,
                    "Close a viewer that is mute so long after a ping; 0: never "
                    "[twice --ping-interval]");
    options.seconds("--session-idle", c.bridge.idle, any, takes_effect,
                    "Close a session in which no data moves so long; pings are none; 0: never");
    options.seconds("--drain-timeout", c.limits.stop, some, takes_effect,
                    "After TERM, cut sessions that have not answered our Close by then");
    options.seconds("--upgrade-timeout", c.limits.upgrade, {0.0, 10 * service::a_day}, takes_effect,
                    "After an upgrade, close sessions with TLS so long after it, which the old "
                    "process carries on; 0: never");
    options.choice("--dial", c.server_dial, dial_names, "first-data|at-once", takes_effect,
                   "When a session on /wsServer gets its target: at once, or with its first data, "
                   "as the repeater gives nobody long to introduce himself");
    options.number("--max-frame", c.bridge.max_frame, service::between<int>{128, 65536},
                   takes_effect, "Payload bytes of a frame toward clients, at most");
    options.number("--threads", c.threads, service::between<int>{1, 1024}, needs_restart,
                   "Threads that accept connections and carry sessions [one a core]");
}

} // namespace wsgate
