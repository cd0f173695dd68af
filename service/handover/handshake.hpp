// What two processes of a program say to each other when one takes over from the other.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "net/message_socket.hpp"
#include "net/wake_up.hpp"
#include "service/handover/record_channel.hpp"
#include "service/handover/steps.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace service {

namespace asio = boost::asio;

// --- the process that takes over, before it has an event loop

/// How long each of them may take for an answer.
inline constexpr auto handshake_patience = std::chrono::seconds(10);

/// Tells the other process that we can begin. It must be of our user, or of the one that we become.
/// Throws std::runtime_error where it is not, or has gone.
void say_ready(const net::message_socket& to, uid_t we_become);

/// Tells it why we cannot.
void refuse(const net::message_socket& to, std::string_view why);

/// Reads all that it gives, up to `complete`, and waits for a while each time. Throws
/// std::runtime_error that says what was wrong, in words for its log; `take` may do so as well.
void inherit(const net::message_socket& from, const std::function<void(record)>& take);

/// Throws std::runtime_error that names the record's kind.
[[noreturn]] void refuse_record(const record&, std::string_view why);

/// The fields of a record that inherit() has given, as they were read, where it has so many
/// descriptors. Throws std::runtime_error otherwise.
template <class T>
[[nodiscard]] T understood(std::optional<T> what, const record& r, std::size_t descriptors = 0) {
    if (!what || r.descriptors.size() != descriptors) {
        refuse_record(r, "cannot be read");
    }
    return std::move(*what);
}

/// Tells it that we have all that it has given so far, and waits until that is ours. Returns what
/// came behind that. Throws std::runtime_error where it goes on itself.
[[nodiscard]] std::vector<record> wait_for_go(const net::message_socket& from);

// --- the process that is taken over from

/// Completes when all that was told has left. False where the other end has gone before that.
[[nodiscard]] asio::awaitable<bool> has_left(net::event_loop&, record_channel&);

/// The way to the process that takes over. Belongs to an event loop.
class successor_link {
public:
    successor_link(net::event_loop&, net::message_socket);
    successor_link(const successor_link&) = delete;
    successor_link& operator=(const successor_link&) = delete;
    ~successor_link() = default;

    void tell(std::uint8_t kind, std::vector<std::byte> fields = {},
              std::span<const int> sockets = {}) {
        channel_.tell(kind, std::move(fields), sockets);
    }

    /// As record_channel has it.
    void then(std::function<void()> call) { channel_.then(std::move(call)); }

    /// Completes when it has said this: empty, or why it will not.
    [[nodiscard]] asio::awaitable<std::string> until(std::uint8_t kind);

    [[nodiscard]] asio::awaitable<bool> has_left() { return service::has_left(loop_, channel_); }

    /// Nothing more is told or heard, for this reason.
    void lose(const std::string& why);

    void close() { channel_.close(); }

    [[nodiscard]] bool is_open() const { return channel_.is_open(); }

    /// The number of the process, once it is ready.
    [[nodiscard]] std::uint64_t pid() const { return pid_; }

private:
    void hear(const record&);

    net::event_loop& loop_;
    record_channel channel_;
    net::wake_up changed_;
    std::optional<std::uint8_t> heard_;
    std::uint64_t pid_ = 0;
    std::string why_not_;
};

} // namespace service
