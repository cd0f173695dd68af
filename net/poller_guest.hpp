// Runs a poller within an event loop of Asio's.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "net/poller.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>

namespace net {

/// Runs on the event loop, and keeps that running as long as somebody is watched.
class poller_guest final : public poller {
public:
    explicit poller_guest(const asio::any_io_executor&);
    poller_guest(const poller_guest&) = delete;
    poller_guest& operator=(const poller_guest&) = delete;
    ~poller_guest();

private:
    void begun() override;
    void idle() override;

    asio::posix::stream_descriptor events_; ///< the poller's own, lent to Asio
    bool armed_ = false;
    std::shared_ptr<bool> gone_ = std::make_shared<bool>(false); ///< for handlers that come late
};

} // namespace net
