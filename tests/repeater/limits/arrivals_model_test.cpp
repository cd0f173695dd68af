// Arrivals, deaths and reloads in random order, against a reference that counts everything anew.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/arrivals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace arrivals_model_test {

namespace {

using namespace repeater;
using namespace std::chrono_literals;
using time_point = net::clock::time_point;
using address = boost::asio::ip::address;
using enum rfb::side;

/// Small numbers, so that each is reached often.
limit_options options(std::mt19937& random) {
    const auto up_to = [&random](unsigned n) { return static_cast<unsigned>(random() % (n + 1)); };
    limit_options o;
    o.connecting = {};
    o.handshakes = {0, 0};
    o.waiting_viewers = {up_to(5), up_to(3)};
    o.waiting_servers = {up_to(5), up_to(3)};
    o.sessions = {up_to(3), up_to(4)};
    o.wrong_ids = {up_to(4), 1min, 1 + up_to(4)};
    o.ban = {20s, 100s};
    o.conflicts = {{up_to(2), 1min, 1 + up_to(2)}, 100s};
    o.exempt.clear();
    return o;
}

/// A rate as a bucket that leaks: what was taken, in units of time.
class bucket {
public:
    bool take(const net::rate& r, time_point now) {
        if (r.count == 0) {
            return true;
        }
        const auto price = net::clock::duration{r.in} / r.count;
        level_ = std::max(net::clock::duration::zero(), level_ - (now - since_));
        since_ = now;
        if (level_ + price > price * r.burst) {
            return false;
        }
        level_ += price;
        return true;
    }

    [[nodiscard]] bool is_empty(time_point now) const { return level_ <= now - since_; }

private:
    net::clock::duration level_{};
    time_point since_{};
};

/// A peer, as the reference has it.
struct model_peer {
    std::uint64_t number = 0;
    rfb::side side{};
    std::string id;
    int source = 0;
    bool is_alive = true;
};

/// The same rules once more, with lists that are gone through each time.
class reference {
public:
    duplicate_policy policy = duplicate_policy::replace;
    limit_options limits;
    std::vector<model_peer> waiting; ///< in the order of their turns
    std::vector<int> sessions;       ///< the source of each peer in one

    bool is_banned(int source, time_point now) { return guessers_[source].banned_until > now; }

    /// In words.
    std::string arrive(const model_peer& who, time_point now) {
        const auto first = std::find_if(waiting.begin(), waiting.end(),
                                        [&](const auto& p) { return p.id == who.id; });
        const bool is_held = first != waiting.end();
        if (is_held && first->side != who.side) {
            return meet(who, first);
        }
        if (is_held && policy == duplicate_policy::refuse) {
            return "refused";
        }
        const bool replaces = is_held && policy == duplicate_policy::replace;
        if (who.side == viewer && is_one_guess_too_many(who, now)) {
            return fmt::format("limited {}", to_string(limit::wrong_ids));
        }
        const auto& caps = who.side == viewer ? limits.waiting_viewers : limits.waiting_servers;
        const auto stays = [&](const model_peer& p) {
            return p.side == who.side && !(replaces && p.number == first->number);
        };
        const auto all = std::count_if(waiting.begin(), waiting.end(), stays);
        const auto mine = std::count_if(waiting.begin(), waiting.end(), [&](const auto& p) {
            return stays(p) && p.source == who.source;
        });
        if (is_over(all, caps.all)) {
            return "limited waiting";
        }
        if (is_over(mine, caps.of_source)) {
            return "limited source_waiting";
        }
        if (replaces) {
            return take_place(who, *first, now);
        }
        waiting.push_back(who);
        return "waits";
    }

private:
    struct guesser {
        bucket left;
        std::string last;
        time_point banned_until{};
        std::chrono::seconds ban{};
    };

    struct fight {
        bucket left;
        time_point until{};
        int holder = -1;
    };

    static bool is_over(std::ptrdiff_t count, std::size_t cap) {
        return cap != 0 && static_cast<std::size_t>(count) >= cap;
    }

    std::string meet(const model_peer& who, std::vector<model_peer>::iterator partner) {
        for (const auto source : {who.source, partner->source}) {
            if (is_over(std::ssize(sessions), 2 * limits.sessions.all)) {
                return "limited sessions";
            }
            if (is_over(std::count(sessions.begin(), sessions.end(), source),
                        limits.sessions.of_source)) {
                return "limited source_sessions";
            }
        }
        auto said = fmt::format("pairs {}", partner->number);
        sessions.insert(sessions.end(), {who.source, partner->source});
        waiting.erase(partner);
        return said;
    }

    bool is_one_guess_too_many(const model_peer& who, time_point now) {
        auto& g = guessers_[who.source];
        if (std::exchange(g.last, who.id) == who.id || g.left.take(limits.wrong_ids, now)) {
            return false;
        }
        if (now >= g.banned_until + limits.ban.longest) {
            g.ban = 0s;
        }
        g.ban = g.ban == 0s ? limits.ban.first : std::min(2 * g.ban, limits.ban.longest);
        g.banned_until = now + g.ban;
        return true;
    }

