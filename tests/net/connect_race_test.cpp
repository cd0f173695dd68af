// Which address is tried when, and which wins: scripts of attempts that end at given times.
// SPDX-License-Identifier: EUPL-1.2
#include "net/connect_race.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace connect_race_test {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::make_address;
using asio::ip::tcp;
using net::connect_race;
using net::error_code;
using std::chrono::milliseconds;
using action = connect_race::action;

/// What an address does to whoever connects to it.
struct manner {
    milliseconds after = never;
    error_code error{};

    static constexpr milliseconds never = milliseconds::max();
};

const manner mute{};

manner answers(milliseconds after) {
    return {after, {}};
}

manner refuses(milliseconds after = 0ms) {
    return {after, asio::error::connection_refused};
}

/// A race against such addresses, in a time of its own.
class story {
public:
    story(std::vector<manner> addresses, milliseconds limit)
        : addresses_(std::move(addresses)), race_(addresses_.size(), at(0ms), limit) {}

    /// "0:begin 0, 250:begin 1, 300:won 1", and who has lost behind it.
    std::string tell() {
        while (!do_what_is_due()) {
            now_ = std::min(ends_.empty() ? manner::never : ends_.begin()->first,
                            std::chrono::duration_cast<milliseconds>(race_.next() - at(0ms)));
            while (!ends_.empty() && ends_.begin()->first <= now_) {
                report(ends_.begin()->second);
                ends_.erase(ends_.begin());
            }
        }
        note(race_.winner() ? "won " + std::to_string(*race_.winner()) : "over");
        for (const auto& [which, error] : race_.losers()) {
            told_ += "; " + std::to_string(which) + ' ' +
                     (error == asio::error::connection_refused ? "refused"
                      : error == asio::error::timed_out        ? "timed out"
                                                               : "slower");
        }
        return told_;
    }

private:
    static connect_race::time_point at(milliseconds t) { return connect_race::time_point{1h + t}; }

    bool do_what_is_due() {
        for (;;) {
            const auto [what, which] = race_.look(at(now_));
            if (what == action::begin) {
                note("begin " + std::to_string(which));
                if (addresses_[which].after != manner::never) {
                    ends_.emplace(now_ + addresses_[which].after, which);
                }
            } else if (what == action::give_up) {
                note("give up " + std::to_string(which));
            } else {
                return what == action::over;
            }
        }
    }

    void report(std::size_t which) {
        if (const auto& error = addresses_[which].error) {
            race_.failed(which, error, at(now_));
        } else {
            race_.connected(which);
        }
    }

    void note(const std::string& what) {
        told_ += (told_.empty() ? "" : ", ") + std::to_string(now_.count()) + ':' + what;
    }

    std::vector<manner> addresses_;
    connect_race race_;
    milliseconds now_{0};
    std::multimap<milliseconds, std::size_t> ends_;
    std::string told_;
};

struct row {
    const char* why;
    std::vector<manner> addresses;
    milliseconds limit;
    std::string told;
};

std::vector<tcp::endpoint> endpoints(const std::vector<const char*>& all) {
    std::vector<tcp::endpoint> found;
    for (const auto* each : all) {
        found.emplace_back(make_address(each), 443);
    }
    return found;
}

} // namespace

