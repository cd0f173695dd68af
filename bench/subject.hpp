// What is measured, a repeater, a relay, a gateway or plain loopback; starts it and makes pairs
// through it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/process_tree.hpp"
#include "bench/socket.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class subject_kind {
    direct,   ///< viewers connect to us: what the machine can do without a subject
    repeater, ///< two ports; each side sends a 250-byte block that names an ID
    relay,    ///< connects to the server port for every connection at the viewer port
    gateway,  ///< connects to the server port for every WebSocket at the viewer port
    ws_proxy, ///< passes every WebSocket on to a WebSocket server at the server port
    chain,    ///< a gateway before a repeater: WebSockets at the viewer port, servers as there
};

/// Whether viewers come through TLS (kinds gateway and ws_proxy only).
enum class wrapping { plain, tls };

struct subject {
    std::string name;
    subject_kind kind = subject_kind::direct;
    /// For sh; {viewer_port}, {server_port}, {wrap} and, for a chain's own use, {hop_port} are
    /// replaced.
    std::string command;
    bool has_tls = true; ///< else tests through TLS are left out
    bool is_rfb = false; ///< pairs speak RFB (kind repeater only)
};

/// Reads NAME=KIND:COMMAND, NAME=KIND,plain:COMMAND where it has no TLS, or
/// NAME=repeater,rfb:COMMAND where pairs begin as RFB sessions, in which the server then sends one
/// endless picture. Errors: std::invalid_argument.
[[nodiscard]] subject parse_subject(std::string_view text);

/// The two ends of a session through the subject.
struct session_ends {
    unique_fd viewer;
    unique_fd server;
};

/// The block with an ID that both sides send to a repeater.
[[nodiscard]] std::vector<std::byte> hello_for(std::uint64_t id);

/// What a repeater says to a viewer first: "RFB 000.000\n".
inline constexpr std::size_t greeting_size = 12;

/// Starts a subject; ends it in the destructor.
class running_subject {
public:
    /// Errors: std::runtime_error where it does not listen in time.
    explicit running_subject(const subject&, wrapping = wrapping::plain);
    running_subject(const running_subject&) = delete;
    running_subject& operator=(const running_subject&) = delete;
    ~running_subject();

    [[nodiscard]] subject_kind kind() const { return kind_; }

    [[nodiscard]] wrapping wrap() const { return wrap_; }

    [[nodiscard]] std::uint16_t viewer_port() const { return viewer_port_; }

    [[nodiscard]] std::uint16_t server_port() const { return server_port_; }

    /// Where a relay or gateway connects to; kinds repeater and chain have none.
    [[nodiscard]] const unique_fd& listener() const { return listener_; }

    [[nodiscard]] std::uint64_t next_id() { return ++last_id_; }

    /// Connects a server, which then waits for its viewer (kinds repeater and chain only).
    [[nodiscard]] unique_fd waiting_server(std::uint64_t id);

    /// Connects the viewer for a waiting server. On return a first byte has gone from server to
    /// viewer.
    [[nodiscard]] unique_fd viewer_for(const unique_fd& waiting_server, std::uint64_t id);

    /// Makes a pair of blocking sockets, with a first byte gone from server to viewer. Not for
    /// kinds gateway, ws_proxy and chain, whose sessions are made by ws_client.
    [[nodiscard]] session_ends make_pair();

    /// Makes as many pairs as can be made in `limit`, but at most `count`.
    [[nodiscard]] std::vector<session_ends> make_pairs(std::size_t count,
                                                       std::chrono::milliseconds limit);

    /// CPU time of the subject so far; zero for kind direct.
    [[nodiscard]] std::chrono::duration<double> cpu() const;
    [[nodiscard]] double pss_kib() const;

    void limit_descriptors(std::size_t most) const;

    /// Waits until the subject does (nearly) nothing for a tenth of a second, for a bounded time.
    void wait_until_quiet() const;

private:
    void launch(const std::string& command);
    [[nodiscard]] bool accepts_connections() const;
    void wait_until_it_listens() const;

    /// Whether servers connect, and name an ID.
    [[nodiscard]] bool takes_servers() const {
        return kind_ == subject_kind::repeater || kind_ == subject_kind::chain;
    }

    subject_kind kind_;
    bool is_rfb_;
    wrapping wrap_;
    unique_fd listener_;
    std::uint16_t viewer_port_ = 0;
    std::uint16_t server_port_ = 0;
    std::uint64_t last_id_ = 0;
    std::optional<process_tree> processes_;
};

/// Closes both ends of all pairs with RST.
void reset(std::vector<session_ends>);

} // namespace bench
