// The protocol by which peers that wait pass from process to process, as a model: every order of
// steps, crashes among them, over many seeds.
// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace protocol_model_test {

namespace {

#ifdef VNC_INSTRUMENTED
constexpr unsigned seeds = 1'000;
#else
constexpr unsigned seeds = 10'000;
#endif

/// What the code could do wrong; each must be found.
enum class mistake {
    none,
    begins_before_told,     ///< a session begins before the keeper knows that its peers do not wait
    go_before_keeper_knows, ///< the successor is told to go before the keeper is told of it
    keeper_hears_both,      ///< the keeper takes a successor's word before its predecessor's last
    takes_back_too_late,    ///< a process goes on with what the keeper thinks is another's
    waits_untold,           ///< the keeper is not told of who waits
};

struct message {
    enum class kind { waits, no_longer, has_moved, ready, all, taken, go };

    kind what{};
    int peer = -1;
    std::set<int> peers{};
};

using kind = message::kind;

struct peer {
    enum class status { comes, waits, meets, paired, gone };

    int id = 0;
    bool is_viewer = false;
    status now = status::comes;
    bool was_told = false; ///< to the keeper, that it waits
};

/// Two peers that meet, until the keeper has been told.
struct meeting {
    int newcomer = -1;
    int partner = -1;
};

struct process {
    bool is_alive = true;
    bool serves = false;
    bool is_aside = false; ///< all who wait are offered to `other`
    bool has_moved = false;
    std::set<int> room;
    std::deque<message> untold; ///< is lost with the process
    std::vector<meeting> met;
    std::deque<message> to_keeper; ///< has left
    std::deque<message> to_other;
    int other = -1; ///< its successor or predecessor
    bool is_successor = false;
};

class model {
public:
    model(unsigned seed, mistake m) : chance_(seed), mistake_(m) { start({}); }

    /// Empty where all went as it must.
    std::string run() {
        for (int i = 0; i < 250 && wrong_.empty(); ++i) {
            step();
            look();
        }
        settle();
        return wrong_;
    }

private:
    peer& peer_at(int i) { return peers_[static_cast<std::size_t>(i)]; }

    process& process_at(int i) { return processes_[static_cast<std::size_t>(i)]; }

    int pick(int n) { return static_cast<int>(chance_() % static_cast<unsigned>(n)); }

    void fail(const std::string& why) { wrong_ = wrong_.empty() ? why : wrong_; }

    // --- what may happen

    void step() {
        const int which = pick(static_cast<int>(processes_.size()));
        switch (pick(16)) {
        case 0:
        case 1:
            arrive();
            return;
        case 2:
        case 3:
        case 4:
            accept(which);
            return;
        case 5:
        case 6:
            end_round(which);
            return;
        case 7:
            leave();
            return;
        case 8:
        case 9:
        case 10:
            keep();
            return;
        case 11:
            upgrade();
            return;
        case 12:
        case 13:
        case 14:
            hand_over(which);
            return;
        default:
            pick(6) == 0 ? crash(which) : void();
        }
    }

    void arrive() {
        if (peers_.size() < 40) {
            peers_.push_back({pick(4), pick(2) == 0});
        }
    }

    void leave() {
        if (peers_.empty()) {
            return;
        }
        auto& who = peer_at(pick(static_cast<int>(peers_.size())));
        if (who.now == peer::status::waits || who.now == peer::status::comes) {
            who.now = peer::status::gone;
        }
    }

    void accept(int at) {
        auto& here = process_at(at);
        const auto next = std::find_if(peers_.begin(), peers_.end(),
                                       [](const peer& p) { return p.now == peer::status::comes; });
        if (!here.is_alive || !here.serves || here.is_aside || next == peers_.end()) {
            return;
        }
        const auto newcomer = static_cast<int>(next - peers_.begin());
        for (const int each : std::set<int>(here.room)) {
            if (peer_at(each).now == peer::status::gone) { // the kernel is asked
                drop(here, each);
            } else if (peer_at(each).id == next->id && peer_at(each).is_viewer != next->is_viewer) {
                meet(here, newcomer, each);
                return;
            }
        }
        next->now = peer::status::waits;
        here.room.insert(newcomer);
        if (mistake_ != mistake::waits_untold) {
            here.untold.push_back({kind::waits, newcomer});
        }
    }

