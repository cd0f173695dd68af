// Sessions as people have them: updates one way, the mouse the other way.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/mixed_load.hpp"

#include <array>
#include <cstring>
#include <sys/socket.h>
#include <utility>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr double updates_per_second = 30;
constexpr double events_per_second = 10;
constexpr std::size_t update_size = std::size_t{8} * 1024;
constexpr std::chrono::milliseconds tick{1};

// An input event: the time at which it was sent, and padding.
constexpr std::size_t event_size = 16;

std::array<std::byte, event_size> event_of(clock::time_point time) {
    std::array<std::byte, event_size> bytes{};
    const auto count = time.time_since_epoch().count();
    std::memcpy(bytes.data(), &count, sizeof count);
    return bytes;
}

clock::time_point time_in(const std::byte* event) {
    clock::rep count = 0;
    std::memcpy(&count, event, sizeof count);
    return clock::time_point(clock::duration(count));
}

// Says whose turn it is: everyone's, evenly, so often a second.
class turns {
public:
    turns(std::size_t members, double per_member_and_second)
        : members_(members), per_second_(per_member_and_second * static_cast<double>(members)) {}

    template <class Act>
    void take(Act act) {
        const std::chrono::duration<double> passed = clock::now() - began_;
        const auto due = static_cast<std::uint64_t>(passed.count() * per_second_);
        for (; done_ < due; ++done_) {
            act(static_cast<std::size_t>(done_ % members_));
        }
    }

private:
    std::size_t members_;
    double per_second_;
    clock::time_point began_ = clock::now();
    std::uint64_t done_ = 0;
};

} // namespace

mixed_load::mixed_load(std::span<const session_ends> pairs)
    : pairs_(pairs), rest_(pairs.size()), partial_(pairs.size()) {
    for (const auto& pair : pairs_) {
        make_nonblocking(pair.viewer);
        make_nonblocking(pair.server);
    }
}

std::vector<double> mixed_load::run(std::chrono::milliseconds duration) {
    {
        const std::jthread servers([this](const std::stop_token& stop) { serve(stop); });
        const std::jthread viewers([this](const std::stop_token& stop) { view(stop); });
        std::this_thread::sleep_for(duration);
    }
    return std::exchange(delays_, {});
}

double mixed_load::sent_share() const {
    return due_ == 0 ? 0 : static_cast<double>(sent_) / static_cast<double>(due_);
}

void mixed_load::serve(const std::stop_token& stop) {
    poller ready;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        ready.add(pairs_[i].server, EPOLLIN, i);
    }
    turns updates(pairs_.size(), updates_per_second);
    while (!stop.stop_requested()) {
        updates.take([this](std::size_t session) { send_update(session); });
        for (const auto& event : ready.wait(tick)) {
            take_events(event.data.u64);
        }
    }
}

// As a VNC server does, a session that is behind goes on with what it has begun and skips.
void mixed_load::send_update(std::size_t session) {
    static const std::vector<std::byte> update(update_size);
    ++due_;
    const auto size = rest_[session] > 0 ? rest_[session] : update_size;
    const auto sent = ::send(pairs_[session].server.get(), update.data(), size, MSG_NOSIGNAL);
    rest_[session] = size - static_cast<std::size_t>(sent > 0 ? sent : 0);
    sent_ += rest_[session] == 0 ? 1U : 0U;
}

void mixed_load::take_events(std::size_t session) {
    std::array<std::byte, 64 * event_size> buffer{};
    auto& bytes = partial_[session];
    const auto got = ::recv(pairs_[session].server.get(), buffer.data(), buffer.size(), 0);
    const auto now = clock::now();
    if (got > 0) {
        bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
    }
    std::size_t used = 0;
    for (; bytes.size() - used >= event_size; used += event_size) {
        const std::chrono::duration<double, std::micro> delay = now - time_in(&bytes[used]);
        delays_.push_back(delay.count());
    }
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(used));
}

void mixed_load::view(const std::stop_token& stop) const {
    poller ready;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        ready.add(pairs_[i].viewer, EPOLLIN, i);
    }
    turns events(pairs_.size(), events_per_second);
    std::vector<std::byte> buffer(update_size * 4);
    while (!stop.stop_requested()) {
        events.take([this](std::size_t session) {
            const auto event = event_of(clock::now());
            (void)::send(pairs_[session].viewer.get(), event.data(), event.size(), MSG_NOSIGNAL);
        });
        for (const auto& event : ready.wait(tick)) {
            (void)::recv(pairs_[event.data.u64].viewer.get(), buffer.data(), buffer.size(), 0);
        }
    }
}

} // namespace bench
