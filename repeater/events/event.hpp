// Everything that happens, as values. The logs that receive them have the words.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "repeater/ids/signed_id.hpp"
#include "repeater/limits/limit.hpp"
#include "repeater/rules/session_number.hpp"
#include "rfb/destination.hpp"
#include "rfb/first_bytes.hpp"
#include "rfb/handshake.hpp"
#include "rfb/messages/insight.hpp"
#include "rfb/policy/viewer_policy.hpp"
#include "rfb/repeater_id.hpp"
#include "rfb/side.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace repeater {

namespace asio = boost::asio;
using net::error_code;

struct peer_name {
    session_number number{};
    rfb::side side{};
    asio::ip::tcp::endpoint address; ///< the client's own where a proxy has told it
    std::string request_id{};        ///< that a proxy has given; the peer's bytes: escape them
};

/// What joined two peers: an ID (Mode II) or the destination that the viewer named (Mode I).
using meeting = std::variant<rfb::repeater_id, rfb::destination>;

namespace event {

/// The process serves.
struct starting {
    int pid = 0;
    bool refuses_duplicates = false;
    bool dials_anywhere = false; ///< --mode1 any: an open proxy
};

/// How the repeater was started has an effect that its user may not expect.
struct advice {
    std::string text;
};

struct listening {
    rfb::side side{};
    asio::ip::tcp::endpoint at;           ///< none where it is a Unix socket
    std::string name;                     ///< the address and port, or "unix:/PATH"
    std::optional<rfb::repeater_id> id{}; ///< of a door: the one of whoever connects
};

/// Operators may ask for metrics and health there.
struct admin_listening {
    std::string name; ///< the address and port, or "unix:/PATH"
};

/// The kernel gave no connection, for want of descriptors or memory. Accepting rests for 100 ms.
struct accept_failed {
    error_code error;
};

/// A peer is closed, since it or its source has reached a limit.
struct limited {
    peer_name peer;
    limit what{};
    std::chrono::seconds shut_out{}; ///< of limit::wrong_ids: its source, from now on
};

/// Events that the log does not tell, since a source or all of them had caused too many.
struct untold {
    std::uint64_t count = 0;
};

/// A peer has connected.
struct arrived {
    peer_name peer;
    bool greeted = true; ///< false: a viewer that is not sent "RFB 000.000\n" (-R)
    std::optional<asio::ip::tcp::endpoint> proxy{}; ///< who speaks for it (--proxy-from)
};

/// A connection from --proxy-from, or to a Unix socket, did not begin with a PROXY header; it is
/// closed.
struct proxy_header_failed {
    peer_name proxy;
    error_code error; ///< net::proxy_error, eof, timed_out, or of the socket
};

/// A peer's first bytes were of no use; its connection is closed.
struct introduction_failed {
    enum class reason {
        greeting_failed, ///< "RFB 000.000\n" could not be sent
        timed_out,       ///< the block was not complete within limits.handshake
        read_failed,     ///< the connection broke
        too_short,       ///< the peer closed before the block was complete
        not_understood,  ///< the block names no ID and no destination that could be used
        no_version,      ///< at a door: what came is none of RFB
    };

