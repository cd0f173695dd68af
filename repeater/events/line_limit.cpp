// Sorts events by how often they may be told, and finds whom they are about.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/line_limit.hpp"

#include <utility>

namespace repeater {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

enum class class_of_event { wrong, ordinary };

struct rule {
    const peer_name* about = nullptr; ///< null: always told
    class_of_event in{};
    net::rate of_source;
    std::uint64_t kind = 0; ///< further than by the event's type
};

constexpr net::rate of_limits{1, minutes(5), 1};
constexpr net::rate of_what_is_wrong{5, minutes(5), 5};
constexpr net::rate of_the_ordinary{120, minutes(5), 120};
constexpr net::rate wrong_in_all{2, seconds(1), 200};
constexpr net::rate ordinary_in_all{1000, seconds(1), 100'000};
constexpr auto until_summary = minutes(1);

/// The rule for each event.
struct sorter {
    static rule wrong(const peer_name& p) { return {&p, class_of_event::wrong, of_what_is_wrong}; }

    static rule ordinary(const peer_name& p) {
        return {&p, class_of_event::ordinary, of_the_ordinary};
    }

    rule operator()(const event::limited& e) const {
        return {&e.peer, class_of_event::wrong, of_limits, static_cast<std::uint64_t>(e.what)};
    }

    rule operator()(const event::proxy_header_failed& e) const { return wrong(e.proxy); }

    rule operator()(const event::introduction_failed& e) const { return wrong(e.peer); }

    rule operator()(const event::probed& e) const { return wrong(e.how.peer); }

    rule operator()(const event::ports_differ& e) const { return wrong(e.newcomer); }

    rule operator()(const event::refused& e) const { return wrong(e.peer); }

    rule operator()(const event::id_conflict& e) const { return wrong(e.newcomer); }

    rule operator()(const event::id_refused& e) const { return wrong(e.peer); }

    rule operator()(const event::dial_refused& e) const { return wrong(e.viewer); }

    rule operator()(const event::dial_attempt_failed& e) const { return wrong(e.viewer); }

    rule operator()(const event::dial_failed& e) const { return wrong(e.viewer); }

    rule operator()(const event::arrived& e) const { return ordinary(e.peer); }

    rule operator()(const event::short_hello& e) const { return ordinary(e.peer); }

    rule operator()(const event::id_truncated& e) const { return ordinary(e.peer); }

    rule operator()(const event::waiting& e) const { return ordinary(e.peer); }

    rule operator()(const event::partner_checked& e) const { return ordinary(e.partner); }

    rule operator()(const event::replaced& e) const { return ordinary(e.older); }

    rule operator()(const event::id_lapsed& e) const { return ordinary(e.peer); }

    rule operator()(const event::left& e) const { return ordinary(e.peer); }

    rule operator()(const event::expired& e) const { return ordinary(e.peer); }

    rule operator()(const event::dialling& e) const { return ordinary(e.viewer); }

    template <class Other>
    rule operator()(const Other& /*ours*/) const {
        return {};
    }
};

} // namespace

bool line_limit::admits(const any_event& e, net::clock::time_point now) {
    const auto rule = std::visit(sorter{}, e);
    if (rule.about == nullptr) {
        return true;
    }
    const bool is_wrong = rule.in == class_of_event::wrong;
    const auto from = net::address_of(rule.about->address);
    bool told = true;
    if (from && !from->is_loopback()) {
        constexpr std::uint64_t kinds = 64;
        auto* const mine = of_source_.use(net::key_of(from, e.index() * kinds + rule.kind));
        told = mine == nullptr || mine->lines.take(rule.of_source, now);
    }
    told = told && of_all_[is_wrong ? 0 : 1].take(is_wrong ? wrong_in_all : ordinary_in_all, now);
    if (!told && left_out_++ == 0) {
        left_out_since_ = now;
    }
    return told;
}

std::optional<std::uint64_t> line_limit::left_out(const any_event& e, net::clock::time_point now) {
    const bool is_last = std::holds_alternative<event::stopped>(e);
    if (left_out_ == 0 || (!is_last && now - left_out_since_ < until_summary)) {
        return std::nullopt;
    }
    return std::exchange(left_out_, 0);
}

} // namespace repeater