    std::string take_place(const model_peer& who, model_peer& older, time_point now) {
        auto& f = fights_[who.id];
        if (older.is_alive && older.source != who.source &&
            limits.conflicts.replacements.count != 0) {
            if (now >= f.until && f.left.is_empty(now)) {
                f.holder = older.source;
            }
            if (who.source != f.holder && now < f.until) {
                return "conflict goes on";
            }
            if (who.source != f.holder && !f.left.take(limits.conflicts.replacements, now)) {
                f.until = now + limits.conflicts.length;
                return "conflict begins";
            }
        }
        auto said = fmt::format("replaces {}", older.number);
        older = who;
        return said;
    }

    std::map<int, guesser> guessers_;
    std::map<std::string, fight> fights_;
};

/// Ours, with the peers that it needs.
class subject final : arrivals::waiting_peers {
public:
    explicit subject(const limit_options& o)
        : limits_(o), arrivals_({}, o.conflicts, limits_, *this) {}

    void set(duplicate_policy policy, const limit_options& o) {
        limits_.set(o);
        arrivals_.set(policy, o.conflicts);
    }

    /// In the words of the reference; nothing where the source is shut out.
    std::string arrive(const model_peer& who, const address& from, time_point now) {
        auto entered = limits_.enter(from, now);
        if (std::holds_alternative<limit>(entered)) {
            return "banned";
        }
        auto place = std::get<source_limits::place>(std::move(entered));
        const auto id = rfb::repeater_id::make(who.id).value();
        const auto outcome =
            arrivals_.arrive({session_number{who.number}, who.side, id, place}, now);
        return std::visit([&](const auto& each) { return note(each, who, std::move(place)); },
                          outcome);
    }

    void die(std::uint64_t number) { waiting_.at(number).is_alive = false; }

    void leave(std::uint64_t number) {
        arrivals_.leave(rfb::repeater_id::make(waiting_.at(number).id).value(),
                        session_number{number});
        waiting_.erase(number);
    }

    /// The pair that came n-th of those that live.
    void end_session(std::size_t n) { sessions_.erase(sessions_.begin() + std::ptrdiff_t(n)); }

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

    [[nodiscard]] std::size_t counted(peer_stage s) const { return limits_.size(s); }

    [[nodiscard]] std::optional<std::uint64_t> in_the_way(const model_peer& who) const {
        const auto found = arrivals_.in_the_way(rfb::repeater_id::make(who.id).value(), who.side);
        return found ? std::optional{static_cast<std::uint64_t>(*found)} : std::nullopt;
    }

private:
    struct waiter {
        source_limits::place place;
        std::string id;
        bool is_alive = true;
    };

    source_limits::place& place_of(session_number n) override {
        return waiting_.at(static_cast<std::uint64_t>(n)).place;
    }

    bool is_alive(session_number n) override {
        return waiting_.at(static_cast<std::uint64_t>(n)).is_alive;
    }

    void keep(const model_peer& who, source_limits::place place) {
        waiting_.emplace(who.number, waiter{std::move(place), who.id});
    }

    std::string note(const arrivals::waits& /*w*/, const model_peer& who,
                     source_limits::place place) {
        keep(who, std::move(place));
        return "waits";
    }

    std::string note(const arrivals::pairs& p, const model_peer& /*who*/,
                     source_limits::place place) {
        const auto with = static_cast<std::uint64_t>(p.with);
        sessions_.push_back({std::move(place), std::move(waiting_.at(with).place)});
        waiting_.erase(with);
        return fmt::format("pairs {}", with);
    }

    std::string note(const arrivals::replaces& r, const model_peer& who,
                     source_limits::place place) {
        const auto older = static_cast<std::uint64_t>(r.older);
        waiting_.erase(older);
        keep(who, std::move(place));
        return fmt::format("replaces {}", older);
    }

    static std::string note(const arrivals::refused& /*r*/, const model_peer& /*who*/,
                            source_limits::place /*place*/) {
        return "refused";
    }

    static std::string note(const arrivals::limited& l, const model_peer& /*who*/,
                            source_limits::place /*place*/) {
        return fmt::format("limited {}", to_string(l.what));
    }

    static std::string note(const arrivals::conflict& c, const model_peer& /*who*/,
                            source_limits::place /*place*/) {
        return c.begins ? "conflict begins" : "conflict goes on";
    }

    source_limits limits_;
    std::map<std::uint64_t, waiter> waiting_;
    std::vector<std::array<source_limits::place, 2>> sessions_;
    arrivals arrivals_;
};

/// One story, of a seed.
class story {
public:
    story(std::uint32_t seed, subject& s, time_point now) : random_(seed), ours_(s), now_(now) {
        reload();
    }

