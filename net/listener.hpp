// Accepts connections on one address, TCP or Unix, also when descriptors run out.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/text/listen_at.hpp"
#include "net/unique_fd.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace net {

class listener {
public:
    using on_accept = std::function<void(connection)>;
    /// Called at most once in 10 s: accepting rests 100 ms after each such error.
    using on_error = std::function<void(const error_code&)>;

    /// Binds and listens (backlog 4096; IPv6 sockets never take IPv4), unless the options say that
    /// it listens later.
    /// Throws boost::system::system_error.
    listener(const asio::ip::tcp::endpoint&, const tcp_options&);

    /// Takes a socket that listens already, TCP or Unix; `name` is what it is called where it has
    /// no address. Throws std::runtime_error where it is no such socket.
    listener(unique_fd, std::string name, const tcp_options&);

    listener(const listener&) = delete;
    listener(listener&&) noexcept = default;
    listener& operator=(const listener&) = delete;
    listener& operator=(listener&&) noexcept = default;

    ~listener() { close(); }

    /// Listens, where that is still to be done. Throws cannot_listen.
    void listen();

    /// Accepts on the event loop of the coroutine that awaits this, until it is cancelled. Several
    /// threads may do so at the same time. Peers of a Unix socket have no address. While there is
    /// no memory reserve, nobody is accepted. Throws std::system_error where it cannot begin.
    [[nodiscard]] asio::awaitable<void> run(on_accept, on_error) const;

    /// To be called when no run() is left, or on the thread of the only one, which is then about to
    /// be cancelled.
    void close();

    /// The address and port of a TCP listener; none of a Unix one.
    [[nodiscard]] const asio::ip::tcp::endpoint& local() const { return local_; }

    /// What the log calls it: the address and port, or "unix:/PATH".
    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] int native_handle() const { return socket_->get(); }

private:
    class acceptance;

    std::shared_ptr<unique_fd> socket_; ///< each run() has it as well, and may outlast this
    asio::ip::tcp::endpoint local_;
    std::string name_;
    std::chrono::seconds keepalive_idle_{0};
    bool listens_ = true;
};

class cannot_listen : public std::system_error {
public:
    cannot_listen(const error_code& ec, const asio::ip::tcp::endpoint& where)
        : std::system_error(ec, "cannot listen on " + to_string(where)), at(where) {}

    const asio::ip::tcp::endpoint at;
};

/// Listens on `port` of each address; no address means every one, as for listen_at. Port 0 picks
/// one free port for all. Throws cannot_listen.
[[nodiscard]] std::vector<listener> listen_on(const std::vector<asio::ip::address>&,
                                              std::uint16_t port, const tcp_options&);

/// Returns one listener, or one for IPv4 and one for IPv6. Throws cannot_listen.
[[nodiscard]] std::vector<listener> listen_on(const listen_at&, const tcp_options&);

} // namespace net
