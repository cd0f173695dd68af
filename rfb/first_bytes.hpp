// What a peer seems to speak, by the first bytes that it sent: for the log, never to decide.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace rfb {

enum class first_bytes {
    none,
    id,           ///< "ID:", in any case
    bare_id,      ///< a word that could be an ID, without "ID:"
    destination,  ///< host:port, or another form of a Mode I destination
    rfb_version,  ///< "RFB xxx.yyy"
    tls,          ///< a TLS record with a handshake or an alert
    websocket,    ///< an HTTP request that asks for a WebSocket
    http,         ///< another HTTP request, or an answer
    ssh,          ///< "SSH-"
    proxy_header, ///< of haproxy's PROXY protocol, either version
    rdp,          ///< TPKT (RFC 1006), with which RDP begins
    smb,          ///< SMB behind a NetBIOS header
    telnet,       ///< IAC and a command
    other,
};

/// `start` may be cut anywhere; the more there is of it, the better the guess.
[[nodiscard]] first_bytes recognise(std::span<const std::byte> start);

/// One word.
[[nodiscard]] std::string_view to_string(first_bytes);

} // namespace rfb