    peer_name peer;
    reason why{};
    std::size_t got = 0;     ///< bytes of the hello block
    std::size_t size = 0;    ///< bytes it should have
    error_code error;        ///< of the socket, or of the block (rfb::error)
    std::string text;        ///< the block up to its first NUL; the peer's bytes: escape them
    rfb::first_bytes came{}; ///< what they look like
};

/// A connection was closed by its peer before a byte came, as port scanners and the health checks
/// of load balancers do. Most are only counted.
struct probed {
    introduction_failed how;
    bool announced = false; ///< its arrival has been told
    std::size_t others = 0; ///< that were not told since the last one
};

/// A peer sent less than a block and waited, but the end of its text was there: it was taken.
struct short_hello {
    peer_name peer;
    std::size_t got = 0;
    std::size_t size = 0; ///< bytes the block should have
};

/// Something known was cut off behind the ID.
struct id_truncated {
    peer_name peer;
    rfb::repeater_id id;
    std::string ignored; ///< ":5900", "+KEY", or "what follows its block"
};

/// A newcomer was closed: it named the ID under which another peer waits, but with another port
/// behind it, so that the two may not mean each other.
struct ports_differ {
    peer_name newcomer;
    peer_name partner;
    rfb::repeater_id id;
    std::string newcomer_port;
    std::string partner_port;
};

/// A peer waits for a partner.
struct waiting {
    peer_name peer;
    rfb::repeater_id id;
};

/// Somebody waits under the ID that a newcomer named; the kernel was asked whether that peer is
/// still there. A dead one is closed, and the newcomer waits in its place.
struct partner_checked {
    peer_name partner;
    rfb::repeater_id id;
    bool alive = false;
};

/// Two peers named one ID. Their relay starts next (paired).
struct matched {
    peer_name newcomer;
    peer_name partner;
    rfb::repeater_id id;
};

/// The older of two of the same side was closed in favour of the newer.
struct replaced {
    peer_name older;
    session_number newer{};
    rfb::repeater_id id;
};

/// The newcomer was closed, since another peer of its side waits under its ID.
struct refused {
    enum class reason {
        duplicate, ///< -r
        conflict,  ///< too many had taken that place from one another (id_conflict)
        alone,     ///< at a viewer's door: no server waits
        address,   ///< at a door that is for others
    };

    peer_name peer;
    rfb::repeater_id id;
    reason why = reason::duplicate;
};

/// Peers of different sources have taken the place of who waits under an ID from one another, too
/// often: from now on newcomers of other sources are refused, for so long.
struct id_conflict {
    peer_name newcomer;
    rfb::repeater_id id;
    std::chrono::seconds refused_for{};
};

/// The newcomer gets no session, since --id-policy does not admit the ID that it named.
struct id_refused {
    peer_name peer;
    rfb::repeater_id named;
    id_fault why{};
};

/// The newcomer gets no session, since the program or service that was asked about it says so, or
/// has not answered.
struct not_authorized {
    peer_name peer;
    std::string why;         ///< the answer's reason, or why there is no answer; escape it
    bool is_failure = false; ///< there is no answer
    bool may_go_on = false;  ///< all the same (--authorize-failure allow)
};

/// A waiting peer was closed when it was to meet its partner: --id-policy does not admit its ID any
/// more.
struct id_lapsed {
    peer_name peer;
    rfb::repeater_id id;
    id_fault why{};
};

/// A waiting peer went away by itself.
struct left {
    peer_name peer;
    rfb::repeater_id id;
    error_code how; ///< eof, or how the connection broke
};

/// A peer has waited as long as it may; its connection is closed.
struct expired {
    peer_name peer;
    rfb::repeater_id id;
    std::chrono::milliseconds waited{};
};

/// A waiting peer was closed because the repeater stops.
struct dismissed {
    peer_name peer;
    rfb::repeater_id id;
};

/// Mode I: the repeater looks for the host that a viewer named.
struct dialling {
    peer_name viewer;
    rfb::destination to;
};

/// Mode I: what the viewer named must not be dialled.
struct dial_refused {
    enum class reason {
        mode1_off, ///< --mode1 off: nothing may be dialled
        port,      ///< the port is not allowed
        address,   ///< none of the host's addresses is allowed
    };

    peer_name viewer;
    rfb::destination to;
    reason why{};
};

/// One address of the destination could not be reached, or it was not a VNC server.
struct dial_attempt_failed {
    enum class reason {
        unreachable, ///< there is no connection
        left,        ///< the connection ended before a version had come
        no_greeting, ///< no version came within limits.handshake
        no_version,  ///< what came is no RFB version
        repeater,    ///< another repeater, or ourselves: it greets with 000.000
    };