    void run(std::map<std::string, int>& seen) {
        for (int step = 0; step < 60 && !testing::Test::HasFailure(); ++step) {
            now_ += std::chrono::milliseconds(random_() % 8000);
            switch (random_() % 16) {
            case 0:
                reload();
                break;
            case 1:
                die();
                break;
            case 2:
                leave();
                break;
            case 3:
                end_session();
                break;
            default:
                arrive(seen);
            }
            expect_same_counts();
        }
    }

    /// So that the next story finds nobody.
    void end() {
        while (!model_.waiting.empty()) {
            leave();
        }
        while (!model_.sessions.empty()) {
            end_session();
        }
        EXPECT_EQ(ours_.waiting(), 0U);
    }

private:
    void reload() {
        constexpr std::array policies{duplicate_policy::replace, duplicate_policy::replace,
                                      duplicate_policy::refuse, duplicate_policy::queue};
        model_.policy = policies.at(random_() % policies.size());
        model_.limits = options(random_);
        ours_.set(model_.policy, model_.limits);
    }

    void arrive(std::map<std::string, int>& seen) {
        const auto source = static_cast<int>(random_() % 3);
        const model_peer who{++number_, random_() % 2 == 0 ? viewer : server,
                             fmt::format("{}_{}", base_, random_() % 4), source};
        const boost::asio::ip::address_v4 from{(base_ << 2U) + static_cast<unsigned>(source)};
        drop_dead(who);
        const auto expected = model_.is_banned(source, now_) ? "banned" : model_.arrive(who, now_);
        EXPECT_EQ(ours_.arrive(who, from, now_), expected);
        ++seen[expected.substr(0, expected.find_last_not_of("0123456789") + 1)];
    }

    /// As the waiting room does: no dead one is ever met.
    void drop_dead(const model_peer& who) {
        for (auto found = ours_.in_the_way(who); found; found = ours_.in_the_way(who)) {
            const auto at = find(*found);
            ASSERT_NE(at, model_.waiting.end());
            if (at->is_alive) {
                return;
            }
            model_.waiting.erase(at);
            ours_.leave(*found);
        }
    }

    std::vector<model_peer>::iterator find(std::uint64_t number) {
        return std::find_if(model_.waiting.begin(), model_.waiting.end(),
                            [number](const auto& p) { return p.number == number; });
    }

    std::vector<model_peer>::iterator any_waiting() {
        return model_.waiting.empty()
                   ? model_.waiting.end()
                   : model_.waiting.begin() +
                         static_cast<std::ptrdiff_t>(random_() % model_.waiting.size());
    }

    void die() {
        if (const auto at = any_waiting(); at != model_.waiting.end()) {
            at->is_alive = false;
            ours_.die(at->number);
        }
    }

    void leave() {
        if (const auto at = any_waiting(); at != model_.waiting.end()) {
            ours_.leave(at->number);
            model_.waiting.erase(at);
        }
    }

    void end_session() {
        if (!model_.sessions.empty()) {
            const auto n = random_() % (model_.sessions.size() / 2);
            ours_.end_session(n);
            const auto at = model_.sessions.begin() + static_cast<std::ptrdiff_t>(2 * n);
            model_.sessions.erase(at, at + 2);
        }
    }

    void expect_same_counts() {
        const auto count = [this](rfb::side s) {
            return static_cast<std::size_t>(
                std::count_if(model_.waiting.begin(), model_.waiting.end(),
                              [s](const auto& p) { return p.side == s; }));
        };
        EXPECT_EQ(ours_.counted(peer_stage::waiting_viewer), count(viewer));
        EXPECT_EQ(ours_.counted(peer_stage::waiting_server), count(server));
        EXPECT_EQ(ours_.counted(peer_stage::session), model_.sessions.size());
        EXPECT_EQ(ours_.counted(peer_stage::handshake), 0U);
        EXPECT_EQ(ours_.waiting(), model_.waiting.size());
    }

    static inline unsigned stories = 0;

    std::mt19937 random_;
    subject& ours_;
    time_point now_;
    reference model_;
    std::uint64_t number_ = 0;
    unsigned base_ = ++stories; ///< no other story has these sources and IDs
};

} // namespace

TEST(ArrivalsModel, DoesWhatTheReferenceDoes) {
    constexpr std::uint32_t seeds = 10'000;
    constexpr std::uint32_t seeds_a_subject = 500; // its tables take a while to make
    std::map<std::string, int> seen;
    auto now = time_point{} + 24h;
    for (std::uint32_t first = 0; first < seeds && !HasFailure(); first += seeds_a_subject) {
        subject ours({});
        for (std::uint32_t seed = first; seed < first + seeds_a_subject && !HasFailure(); ++seed) {
            SCOPED_TRACE(seed);
            story told(seed, ours, now += 24h);
            told.run(seen);
            told.end();
        }
    }
    for (const auto* const each :
         {"waits", "pairs ", "replaces ", "refused", "banned", "limited waiting",
          "limited source_waiting", "limited sessions", "limited source_sessions",
          "limited wrong_ids", "conflict begins", "conflict goes on"}) {
        EXPECT_GT(seen[each], 200) << each << " hardly happens";
    }
}

} // namespace arrivals_model_test
