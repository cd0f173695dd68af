// A net::stream that follows a script, and fails its n-th I/O on demand.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/pipe_pool.hpp"
#include "net/stream.hpp"
#include "net/wake_up.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace support {

/// Counts the I/O of all streams of a story; the one with this number fails.
struct fault {
    int fail_at = 0; ///< 0: none
    net::error_code error = boost::asio::error::connection_reset;
    int count = 0;

    [[nodiscard]] bool strikes() { return ++count == fail_at; }
};

/// As on a socket, a watcher hears of a stream once after reads and writes that were short or would
/// have blocked, unless the next would as well.
class scripted_stream final : public net::stream {
public:
    scripted_stream(const boost::asio::any_io_executor& executor, fault& f)
        : fault_(f), executor_(executor), wake_(executor) {}

    /// What reads bring, one chunk a read; an empty chunk is one that would block.
    std::deque<std::vector<std::byte>> incoming;
    bool ends_with_eof = true; ///< else reads block for ever once the script is through
    /// How much each write takes, in turn; 0 is one that would block. Empty: everything.
    std::deque<std::size_t> write_room;

    bool is_deaf = false; ///< writes fail as they do where the peer has closed

    std::vector<std::byte> written;
    bool send_was_shut_down = false;
    bool closed = false;

    net::io_result read_some(std::span<std::byte> into) override {
        if (fault_.strikes()) {
            return {0, fault_.error};
        }
        if (incoming.empty()) {
            return {0, ends_with_eof ? net::error_code{boost::asio::error::eof}
                                     : net::error_code{boost::asio::error::would_block}};
        }
        auto& chunk = incoming.front();
        if (chunk.empty()) {
            incoming.pop_front();
            was_short(net::readiness::read);
            return {0, boost::asio::error::would_block};
        }
        const auto size = std::min(chunk.size(), into.size());
        std::copy_n(chunk.begin(), size, into.begin());
        chunk.erase(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(size));
        if (chunk.empty()) {
            incoming.pop_front();
        }
        if (size < into.size()) {
            was_short(net::readiness::read);
        }
        return {size, {}};
    }

    net::io_result write_some(std::span<const std::byte> from) override {
        if (fault_.strikes()) {
            return {0, fault_.error};
        }
        if (is_deaf) {
            return {0, boost::asio::error::broken_pipe};
        }
        auto size = from.size();
        if (!write_room.empty()) {
            size = std::min(size, write_room.front());
            write_room.pop_front();
            if (size < from.size()) {
                was_short(net::readiness::write);
            }
            if (size == 0) {
                return {0, boost::asio::error::would_block};
            }
        }
        written.insert(written.end(), from.begin(),
                       from.begin() + static_cast<std::ptrdiff_t>(size));
        return {size, {}};
    }

    bool splices = false; ///< what reads bring and writes take then goes through real pipes

    [[nodiscard]] bool can_splice() const override { return splices; }

    net::io_result read_into(net::pipe& p, std::size_t most) override {
        std::vector<std::byte> chunk(std::min(p.capacity, most));
        const auto got = read_some(chunk);
        p.pending += got.bytes;
        if (got.bytes > 0 && ::write(p.write_end.get(), chunk.data(), got.bytes) !=
                                 static_cast<ssize_t>(got.bytes)) {
            throw std::runtime_error("the pipe is too small");
        }
        return got;
    }

    net::io_result write_from(net::pipe& p) override {
        std::vector<std::byte> all(p.pending);
        // What is not taken goes back in: nothing else is in the pipe.
        if (::read(p.read_end.get(), all.data(), all.size()) != static_cast<ssize_t>(all.size())) {
            throw std::runtime_error("the pipe holds less than it says");
        }
        const auto wrote = write_some(all);
        p.pending -= wrote.bytes;
        const auto rest = std::span(all).subspan(wrote.bytes);
        if (::write(p.write_end.get(), rest.data(), rest.size()) !=
            static_cast<ssize_t>(rest.size())) {
            throw std::runtime_error("the pipe is too small");
        }
        return wrote;
    }

    boost::asio::awaitable<std::tuple<net::error_code>> wait(net::readiness what) override {
        if (fault_.strikes()) {
            co_return fault_.error;
        }
        const bool for_ever = will_block(what);
        if (for_ever && !closed) {
            co_await wake_.wait();
        } else {
            co_await boost::asio::post(co_await boost::asio::this_coro::executor,
                                       boost::asio::use_awaitable);
        }
        co_return closed || for_ever ? net::error_code{boost::asio::error::operation_aborted}
                                     : net::error_code{};
    }

    void watch(net::stream_watcher* w) override {
        if (w != nullptr && fault_.strikes()) {
            throw std::system_error(fault_.error);
        }
        watcher_ = w;
        tell();
    }

    /// The watcher hears of what was added to a script that was through.
    void go_on() {
        is_news_ = true;
        tell();
    }

    void shutdown_send() override { send_was_shut_down = true; }

    void close() override {
        closed = true;
        watcher_ = nullptr;
        wake_.notify();
    }

private:
    [[nodiscard]] bool will_block(net::readiness what) const {
        return what == net::readiness::read && incoming.empty() && !ends_with_eof;
    }

    void was_short(net::readiness what) {
        if (!will_block(what)) {
            go_on();
        }
    }

    void tell() {
        if (!is_news_ || watcher_ == nullptr || std::exchange(is_posted_, true)) {
            return;
        }
        boost::asio::post(executor_, [this, alive = std::weak_ptr<char>(life_)] {
            if (alive.expired()) {
                return;
            }
            is_posted_ = false;
            if (watcher_ != nullptr && std::exchange(is_news_, false)) {
                watcher_->stream_ready();
            }
        });
    }

    fault& fault_;
    boost::asio::any_io_executor executor_;
    net::wake_up wake_;
    net::stream_watcher* watcher_ = nullptr;
    bool is_news_ = false;   ///< that the watcher has not heard of
    bool is_posted_ = false; ///< that it will
    std::shared_ptr<char> life_ = std::make_shared<char>();
};

} // namespace support
