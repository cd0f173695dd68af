// Binds, accepts in batches, and rests when the kernel has no more descriptors.
// SPDX-License-Identifier: EUPL-1.2
#include "net/listener.hpp"

#include "net/event_loop.hpp"
#include "net/memory_reserve.hpp"
#include "net/text/address_range.hpp"
#include "net/unix_address.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

namespace net {

using asio::ip::tcp;

namespace {

constexpr int backlog = 4096;
constexpr int largest_batch = 64; // then other sessions get a turn
constexpr auto pause_after_error = std::chrono::milliseconds(100);
constexpr auto report_interval = std::chrono::seconds(10);

/// Errors that concern the one connection that was being accepted (accept(2)).
bool concerns_one_peer(int error) {
    switch (error) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
        return true;
    default:
        return false;
    }
}

/// Of another family there may be less than a TCP endpoint needs.
bool is_internet(const tcp::endpoint& e) {
    const auto family = e.data()->sa_family;
    return family == AF_INET || family == AF_INET6;
}

/// A socket that was opened for us may take IPv4 as addresses of IPv6.
tcp::endpoint real_peer(tcp::endpoint e, socklen_t size) {
    e.resize(size);
    return {unmapped(e.address()), e.port()};
}

void must(int result) {
    if (result < 0) {
        throw boost::system::system_error(errno, boost::system::system_category());
    }
}

unique_fd open_socket(const tcp::endpoint& at) {
    constexpr int yes = 1;
    unique_fd made{::socket(at.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    must(made.get());
    must(::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
    if (at.address().is_v6()) {
        must(::setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes));
    }
    return made;
}

bool is_stream_listener(int fd) {
    int listens = 0;
    int type = 0;
    socklen_t size = sizeof(int);
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0 &&
           ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/// "unix:/PATH"; empty where the socket has no path.
std::string path_of(int fd) {
    unix_address at;
    auto size = static_cast<socklen_t>(at.capacity());
    if (::getsockname(fd, at.data(), &size) != 0 || at.data()->sa_family != AF_UNIX) {
        return {};
    }
    at.resize(std::min<std::size_t>(size, at.capacity()));
    const auto path = at.path();
    return path.empty() || path.front() == '\0' ? std::string{} : "unix:" + path;
}

} // namespace

listener::listener(const tcp::endpoint& at, const tcp_options& options)
    : socket_(std::make_shared<unique_fd>(open_socket(at))),
      keepalive_idle_(options.keepalive_idle), listens_(!options.listens_later) {
    apply(options, socket_->get());
    must(::bind(socket_->get(), at.data(), static_cast<socklen_t>(at.size())));
    if (listens_) {
        must(::listen(socket_->get(), backlog));
    }
    local_ = local_address(socket_->get()).value();
    name_ = to_string(local_);
}

listener::listener(unique_fd socket, std::string name, const tcp_options& options)
    : socket_(std::make_shared<unique_fd>(std::move(socket))), name_(std::move(name)) {
    if (!is_stream_listener(socket_->get())) {
        throw std::runtime_error(name_ + " is no stream socket that listens");
    }
    must(::fcntl(socket_->get(), F_SETFL, O_NONBLOCK)); // NOLINT(*-vararg): POSIX's
    if (const auto at = local_address(socket_->get())) {
        local_ = *at;
        name_ = to_string(*at);
        keepalive_idle_ = options.keepalive_idle;
        apply(options, socket_->get());
    } else if (auto path = path_of(socket_->get()); !path.empty()) {
        name_ = std::move(path);
    }
}

void listener::listen() {
    if (!std::exchange(listens_, true) && ::listen(socket_->get(), backlog) != 0) {
        throw cannot_listen({errno, boost::system::system_category()}, local_);
    }
}

void listener::close() {
    if (socket_) { // else it has been moved from
        *socket_ = unique_fd{};
    }
}

/// One run(): accepts when the poller says so, and rests after errors.
class listener::acceptance final : poller::watcher {
public:
    acceptance(const asio::any_io_executor& executor, const listener& from, on_accept take,
               on_error report)
        : loop_(event_loop::of(executor)), socket_(from.socket_),
          keepalive_idle_(from.keepalive_idle_), take_(std::move(take)), report_(std::move(report)),
          rest_(executor, [this] { go_on(); }) {}

    acceptance(const acceptance&) = delete;
    acceptance& operator=(const acceptance&) = delete;

    ~acceptance() { leave_loop(); }

    /// Throws std::system_error.
    void begin() {
        if (*socket_) {
            loop_.add_listener(socket_->get(), *this);
        }
    }

private:
    void go_on() {
        try {
            begin();
        } catch (const std::system_error& e) { // no memory or no watch is left
            rest({e.code().value(), boost::system::system_category()});
        }
    }

    // A listener is told again while connections wait, so that no accept is made only to learn that
    // none is left. When there are many at a time, more and more are taken at once.
    void wake(ready /*any*/) override {
        if (!*socket_) { // an event from before it was closed
            return;
        }
        auto ec = accept_one();
        for (int taken = 1; !ec && taken < batch_; ++taken) {
            ec = accept_one();
        }
        batch_ = ec ? 1 : std::min(2 * batch_, largest_batch);
        if (ec && ec != asio::error::would_block) {
            rest(ec);
        }
    }

    [[nodiscard]] error_code accept_one() {
        if (!has_memory_reserve()) {
            return asio::error::no_memory;
        }
        tcp::endpoint peer;
        auto size = static_cast<socklen_t>(peer.capacity());
        const int fd = ::accept4(socket_->get(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            spread_keepalive(keepalive_idle_, fd);
            peer = is_internet(peer) ? real_peer(peer, size) : tcp::endpoint{};
            take_({unique_fd{fd}, peer, {}});
        } else if (!concerns_one_peer(errno)) {
            return {errno, boost::system::system_category()};
        }
        return {};
    }

    void rest(const error_code& ec) {
        leave_loop();
        if (!reported_ || clock::now() - *reported_ >= report_interval) {
            reported_ = clock::now();
            report_(ec);
        }
        rest_.set(clock::now() + pause_after_error);
    }

    /// Where the listener has been closed already, its number may be another descriptor's.
    void leave_loop() {
        if (*socket_) {
            loop_.remove(socket_->get(), *this);
        } else {
            loop_.forget(*this);
        }
    }

    event_loop& loop_;
    std::shared_ptr<const unique_fd> socket_; ///< the listener's
    std::chrono::seconds keepalive_idle_;
    on_accept take_;
    on_error report_;
    timer rest_;
    int batch_ = 1;
    std::optional<clock::time_point> reported_;
};

asio::awaitable<void> listener::run(on_accept take, on_error report) const {
    const auto executor = co_await asio::this_coro::executor;
    acceptance here(executor, *this, std::move(take), std::move(report));
    waiter cancelled(executor);
    here.begin();
    (void)co_await cancelled.wait();
}

namespace {

/// Binds the same port everywhere. Without IPv6, [::] is left out where it `may_lack` it: the
/// kernel has no such family, or no interface of it.
std::vector<listener> bind_all(const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                               const tcp_options& options, bool may_lack_ipv6) {
    std::vector<listener> all;
    for (const auto& address : addresses) {
        try {
            all.emplace_back(tcp::endpoint{address, port}, options);
        } catch (const boost::system::system_error& e) {
            const bool no_ipv6 = e.code() == asio::error::address_family_not_supported ||
                                 e.code().value() == EADDRNOTAVAIL;
            if (!may_lack_ipv6 || !address.is_v6() || !no_ipv6) {
                throw cannot_listen(e.code(), {address, port});
            }
        }
        if (port == 0) {
            port = all.front().local().port();
        }
    }
    return all;
}

} // namespace

std::vector<listener> listen_on(const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                                const tcp_options& options) {
    const bool every = addresses.empty();
    const auto wanted = every ? std::vector<asio::ip::address>{asio::ip::address_v4::any(),
                                                               asio::ip::address_v6::any()}
                              : addresses;
    constexpr int attempts = 10; // a port that is free on one address may be taken on another
    for (int attempt = 1;; ++attempt) {
        try {
            return bind_all(wanted, port, options, every);
        } catch (const cannot_listen& e) {
            if (port != 0 || attempt == attempts || e.code() != std::errc::address_in_use) {
                throw;
            }
        }
    }
}

std::vector<listener> listen_on(const listen_at& at, const tcp_options& options) {
    std::vector<asio::ip::address> addresses;
    if (at.address) {
        addresses.push_back(*at.address);
    }
    return listen_on(addresses, at.port, options);
}

} // namespace net
