// Compares times, and keeps a list of the attempts that are under way.
// SPDX-License-Identifier: EUPL-1.2
#include "net/connect_race.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/error_category.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace net {

namespace {

using asio::ip::tcp;

// Boost's base class has no virtual destructor; nobody destroys a category through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): as above
class race_category final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "connect_race"; }

    [[nodiscard]] std::string message(int /*only_one*/) const override {
        return "no answer before another address had connected";
    }
};

#pragma GCC diagnostic pop

connect_race::duration delay_among(std::size_t addresses, connect_race::duration limit) {
    const auto share = limit / static_cast<int>(std::max<std::size_t>(addresses, 1));
    return std::clamp<connect_race::duration>(share, connect_race::shortest_delay,
                                              connect_race::longest_delay);
}

} // namespace

std::vector<tcp::endpoint> interleaved(std::vector<tcp::endpoint> all) {
    std::vector<tcp::endpoint> first;
    std::vector<tcp::endpoint> second;
    for (const auto& each : all) {
        auto& family = each.protocol() == all.front().protocol() ? first : second;
        if (std::find(family.begin(), family.end(), each) == family.end()) {
            family.push_back(each);
        }
    }
    all.clear();
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        for (const auto* const family : {&first, &second}) {
            if (i < family->size()) {
                all.push_back((*family)[i]);
            }
        }
    }
    return all;
}

error_code slower_than_another() {
    static const race_category category;
    return {1, category};
}

connect_race::connect_race(std::size_t addresses, time_point now, duration limit)
    : addresses_(addresses), deadline_(now + limit), delay_(delay_among(addresses, limit)),
      next_begin_(now) {}

connect_race::step connect_race::look(time_point now) {
    if (winner_) {
        return finish(*winner_, slower_than_another());
    }
    const bool has_more = begun_ < addresses_;
    if (now >= deadline_ || (!has_more && open_.empty())) {
        return finish(addresses_, asio::error::timed_out);
    }
    if (!has_more || now < next_begin_) {
        return {action::wait};
    }
    if (open_.size() == most_open) {
        const auto oldest = open_.front();
        lose(oldest, asio::error::timed_out);
        return {action::give_up, oldest};
    }
    next_begin_ = now + delay_;
    open_.push_back(begun_);
    return {action::begin, begun_++};
}

/// Whoever is still under way has lost; told of those that began before the winner.
connect_race::step connect_race::finish(std::size_t before, const error_code& why) {
    for (const auto which : std::exchange(open_, {})) {
        if (which < before) {
            losers_.push_back({which, why});
        }
    }
    return {action::over};
}

connect_race::time_point connect_race::next() const {
    return begun_ < addresses_ ? std::min(next_begin_, deadline_) : deadline_;
}

void connect_race::connected(std::size_t which) {
    if (!winner_ && is_open(which)) {
        std::erase(open_, which);
        winner_ = which;
    }
}

void connect_race::failed(std::size_t which, error_code why, time_point now) {
    if (!winner_ && is_open(which)) {
        lose(which, why);
        next_begin_ = now;
    }
}

bool connect_race::is_open(std::size_t which) const {
    return std::find(open_.begin(), open_.end(), which) != open_.end();
}

void connect_race::lose(std::size_t which, error_code why) {
    std::erase(open_, which);
    losers_.push_back({which, why});
}

} // namespace net
