// One function for each event that is counted.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/meter.hpp"

#include <variant>

namespace repeater {

namespace {

struct counting {
    event_counts& to;

    void operator()(const event::limited& e) const { to.limited.add(e.what); }

    void operator()(const event::introduction_failed& e) const { to.introductions.add(e.why); }

    void operator()(const event::proxy_header_failed&) const { ++to.proxy_headers; }

    void operator()(const event::refused& e) const { to.refused.add(e.why); }

    void operator()(const event::ports_differ&) const { ++to.ports_differ; }

    void operator()(const event::id_refused& e) const { to.ids_refused.add(e.why); }

    void operator()(const event::id_conflict&) const { ++to.id_conflicts; }

    void operator()(const event::id_lapsed&) const { ++to.lapsed; }

    void operator()(const event::waiting&) const { ++to.waits; }

    void operator()(const event::replaced&) const { ++to.replaced; }

    void operator()(const event::left&) const { ++to.left; }

    void operator()(const event::partner_checked& e) const { to.left += e.alive ? 0 : 1; }

    void operator()(const event::expired&) const { ++to.expired; }

    void operator()(const event::matched&) const { ++to.matched; }

    void operator()(const event::dismissed&) const { ++to.dismissed; }

    void operator()(const event::dial_refused& e) const { to.dials_refused.add(e.why); }

    void operator()(const event::dial_failed&) const { ++to.dials_failed; }

    void operator()(const event::dial_attempt_failed& e) const { to.dial_attempts.add(e.why); }

    void operator()(const event::paired& e) const {
        ++(std::holds_alternative<rfb::repeater_id>(e.met) ? to.paired_by_id : to.paired_by_dial);
    }

    void operator()(const event::ended& e) const {
        to.ended.add(e.first == rfb::side::viewer ? e.from_viewer.end : e.from_server.end);
    }

    void operator()(const event::accept_failed&) const { ++to.accept_failures; }

    void operator()(const event::untold& e) const { to.untold += e.count; }

    void operator()(const event::reloaded& e) const {
        ++(e.error.empty() ? to.reloads : to.reloads_failed);
    }

    void operator()(const event::upgraded&) const { ++to.upgrades; }

    void operator()(const event::upgrade_failed&) const { ++to.upgrades_failed; }

    void operator()(const event::defect&) const { ++to.defects; }

    void operator()(const event::not_authorized& e) const {
        ++(e.is_failure ? to.authorizations_failed : to.not_authorized);
    }

    void operator()(const event::policy_broken&) const { ++to.policies_broken; }

    void operator()(const event::understood& e) const { to.dropped += e.read.dropped; }

    /// All others are none to count, or are counted where they happen.
    template <class Event>
    void operator()(const Event&) const {}
};

} // namespace

void meter::receive(const any_event& e) {
    std::visit(counting{counts_}, e);
}

void meter::add(event_counts more) {
    std::vector<std::uint64_t> numbers;
    for_each_count(more, [&numbers](std::uint64_t each) { numbers.push_back(each); });
    for_each_count(counts_,
                   [next = numbers.begin()](std::uint64_t& each) mutable { each += *next++; });
}

void meter::count_lost(const event::events_lost& e) {
    for (std::size_t i = 0; i < output_names.size(); ++i) {
        if (e.output == output_names[i]) {
            lost_[i].add(e.count);
        }
    }
}

std::array<std::uint64_t, meter::output_names.size()> meter::lost() const {
    std::array<std::uint64_t, output_names.size()> all{};
    std::transform(lost_.begin(), lost_.end(), all.begin(),
                   [](const service::counter& c) { return c.value(); });
    return all;
}

} // namespace repeater