    peer_name viewer;
    asio::ip::tcp::endpoint to;
    error_code error;
    reason why{};
    std::chrono::milliseconds limit{}; ///< of no_greeting
    rfb::first_bytes came{};           ///< where there is no_version
    bool is_of_a_name = false;         ///< the viewer named a host, which may have other addresses
};

/// Mode I: no address of the destination could be reached, or the viewer left meanwhile.
struct dial_failed {
    peer_name viewer;
    rfb::destination to;
    error_code error;
};

/// The relay of two peers starts; `first` is the newcomer (Mode I: the viewer).
struct paired {
    peer_name first;
    peer_name second;
    meeting met;
    std::string policy{}; ///< the pattern of the policy that holds; empty: none does
};

/// The start of the RFB session was understood, or given up (stage::opaque, stage::refused).
struct described {
    session_number pair{};
    rfb::handshake_facts facts;
};

/// What the viewer may do in a live session has changed.
struct policy_changed {
    session_number pair{};
    rfb::viewer_policy now;
};

/// A session is ended by its policy, or is refused before it begins.
struct policy_broken {
    session_number pair{};
    std::string why; ///< a sentence, which the viewer is told where the protocol allows that
    std::optional<rfb::side> by{}; ///< who has sent what is not understood
    rfb::surprise what{};          ///< where somebody has
};

/// What was read of a session.
struct reading {
    std::uint64_t now = 0; ///< milliseconds since it began, as the times in `seen`
    rfb::insight seen;
    std::uint64_t dropped = 0; ///< messages of the viewer that its policy has taken out
};

/// What was read of a session, before its end.
struct understood {
    session_number pair{};
    reading read;
};

struct ended {
    /// How one direction came to its end.
    enum class how {
        eof,         ///< the sender closed its side
        read_error,  ///< the sender's connection broke
        write_error, ///< the receiver's connection broke
        lingered,    ///< cut: the other direction had ended and nothing came any more
        stalled,     ///< cut: a receiver took nothing for --write-stall
        silent,      ///< cut: nothing came for --session-idle
        expired,     ///< cut: the session has lasted for --session-max
        policy,      ///< cut: its policy does not let it go on (policy_broken)
        stopped,     ///< the repeater was told to stop
    };

    struct direction {
        how end{};
        error_code error;
        std::uint64_t bytes = 0; ///< that reached the receiver's socket
    };

    session_number pair{};
    rfb::side newcomer{};
    rfb::side first{}; ///< the side whose direction ended first
    direction from_viewer;
    direction from_server;
    std::chrono::milliseconds duration{};
    meeting met;
};

/// No newcomers are taken any more, and those that waited were closed.
struct stopping {
    std::size_t live_pairs = 0; ///< that go on until they end
};

/// Pairs have gone on as long as --drain-timeout lets them after `stopping`; they are ended.
struct drained_too_long {
    std::size_t live_pairs = 0;
};

/// All pairs have ended; the process ends next.
struct stopped {};

/// Somebody wants to know who is there (USR1): how many there are. `waits` and `carries` follow for
/// the oldest of them.
struct sessions {
    std::size_t waiting_servers = 0;
    std::size_t waiting_viewers = 0;
    std::size_t live_pairs = 0;
    std::size_t shown_at_most = 0; ///< of those that wait, and of the pairs
};

/// USR1: a peer waits for a partner.
struct waits {
    peer_name peer;
    rfb::repeater_id id;
    std::chrono::milliseconds since{};
};

/// USR1: a live pair, and the bytes that have reached their receivers' sockets.
struct carries {
    session_number pair{};
    asio::ip::tcp::endpoint viewer;
    asio::ip::tcp::endpoint server;
    std::uint64_t viewer_to_server = 0;
    std::uint64_t server_to_viewer = 0;
    std::chrono::milliseconds since{};
    meeting met;
    std::optional<reading> read{}; ///< nothing where nobody reads it
};

/// The configuration was read again (HUP). Sessions keep the one they began under.
struct reloaded {
    std::string error;         ///< not empty: all of the old one stays
    std::string needs_restart; ///< options that have changed without effect
};

/// An event output did not get some events.
struct events_lost {
    std::string output; ///< its option
    std::size_t count = 0;
    std::string why;
};

/// The pid file could not be written; the repeater runs without one.
struct pid_file_failed {
    std::string path;
    error_code error;
};

/// The parent process of -L: it has started the repeater, will start it again, or ends.
struct supervising {
    enum class what {
        starts,       ///< the repeater, for the first time
        starts_again, ///< ... after its child has ended
        ends,         ///< itself, having told its child to
    };

