// The repeater: its ports and sockets, the waiting room, Mode I, and the relays.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "net/resolver.hpp"
#include "net/task_group.hpp"
#include "repeater/authorize/authorizer.hpp"
#include "repeater/handover/inheritance.hpp"
#include "repeater/handover/keeper_link.hpp"
#include "repeater/numbers.hpp"
#include "repeater/options/config.hpp"
#include "repeater/ports.hpp"
#include "repeater/reception.hpp"
#include "repeater/refusals.hpp"
#include "repeater/relay_workers.hpp"
#include "repeater/waiting_room.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
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
    /// The same with ports that are open already.
    server(const asio::any_io_executor&, std::shared_ptr<const config>, ports, event_sink&,
           net::resolver::lookup = net::resolver::system_lookup);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() = default;

    /// Goes on with what another process had: takes counts, and who waits, out of it. Before run().
    void restore(inheritance&);

    /// Tells the keeper what it is to hold, now and from now on. It outlives the server. Before
    /// run().
    void set_keeper(service::record_channel&);

    /// A listener and its socket, for another process.
    struct listening {
        moved_listener what;
        int socket = -1;
    };

    [[nodiscard]] std::vector<listening> listeners() const;

    /// What another process may take over: all who wait. Nobody is accepted or paired until it is
    /// clear whether it does.
    struct aside {
        std::vector<waiting_room::resting> waiters;
    };

    [[nodiscard]] aside set_aside();

    /// It does not: goes on.
    void take_back(aside);

    /// It does: the listeners are its own, and it gets whoever has still to be met. Live pairs go
    /// on here until they are given away. As after drain() run() completes when nobody is left.
    using next_process = std::function<void(reception::guest)>;
    void leave_to(next_process, aside);

    /// A peer that has said hello to another process.
    void receive(moved_guest, net::unique_fd socket);

    /// A live pair of another process; the sockets of the viewer and of the server.
    void go_on(moved_pair, std::array<net::unique_fd, 2> sockets);

    /// What was counted so far, for the next process; those who wait are not among `closed`, nor
    /// those who are here still.
    [[nodiscard]] moved_counts counts() const;

    /// Another process has counted so much more.
    void add(const moved_counts&);

    [[nodiscard]] relay_workers& pairs() { return relays_; }

    /// Whether somebody is here who may still become a pair, or is one.
    [[nodiscard]] bool is_deserted() const;

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

    /// What there is now, and was since the start.
    [[nodiscard]] server_numbers numbers() const;

    /// Whether drain() or stop() was called, so that no newcomers are taken.
    [[nodiscard]] bool is_stopping() const { return closed_; }

    /// The event loops of the relay workers.
    [[nodiscard]] std::vector<asio::any_io_executor> worker_loops() const {
        return relays_.loops();
    }

    /// Number of peers that wait for a partner.
    [[nodiscard]] std::size_t waiting() const { return room_.size(); }

private:
    void start_accepting();
    [[nodiscard]] asio::awaitable<void> deserted();
    [[nodiscard]] asio::awaitable<void> drained();
    void close_listeners();
    void accept(const open_port&, net::connection);
    /// Closes peers that have not said what they want, where there are too many in all.
    void drop_oldest_handshakes();

    /// Reads the PROXY header of a connection from --proxy-from or by a Unix socket, then welcomes
    /// whom it speaks for.
    [[nodiscard]] asio::awaitable<void> hear_proxy(peer_name, net::connection, source_limits::place,
                                                   std::shared_ptr<const door> by);
    /// Waits for what the peer says, unless its door is for others.
    void welcome(peer, std::optional<asio::ip::tcp::endpoint> proxy = std::nullopt);
    /// Of the server that waits for viewers at this door; empty where there is none.
    [[nodiscard]] std::vector<std::byte> version_behind(const door&) const;

    /// Called when a peer has said what it wants: an ID, a destination, or nothing of use.
    void introduced(reception::guest);

    /// Asks whether the peer may go on, and as what.
    [[nodiscard]] asio::awaitable<void> authorize(reception::guest);

    /// Mode II: pairs the peer, lets it wait, or refuses it.
    void meet(reception::guest);

    /// Tells of an ID that is not admitted; it may have been a guess.
    void note_refused_id(peer&, const rfb::repeater_id& named, id_fault);

    /// Closes a peer that gets no session in Mode II, at once where all IDs are admitted, and
    /// otherwise with the same answer after the same time as any other.
    void turn_away(peer, std::string why, std::shared_ptr<const config>);

    /// Relays two peers that met in the waiting room, once the keeper has been told that they wait
    /// no more.
    void start(pair);
    void start_all_met();

    /// Mode I: connects the viewer to the server that it named.
    [[nodiscard]] asio::awaitable<void> dial_for(reception::guest);

    /// Mode I: the viewer has come too often, or has named nothing that could be dialled. It is
    /// closed when a viewer is whose dial has failed.
    [[nodiscard]] asio::awaitable<void> refuse_dial(reception::guest, std::string_view why);

    /// Tells a viewer that gets no session why, where --explain is on; closes it.
    [[nodiscard]] asio::awaitable<void> explain_to(peer, std::string why,
                                                   std::shared_ptr<const config>);

    asio::any_io_executor executor_;
    net::event_loop& loop_;
    std::shared_ptr<const config> config_; ///< for newcomers; a peer keeps the one it came under
    event_sink& events_;
    std::vector<net::socket_file> socket_files_; ///< until drain()
    std::vector<open_port> ports_;
    net::wake_up closing_;
    bool closed_ = false;
    std::uint64_t last_number_ = 0; ///< of a session
    std::uint64_t accepted_ = 0;    ///< here, and by the processes before this one
    moved_counts before_;           ///< what those have counted
    source_limits limits_;
    net::resolver resolver_;
    net::task_group accepting_; ///< the process ends where one of these fails
    net::task_group tasks_;
    reception reception_;
    waiting_room room_;
    refusals refusals_;
    relay_workers relays_;
    std::unique_ptr<authorizer> authorizer_; ///< null: nobody is asked
    service::record_channel* keeper_ = nullptr;
    std::optional<keeper_link> keeper_link_;
    std::deque<pair> met_; ///< until the keeper has been told
    bool is_aside_ = false;
    std::vector<reception::guest> held_back_; ///< while it is not clear who serves them
    next_process next_;
};

} // namespace repeater
