// Records to and from another process, on an event loop.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "net/message_socket.hpp"
#include "service/handover/records.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace service {

/// Belongs to one event loop. What is told in one round of it leaves in few messages at the end of
/// the round. The event loop never waits for the other process: what must not happen before it has
/// been told is done by then(). One that takes nothing for as long as `patience` counts as gone.
class record_channel final : net::poller::watcher {
public:
    static constexpr auto usual_patience = std::chrono::seconds(10);

    /// Hears of each record that comes. May close the channel.
    using on_record = std::function<void(record)>;
    /// Hears, once, that the other process has gone, or of what is wrong; the channel is closed by
    /// then. Not after close().
    using on_loss = std::function<void(const net::error_code&)>;

    /// Throws std::system_error: out of memory or of watches.
    record_channel(net::event_loop&, net::message_socket, on_record, on_loss,
                   net::clock::duration patience = usual_patience);
    record_channel(const record_channel&) = delete;
    record_channel& operator=(const record_channel&) = delete;

    ~record_channel() { close(); }

    /// The descriptors stay open until it has left. With a key it may be withdrawn.
    void tell(std::uint8_t kind, std::vector<std::byte> fields = {},
              std::span<const int> descriptors = {}, std::uint64_t key = 0);

    /// Takes back what was told last with this key, which is not 0. False where that has left.
    [[nodiscard]] bool withdraw(std::uint64_t key);

    /// Calls this once all that was told so far has left, or the channel is closed.
    void then(std::function<void()>);

    /// Sends what can be sent now.
    void send_all();

    /// Tells and hears nothing from now on.
    void close();

    [[nodiscard]] bool is_open() const { return static_cast<bool>(socket_); }

private:
    struct entry {
        std::uint8_t kind = 0;
        std::vector<std::byte> fields{};
        std::vector<int> descriptors{};
        std::uint64_t key = 0;
        std::function<void()> then{}; ///< instead of all that
    };

    void wake(net::ready) override;
    void add(entry);
    /// Sends as many as one message holds, and calls what comes between them. False where it has to
    /// wait, or the channel is closed.
    [[nodiscard]] bool send_some();
    void wait();
    void lose(const net::error_code&);
    void hear(net::message);

    net::event_loop& loop_;
    net::message_socket socket_;
    on_record on_record_;
    on_loss on_loss_;
    net::clock::duration patience_;
    net::timer retry_;
    std::deque<entry> untold_;
    std::optional<net::clock::time_point> waits_since_; ///< it takes nothing
    bool will_send_ = false;
};

} // namespace service