TEST(ConnectRace, GoesByTheTable) {
    const row rows[] = {
        {"nothing to try", {}, 10s, "0:over"},
        {"one that answers", {answers(40ms)}, 10s, "0:begin 0, 40:won 0"},
        {"one that refuses", {refuses(7ms)}, 10s, "0:begin 0, 7:over; 0 refused"},
        {"one that is mute", {mute}, 10s, "0:begin 0, 10000:over; 0 timed out"},
        {"the first answers before the next would begin",
         {answers(249ms), answers(1ms)},
         10s,
         "0:begin 0, 249:won 0"},
        {"the first is dead",
         {mute, answers(20ms)},
         10s,
         "0:begin 0, 250:begin 1, 270:won 1; "
         "0 slower"},
        {"the next begins at once where one has failed",
         {refuses(3ms), refuses(4ms), answers(5ms)},
         10s,
         "0:begin 0, 3:begin 1, 7:begin 2, 12:won 2; 0 refused; 1 refused"},
        {"a slow first one still wins",
         {answers(400ms), answers(300ms)},
         10s,
         "0:begin 0, 250:begin 1, 400:won 0"},
        {"one that began later is no loser",
         {answers(300ms), mute},
         10s,
         "0:begin 0, 250:begin 1, 300:won 0"},
        {"a failure while another is open starts the third, and the delay begins anew",
         {mute, refuses(50ms), mute, answers(10ms)},
         10s,
         "0:begin 0, 250:begin 1, 300:begin 2, 550:begin 3, 560:won 3; 1 refused; 0 slower; "
         "2 slower"},
        {"all refuse",
         {refuses(), refuses(), refuses()},
         10s,
         "0:begin 0, 0:begin 1, 0:begin 2, 0:over; 0 refused; 1 refused; 2 refused"},
        {"the limit holds for all of them",
         {mute, refuses(9s), mute},
         2s,
         "0:begin 0, 250:begin 1, 500:begin 2, 2000:over; 0 timed out; 1 timed out; 2 timed out"},
        {"little time is shared out",
         {mute, mute, answers(1ms)},
         450ms,
         "0:begin 0, 150:begin 1, 300:begin 2, 301:won 2; 0 slower; 1 slower"},
        {"but not below a tenth of a second",
         {mute, mute, mute},
         150ms,
         "0:begin 0, 100:begin 1, 150:over; 0 timed out; 1 timed out"},
    };
    for (const auto& r : rows) {
        EXPECT_EQ(story(r.addresses, r.limit).tell(), r.told) << r.why;
    }
}

TEST(ConnectRace, HasFewAttemptsOpenAtATime) {
    std::vector<manner> all(connect_race::most_open + 1, mute);
    all.push_back(answers(1ms));
    // The first one's answer comes after it was given up, and so does the second's refusal.
    all[0] = answers(2001ms);
    all[1] = refuses(2002ms);
    EXPECT_EQ(story(all, 10s).tell(),
              "0:begin 0, 250:begin 1, 500:begin 2, 750:begin 3, 1000:begin 4, 1250:begin 5, "
              "1500:begin 6, 1750:begin 7, 2000:give up 0, 2000:begin 8, 2250:give up 1, "
              "2250:begin 9, 2251:won 9; 0 timed out; 1 timed out; 2 slower; 3 slower; 4 slower; "
              "5 slower; 6 slower; 7 slower; 8 slower");
}

TEST(ConnectRace, TheFirstReportedAnswerWins) {
    const connect_race::time_point now{1h};
    connect_race race(2, now, 10s);
    EXPECT_EQ(race.look(now), (connect_race::step{action::begin, 0}));
    EXPECT_EQ(race.look(now + 250ms), (connect_race::step{action::begin, 1}));
    race.connected(1);
    race.connected(0);
    race.failed(0, asio::error::connection_refused, now + 251ms);
    EXPECT_EQ(race.look(now + 251ms).what, action::over);
    EXPECT_EQ(race.winner(), std::optional<std::size_t>{1});
    EXPECT_EQ(race.losers(), (std::vector{connect_race::loser{0, net::slower_than_another()}}));
    EXPECT_EQ(race.look(now + 1h).what, action::over);
}

TEST(Interleaved, TakesTheFamiliesInTurnAndNoAddressTwice) {
    struct order {
        std::vector<const char*> in;
        std::vector<const char*> out;
    };

    const order rows[] = {
        {{}, {}},
        {{"192.0.2.1"}, {"192.0.2.1"}},
        {{"::1", "::2", "192.0.2.1", "192.0.2.2"}, {"::1", "192.0.2.1", "::2", "192.0.2.2"}},
        {{"192.0.2.1", "::1", "::2", "::3"}, {"192.0.2.1", "::1", "::2", "::3"}},
        {{"192.0.2.1", "192.0.2.2", "192.0.2.3", "::1"},
         {"192.0.2.1", "::1", "192.0.2.2", "192.0.2.3"}},
        {{"127.0.0.1", "127.0.0.1", "::1", "127.0.0.1"}, {"127.0.0.1", "::1"}},
    };
    for (const auto& [in, out] : rows) {
        EXPECT_EQ(net::interleaved(endpoints(in)), endpoints(out));
    }
}

} // namespace connect_race_test