    void meet(process& here, int newcomer, int partner) {
        drop(here, partner);
        peer_at(newcomer).now = peer_at(partner).now = peer::status::meets;
        here.met.push_back({newcomer, partner});
        if (mistake_ == mistake::begins_before_told) {
            begin_sessions(here);
        }
    }

    /// It waits no more.
    static void drop(process& here, int who) {
        here.room.erase(who);
        const auto told = std::find_if(here.untold.begin(), here.untold.end(), [&](const auto& m) {
            return m.what == kind::waits && m.peer == who;
        });
        if (told != here.untold.end()) {
            here.untold.erase(told);
        } else {
            here.untold.push_back({kind::no_longer, who});
        }
    }

    void end_round(int at) {
        auto& here = process_at(at);
        if (!here.is_alive) {
            return;
        }
        for (const auto& each : here.untold) {
            if (each.what == kind::waits) {
                peer_at(each.peer).was_told = true;
            }
            here.to_keeper.push_back(each);
        }
        here.untold.clear();
        begin_sessions(here);
    }

    void begin_sessions(process& here) {
        for (const auto& [newcomer, partner] : std::exchange(here.met, {})) {
            for (const int each : {newcomer, partner}) {
                if (sessions_.count(each) != 0) {
                    fail("peer " + std::to_string(each) + " has two sessions");
                }
                sessions_.insert(each);
                peer_at(each).now = peer::status::paired;
            }
        }
    }

    void crash(int at) {
        auto& here = process_at(at);
        if (!here.is_alive) {
            return;
        }
        here.is_alive = false;
        here.untold.clear();
        for (const auto& [newcomer, partner] : here.met) {
            peer_at(newcomer).now = peer::status::gone;
            // A keeper that knows of it has not been told that it met somebody: it still waits.
            peer_at(partner).now =
                peer_at(partner).was_told ? peer::status::waits : peer::status::gone;
        }
        here.met.clear();
        if (here.has_moved || here.is_successor) {
            return; // what waits is another's as well
        }
        for (const int each : here.room) {
            if (!peer_at(each).was_told) {
                peer_at(each).now = peer::status::gone;
            }
        }
    }

    // --- the keeper

    void keep() {
        auto& child = process_at(current_);
        if (mistake_ == mistake::keeper_hears_both && next_ >= 0 &&
            !process_at(next_).to_keeper.empty()) {
            hear(process_at(next_));
        } else if (!child.to_keeper.empty()) {
            hear(child);
        } else if (!child.is_alive) {
            if (next_ >= 0) {
                crash(next_);
            }
            start(held_);
        }
    }

    void hear(process& child) {
        const auto m = child.to_keeper.front();
        child.to_keeper.pop_front();
        if (m.what == kind::waits) {
            held_.insert(m.peer);
        } else if (m.what == kind::no_longer) {
            held_.erase(m.peer);
        } else if (next_ >= 0) {
            current_ = std::exchange(next_, -1);
        }
    }

    void start(const std::set<int>& waiting) {
        process fresh;
        fresh.serves = true;
        for (const int each : waiting) {
            if (peer_at(each).now == peer::status::waits) {
                fresh.room.insert(each);
            } else {
                fresh.untold.push_back({kind::no_longer, each});
                if (peer_at(each).now == peer::status::paired) {
                    fail("peer " + std::to_string(each) + " waits again, in a session");
                }
            }
        }
        processes_.push_back(fresh);
        current_ = static_cast<int>(processes_.size()) - 1;
        next_ = -1;
    }

    void upgrade() {
        if (next_ >= 0 || !process_at(current_).is_alive || process_at(current_).other >= 0) {
            return;
        }
        process fresh;
        fresh.is_successor = true;
        fresh.other = current_;
        fresh.to_other.push_back({kind::ready});
        processes_.push_back(fresh);
        next_ = static_cast<int>(processes_.size()) - 1;
        process_at(current_).other = next_;
    }

    // --- from process to process

    void hand_over(int at) {
        auto& here = process_at(at);
        if (here.is_alive && here.other >= 0) {
            here.is_successor && !here.serves ? take_over(at) : give(at);
        }
    }