    what now{};
    int pid = 0;            ///< the parent's
    int child = 0;          ///< when it ends
    std::string_view cause; ///< the signal that ends it: "TERM", "INT"
};

/// This process has taken over from another one (USR2).
struct upgraded {
    std::string from; ///< the other's version
    std::string to;   ///< ours
    int from_pid = 0;
    int to_pid = 0;
    std::size_t waiting = 0; ///< peers that go on to wait
    std::size_t pairs = 0;   ///< live ones that go on here
    std::size_t kept = 0;    ///< live ones that the other process carries to their end
    /// The longest time for which a pair was in neither process's hands.
    std::chrono::milliseconds pause{};
};

/// No other process has taken over; this one goes on with all that it has.
struct upgrade_failed {
    std::string why;
};

/// What whoever runs the repeater can do about proxy_header_failed.
inline constexpr std::string_view proxy_advice =
    "connections from --proxy-from must begin with a PROXY header: let the proxy send one (wsgate "
    "--send-proxy, HAProxy send-proxy-v2), or take its address out of --proxy-from";

/// The same of Unix sockets, where there is no address to take out.
inline constexpr std::string_view unix_proxy_advice =
    "connections to a Unix socket must begin with a PROXY header: let the proxy send one (wsgate "
    "--send-proxy, HAProxy send-proxy-v2), or connect by TCP";

/// How short_hello comes without the wait.
inline constexpr std::string_view short_hello_advice =
    "such blocks are taken at the end of --handshake-timeout; -b 0 takes them at once";

/// What --mode1 any means.
inline constexpr std::string_view open_proxy_advice =
    "--mode1 any lets every viewer connect to any host and port through us";

/// One word each, the same in every log and output.
[[nodiscard]] std::string_view to_string(introduction_failed::reason);
[[nodiscard]] std::string_view to_string(refused::reason);
[[nodiscard]] std::string_view to_string(dial_refused::reason);
[[nodiscard]] std::string_view to_string(dial_attempt_failed::reason);
[[nodiscard]] std::string_view to_string(ended::how);

/// What became of the RFB session: "understood", "refused" or "opaque".
[[nodiscard]] std::string_view outcome(const rfb::handshake_facts&);

/// "3.8", or "unknown".
[[nodiscard]] std::string to_string(const std::optional<rfb::protocol_version>&);

/// Bytes of a request ID that are shown; what is longer is cut.
inline constexpr std::size_t longest_request_id = 128;

/// A task let an exception out, which is a defect of ours. Only its session ends; others go on.
struct defect {
    std::string what;
};

} // namespace event

using any_event = std::variant<
    event::starting, event::advice, event::listening, event::admin_listening, event::accept_failed,
    event::limited, event::untold, event::arrived, event::proxy_header_failed,
    event::introduction_failed, event::probed, event::short_hello, event::id_truncated,
    event::ports_differ, event::waiting, event::partner_checked, event::matched, event::replaced,
    event::refused, event::id_conflict, event::id_refused, event::not_authorized, event::id_lapsed,
    event::left, event::expired, event::dismissed, event::dialling, event::dial_refused,
    event::dial_attempt_failed, event::dial_failed, event::paired, event::described,
    event::policy_changed, event::policy_broken, event::understood, event::ended, event::stopping,
    event::drained_too_long, event::stopped, event::sessions, event::waits, event::carries,
    event::reloaded, event::events_lost, event::pid_file_failed, event::supervising,
    event::upgraded, event::upgrade_failed, event::defect>;

/// Receives events, on the thread that decides; the logs may be told from any thread. receive()
/// must not block or throw.
class event_sink {
public:
    event_sink() = default;
    event_sink(const event_sink&) = delete;
    event_sink& operator=(const event_sink&) = delete;
    virtual ~event_sink() = default;

    virtual void receive(const any_event&) = 0;
};

/// "ID:1234" or "host:5900".
[[nodiscard]] std::string to_string(const meeting&);

} // namespace repeater
