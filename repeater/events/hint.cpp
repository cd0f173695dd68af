// One hint for each kind of first bytes, by side where it matters.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/hint.hpp"

#include "net/connection.hpp"
#include "rfb/text.hpp"
#include "rfb/version.hpp"

namespace repeater {

namespace {

using rfb::first_bytes;
using failed = event::introduction_failed;

std::string_view hint_for_server(first_bytes came) {
    switch (came) {
    case first_bytes::none:
        return "it said nothing, as a VNC viewer waits for its server to speak first: viewers "
               "connect to the other port (--viewer-port)";
    case first_bytes::rfb_version:
        return "this looks like a plain VNC server, which names no ID: x11vnc -connect "
               "repeater=ID:1234+HOST:PORT, UltraVNC -autoreconnect ID:1234 -connect HOST::PORT";
    case first_bytes::bare_id:
        return "servers name an ID as ID:1234";
    case first_bytes::destination:
        return "servers name an ID as ID:1234; viewers connect to the other port (--viewer-port)";
    default:
        return {};
    }
}

std::string_view hint_for_viewer(first_bytes came) {
    switch (came) {
    case first_bytes::none:
        return "it said nothing to RFB 000.000, so it may know no repeaters";
    case first_bytes::rfb_version:
        return "this looks like a viewer that is not set to use a repeater (UltraVNC: "
               "Proxy/Repeater, noVNC: repeaterID), or like a plain VNC server, which connects to "
               "--server-port and names an ID";
    case first_bytes::bare_id:
        return "viewers name an ID as ID:1234 (see --raw-id)";
    default:
        return {};
    }
}

/// The same on both sides; empty where it is none of them.
std::string_view hint_for_protocol(first_bytes came) {
    switch (came) {
    case first_bytes::tls:
        return "this is TLS, which the repeater does not speak: wsgate does, for browsers";
    case first_bytes::websocket:
        return "this is a WebSocket: it belongs to wsgate's port";
    case first_bytes::http:
        return "this is HTTP: a browser or a health check; web pages are wsgate's";
    case first_bytes::ssh:
        return "this is SSH";
    case first_bytes::proxy_header:
        return "this is a PROXY header: name the proxy's address in --proxy-from";
    case first_bytes::rdp:
        return "this looks like RDP";
    case first_bytes::smb:
        return "this looks like SMB";
    case first_bytes::telnet:
        return "this looks like telnet";
    default:
        return {};
    }
}

} // namespace

std::string_view hint_of(const failed& e) {
    using reason = failed::reason;
    if (e.why == reason::greeting_failed || (e.got == 0 && e.why != reason::timed_out)) {
        return {};
    }
    if (const auto known = hint_for_protocol(e.came); !known.empty()) {
        return known;
    }
    if (e.why == reason::no_version) {
        return e.peer.side == rfb::side::server
                   ? "this port is for VNC servers that name no ID, and speak first "
                     "(--server-door): all others connect to --server-port"
                   : "this port is for ordinary VNC viewers (--door)";
    }
    if (e.error == rfb::error::id_too_long) {
        return "its ID goes on behind the block: a shorter one, or a larger block (-b)";
    }
    if (e.came == first_bytes::id) {
        return e.why == reason::not_understood
                   ? "an ID is ID: in capitals, then a letter, a digit or _; --id-match exact "
                     "takes "
                     "no blank in it and ASCII alone"
                   : "its block is too short; -b 0 takes a peer's first bytes, however many";
    }
    return e.peer.side == rfb::side::server ? hint_for_server(e.came) : hint_for_viewer(e.came);
}

std::string_view hint_of(const event::dial_attempt_failed& e) {
    using reason = event::dial_attempt_failed::reason;
    switch (e.why) {
    case reason::no_greeting:
        return "it did not greet as a VNC server in time: see --greeting-timeout, or name it in "
               "--mode1-allow if it never speaks first";
    case reason::no_version:
        return "what it sent first is no RFB version, so it is no VNC server, or a plugin encrypts "
               "its session: then name it in --mode1-allow";
    case reason::repeater:
        return "it is a repeater itself";
    default:
        return {};
    }
}

std::string_view hint_of(const event::proxy_header_failed& e) {
    return net::address_of(e.proxy.address) ? event::proxy_advice : event::unix_proxy_advice;
}

std::string_view telling_part(const failed& e) {
    constexpr std::size_t longest_word = 32;
    switch (e.came) {
    case first_bytes::rfb_version:
        return std::string_view(e.text).substr(0, rfb::version_size);
    case first_bytes::http:
    case first_bytes::websocket:
    case first_bytes::ssh:
    case first_bytes::proxy_header:
        return rfb::first_word(e.text).substr(0, longest_word);
    case first_bytes::tls:
    case first_bytes::rdp:
    case first_bytes::smb:
    case first_bytes::telnet:
        return {};
    default:
        return e.text;
    }
}

} // namespace repeater
