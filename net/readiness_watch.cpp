// Keeps what the poller has said until an attempt has used it up.
// SPDX-License-Identifier: EUPL-1.2
#include "net/readiness_watch.hpp"

#include <boost/asio/error.hpp>

#include <system_error>

namespace net {

readiness_watch::readiness_watch(const asio::any_io_executor& executor, bool readable)
    : loop_(event_loop::of(executor)), reader_(executor), writer_(executor), end_(executor),
      readable_(readable) {}

bool readiness_watch::may(readiness what) const {
    return what == readiness::read ? readable_ : writable_;
}

void readiness_watch::blocked(readiness what) {
    (what == readiness::read ? readable_ : writable_) = false;
    if (what == readiness::write && is_watched()) {
        loop_.await_room(fd_, *this);
    }
}

/// A socket that is connecting becomes writable, others are so until they are full.
void readiness_watch::watch_fd(int fd) {
    if (!is_watched()) {
        writable_ ? loop_.add_reader(fd, *this) : loop_.add(fd, *this);
        fd_ = fd;
    }
}

asio::awaitable<std::tuple<error_code>> readiness_watch::wait(int fd, readiness what) {
    try {
        if (fd < 0) {
            co_return std::tuple{error_code{asio::error::bad_descriptor}};
        }
        if (may(what)) {
            co_return std::tuple{error_code{}};
        }
        watch_fd(fd);
    } catch (const std::system_error& e) {
        co_return std::tuple{error_code{e.code().value(), boost::system::system_category()}};
    }
    co_return co_await (what == readiness::read ? reader_ : writer_).wait();
}

asio::awaitable<std::tuple<error_code>> readiness_watch::wait_for_end(int fd) {
    try {
        watch_fd(fd);
    } catch (const std::system_error& e) {
        co_return std::tuple{error_code{e.code().value(), boost::system::system_category()}};
    }
    if (ended_) {
        co_return std::tuple{error_code{}};
    }
    co_return co_await end_.wait();
}

void readiness_watch::watch(int fd, stream_watcher* w) {
    watcher_ = w;
    if (w != nullptr) {
        watch_fd(fd);
    }
}

// Whoever is told last may destroy this object.
void readiness_watch::wake(ready r) {
    readable_ = readable_ || r.to_read;
    writable_ = writable_ || r.to_write;
    unusual_ = unusual_ || r.unusual;
    ended_ = ended_ || r.ended;
    broken_ = broken_ || r.broken;
    if (watcher_ != nullptr) {
        watcher_->stream_ready();
        return;
    }
    if (ended_) {
        end_.wake();
    }
    if (writable_ && writer_.is_waiting()) {
        readable_ ? reader_.wake() : void();
        writer_.resume();
    } else if (readable_) {
        reader_.resume();
    }
}

void readiness_watch::end_waits() {
    watcher_ = nullptr;
    for (auto* const each : {&reader_, &writer_, &end_}) {
        each->wake(asio::error::operation_aborted);
    }
}

void readiness_watch::close() {
    loop_.forget(*this);
    end_waits();
}

void readiness_watch::release(int fd) {
    loop_.remove(fd, *this);
    end_waits();
}

} // namespace net
