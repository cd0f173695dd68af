// The repeater: its ports and sockets, the waiting room, Mode I, and the relays.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "net/resolver.hpp"
#include "net/socket_file.hpp"
#include "net/task_group.hpp"
#include "repeater/options/config.hpp"
#include "repeater/reception.hpp"
#include "repeater/relay_workers.hpp"
#include "repeater/waiting_room.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace repeater {

/// Belongs to the thread that decides, on which all peers live until they are paired. The
/// event_sink outlives the server.
class server {
public:
    /// On a net::event_loop. Binds the ports and what --listen says. Throws std::runtime_error that
    /// names the port or the path, and the options for another one.
    server(const asio::any_io_executor&, std::shared_ptr<const config>, event_sink&,
           net::resolver::lookup = net::resolver::system_lookup);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() = default;

    /// Accepts and serves until drain() or stop(); completes when everything has ended.
    [[nodiscard]] asio::awaitable<void> run();

    /// No more newcomers; peers that wait are closed; live pairs go on until they end, or as long
    /// as limits.drain says.
    void drain();

    /// As drain(), and ends the live pairs as well.
    void stop();

    /// Tells who waits and which pairs live; where there are very many, only some of them.
    void show_sessions();

    /// Sets policies, lists and limits of peers that come from now on. What was bound stays.
    void configure(std::shared_ptr<const config>);

    /// The port that peers of this side connect to.
    [[nodiscard]] std::uint16_t port(rfb::side) const;

    /// Number of peers that wait for a partner.
    [[nodiscard]] std::size_t waiting() const { return room_.size(); }

private:
    [[nodiscard]] asio::awaitable<void> drained();
    void accept(rfb::side, net::connection);
    /// Closes peers that have not said what they want, where there are too many in all.
    void drop_oldest_handshakes();

    /// Reads the PROXY header of a connection from --proxy-from or by a Unix socket, then welcomes
    /// whom it speaks for.
    [[nodiscard]] asio::awaitable<void> hear_proxy(peer_name, net::connection,
                                                   source_limits::place);
    /// Waits for what the peer says.
    void welcome(peer, std::optional<asio::ip::tcp::endpoint> proxy = std::nullopt);

    /// Called when a peer has said what it wants: an ID, a destination, or nothing of use.
    void introduced(reception::guest);

    /// Mode II: pairs the peer, lets it wait, or refuses it.
    void meet(reception::guest);

    /// Mode I: connects the viewer to the server that it named.
    [[nodiscard]] asio::awaitable<void> dial_for(reception::guest);

    /// Tells a viewer that gets no session why, where --explain is on; closes it.
    [[nodiscard]] asio::awaitable<void> explain_to(peer, std::string_view why,
                                                   std::shared_ptr<const config>);

    asio::any_io_executor executor_;
    net::event_loop& loop_;
    std::shared_ptr<const config> config_; ///< for newcomers; a peer keeps the one it came under
    event_sink& events_;
    std::vector<net::socket_file> socket_files_; ///< until drain()
    std::vector<net::listener> viewer_listeners_;
    std::vector<net::listener> server_listeners_;
    net::wake_up closing_;
    bool closed_ = false;
    std::uint64_t accepted_ = 0;
    source_limits limits_;
    net::resolver resolver_;
    net::task_group tasks_;
    reception reception_;
    waiting_room room_;
    relay_workers relays_;
};

} // namespace repeater