    void give(int at) {
        auto& old = process_at(at);
        auto& fresh = process_at(old.other);
        if (old.has_moved) {
            let_go(old, fresh);
        } else if (!fresh.to_other.empty()) {
            const auto m = fresh.to_other.front();
            fresh.to_other.pop_front();
            m.what == kind::ready ? offer(at) : tell_keeper(old, fresh);
        } else if (!fresh.is_alive) {
            take_back(old);
        }
    }

    void offer(int at) {
        end_round(at); // sessions that were about to begin have begun
        auto& old = process_at(at);
        old.is_aside = true;
        old.to_other.push_back({kind::all, -1, old.room});
    }

    void tell_keeper(process& old, process& fresh) {
        old.to_keeper.push_back({kind::has_moved});
        old.has_moved = true;
        if (mistake_ == mistake::go_before_keeper_knows) {
            old.to_keeper.pop_back();
            let_go(old, fresh);
            old.untold.push_back({kind::has_moved}); // a round later
        }
    }

    void let_go(process& old, process& fresh) {
        if (mistake_ == mistake::takes_back_too_late && !fresh.is_alive) {
            take_back(old);
            old.has_moved = false;
            return;
        }
        old.to_other.push_back({kind::go});
        old.room.clear();
        old.serves = false;
        old.other = -1;
    }

    static void take_back(process& old) {
        old.is_aside = false;
        old.other = -1;
    }

    void take_over(int at) {
        auto& fresh = process_at(at);
        auto& old = process_at(fresh.other);
        if (old.to_other.empty()) {
            if (!old.is_alive || old.other != at) {
                crash(at); // its predecessor has ended, or goes on itself
            }
            return;
        }
        const auto m = old.to_other.front();
        old.to_other.pop_front();
        if (m.what == kind::all) {
            fresh.room = m.peers;
            fresh.to_other.push_back({kind::taken});
            return;
        }
        fresh.is_successor = false;
        fresh.serves = true;
        fresh.other = -1;
        for (const int each : std::set<int>(fresh.room)) {
            if (peer_at(each).now == peer::status::gone) {
                drop(fresh, each);
            }
        }
    }

    // --- what must always hold

    void look() {
        for (int who = 0; who < static_cast<int>(peers_.size()); ++who) {
            const auto holders =
                std::count_if(processes_.begin(), processes_.end(), [&](const process& p) {
                    return p.is_alive && p.serves && !p.is_aside && p.room.count(who) != 0;
                });
            if (holders > 1) {
                fail("peer " + std::to_string(who) + " waits in two processes");
            }
        }
    }

    /// Nothing more goes wrong: whoever waits is where it can be met.
    void settle() {
        for (int i = 0; i < 120 && wrong_.empty(); ++i) {
            for (int at = 0; at < static_cast<int>(processes_.size()); ++at) {
                end_round(at);
                hand_over(at);
                accept(at);
            }
            keep();
            look();
        }
        const auto& last = process_at(current_);
        for (int who = 0; who < static_cast<int>(peers_.size()); ++who) {
            if (peer_at(who).now == peer::status::comes) {
                fail("peer " + std::to_string(who) + " is not served");
            }
            if (peer_at(who).now == peer::status::waits && last.room.count(who) == 0) {
                fail("peer " + std::to_string(who) + " is lost");
            }
        }
    }

    std::mt19937 chance_;
    mistake mistake_;
    std::deque<process> processes_;
    std::deque<peer> peers_;
    std::set<int> sessions_; ///< peers that have had one
    std::set<int> held_;     ///< by the keeper
    int current_ = 0;
    int next_ = -1;
    std::string wrong_;
};

} // namespace

TEST(HandoverProtocol, LosesNobodyAndDoublesNobody) {
    for (unsigned seed = 0; seed < seeds; ++seed) {
        ASSERT_EQ(model(seed, mistake::none).run(), "") << "seed " << seed;
    }
}

/// Otherwise the test above would say nothing.
TEST(HandoverProtocol, EachMistakeIsFound) {
    for (const auto each :
         {mistake::begins_before_told, mistake::go_before_keeper_knows, mistake::keeper_hears_both,
          mistake::takes_back_too_late, mistake::waits_untold}) {
        bool is_found = false;
        for (unsigned seed = 0; seed < 10'000 && !is_found; ++seed) {
            is_found = !model(seed, each).run().empty();
        }
        EXPECT_TRUE(is_found) << "mistake " << static_cast<int>(each);
    }
}

} // namespace protocol_model_test
