// Servers that send as fast as they can, and viewers that read it.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/bulk_load.hpp"

#include "bench/poller.hpp"

#include <cstddef>
#include <sys/socket.h>
#include <vector>

namespace bench {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} * 1024;

} // namespace

bulk_load::bulk_load(std::span<const session_ends> pairs) : pairs_(pairs) {
    for (const auto& pair : pairs_) {
        make_nonblocking(pair.viewer);
        make_nonblocking(pair.server);
    }
    receiver_ = std::jthread([this](const std::stop_token& stop) { receive(stop); });
    sender_ = std::jthread([this](const std::stop_token& stop) { send(stop); });
}

void bulk_load::send(const std::stop_token& stop) const {
    poller ready;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        ready.add(pairs_[i].server, EPOLLOUT, i);
    }
    const std::vector<std::byte> chunk(chunk_size, std::byte{0x5a});
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            (void)::send(pairs_[event.data.u64].server.get(), chunk.data(), chunk.size(),
                         MSG_NOSIGNAL);
        }
    }
}

void bulk_load::receive(const std::stop_token& stop) {
    poller ready;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        ready.add(pairs_[i].viewer, EPOLLIN, i);
    }
    std::vector<std::byte> buffer(chunk_size);
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            const auto got =
                ::recv(pairs_[event.data.u64].viewer.get(), buffer.data(), buffer.size(), 0);
            if (got > 0) {
                received_.fetch_add(static_cast<std::uint64_t>(got), std::memory_order_relaxed);
            }
        }
    }
}

} // namespace bench
