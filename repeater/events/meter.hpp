// Counts events by kind, for metrics.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"
#include "service/admin/meter.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace repeater {

/// One number for each value of an enumeration of reasons.
template <class Enum>
class counts_by {
public:
    static constexpr std::size_t most = 32; ///< values; those behind are counted as the last

    void add(Enum e) { ++counts_[std::min(static_cast<std::size_t>(e), most - 1)]; }

    [[nodiscard]] std::uint64_t operator[](std::size_t index) const { return counts_[index]; }

    [[nodiscard]] std::array<std::uint64_t, most>& all() { return counts_; }

private:
    std::array<std::uint64_t, most> counts_{};
};

/// The words of an enumeration's values, in their order. to_string() ends with the last value's
/// word: what lies behind that has a word that was there before, or is unknown.
template <class Enum>
[[nodiscard]] std::vector<std::string_view> words_of() {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < counts_by<Enum>::most; ++i) {
        const auto word = to_string(static_cast<Enum>(i));
        if (word == "unknown" || std::find(words.begin(), words.end(), word) != words.end()) {
            break;
        }
        words.push_back(word);
    }
    return words;
}

/// What has happened since the start.
struct event_counts {
    counts_by<limit> limited; ///< peers that were closed by a limit
    counts_by<event::introduction_failed::reason> introductions;
    std::uint64_t proxy_headers = 0;           ///< missing or malformed
    counts_by<event::refused::reason> refused; ///< because of who waits, or at a door
    std::uint64_t ports_differ = 0;            ///< refused
    counts_by<id_fault> ids_refused;           ///< newcomers whose ID is not admitted
    std::uint64_t id_conflicts = 0;            ///< IDs that too many sources fought for
    std::uint64_t waits = 0;
    std::uint64_t replaced = 0; ///< the ends of waits, down to `dismissed`
    std::uint64_t left = 0;
    std::uint64_t expired = 0;
    std::uint64_t lapsed = 0; ///< the ID was no longer admitted
    std::uint64_t matched = 0;
    std::uint64_t dismissed = 0;
    counts_by<event::dial_refused::reason> dials_refused;
    std::uint64_t dials_failed = 0;
    counts_by<event::dial_attempt_failed::reason> dial_attempts;
    std::uint64_t paired_by_id = 0;
    std::uint64_t paired_by_dial = 0;
    counts_by<event::ended::how> ended; ///< sessions, by the end of their first direction to end
    std::uint64_t accept_failures = 0;
    std::uint64_t untold = 0; ///< events that the log does not tell
    std::uint64_t reloads = 0;
    std::uint64_t reloads_failed = 0;
    std::uint64_t defects = 0;
    std::uint64_t upgrades = 0; ///< took over from another process
    std::uint64_t upgrades_failed = 0;
    std::uint64_t not_authorized = 0;        ///< peers that --authorize-exec or -url keeps out
    std::uint64_t authorizations_failed = 0; ///< questions without an answer
    std::uint64_t policies_broken = 0;       ///< sessions that their policy ended
    std::uint64_t dropped = 0;               ///< messages of viewers that policies took out
};

/// Calls `act` with each number. The order stays as it is: a process tells its successor the
/// numbers in it, and new ones come last.
template <class Act>
void for_each_count(event_counts& c, Act act) {
    const auto each_of = [&act](auto& several) {
        for (auto& one : several.all()) {
            act(one);
        }
    };
    each_of(c.limited);
    each_of(c.introductions);
    act(c.proxy_headers);
    each_of(c.refused);
    act(c.ports_differ);
    each_of(c.ids_refused);
    for (auto* const one : {&c.id_conflicts, &c.waits, &c.replaced, &c.left, &c.expired, &c.lapsed,
                            &c.matched, &c.dismissed}) {
        act(*one);
    }
    each_of(c.dials_refused);
    act(c.dials_failed);
    each_of(c.dial_attempts);
    act(c.paired_by_id);
    act(c.paired_by_dial);
    each_of(c.ended);
    for (auto* const one : {&c.accept_failures, &c.untold, &c.reloads, &c.reloads_failed,
                            &c.defects, &c.upgrades, &c.upgrades_failed, &c.not_authorized,
                            &c.authorizations_failed, &c.policies_broken, &c.dropped}) {
        act(*one);
    }
}

/// Allocates nothing. Belongs to the thread that decides, but for what outputs lose.
class meter final : public event_sink {
public:
    /// In the order of output_names.
    static constexpr std::array<std::string_view, 3> output_names{"--event-file", "--event-exec",
                                                                  "--event-url"};

    void receive(const any_event&) override;

    [[nodiscard]] const event_counts& counts() const { return counts_; }

    /// Counts what happened elsewhere as well.
    void add(event_counts more);

    /// Counts from 0 on. Returns what there was.
    [[nodiscard]] event_counts begin_anew() { return std::exchange(counts_, {}); }

    /// An output has lost events. From any thread.
    void count_lost(const event::events_lost&);

    /// Events that each output has lost.
    [[nodiscard]] std::array<std::uint64_t, output_names.size()> lost() const;

private:
    event_counts counts_;
    std::array<service::counter, output_names.size()> lost_;
};

} // namespace repeater
