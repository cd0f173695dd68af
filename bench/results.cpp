// The figures of a run, and what follows from them.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/results.hpp"

#include "bench/statistics.hpp"

#include <algorithm>
#include <utility>

namespace bench {

namespace {

std::optional<summary> summary_of(const std::vector<double>& values) {
    if (values.empty()) {
        return {};
    }
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return summary{.median = median(values), .min = *least, .max = *most};
}

// `combine(value, base)` is empty where the round does not count.
template <class Combine>
std::optional<summary> round_by_round(const results::by_round& values,
                                      const results::by_round& bases, Combine combine) {
    std::vector<double> combined;
    for (const auto& [round, value] : values) {
        const auto base = bases.find(round);
        if (base == bases.end()) {
            continue;
        }
        if (const std::optional<double> one = combine(value, base->second)) {
            combined.push_back(*one);
        }
    }
    return summary_of(combined);
}

} // namespace

void results::add(const metric& m, const std::string& subject, int round, double value) {
    if (!values_.contains(m.key)) {
        metrics_.push_back(m);
    }
    values_[m.key][subject][round] = value;
}

void results::add_failure(failure f) {
    failures_.push_back(std::move(f));
}

bool results::has_failed(std::string_view subject, std::string_view test) const {
    return std::any_of(failures_.begin(), failures_.end(),
                       [&](const failure& f) { return f.subject == subject && f.test == test; });
}

const results::by_round& results::values(const std::string& metric_key,
                                         const std::string& subject) const {
    static const by_round none;
    const auto subjects = values_.find(metric_key);
    if (subjects == values_.end()) {
        return none;
    }
    const auto found = subjects->second.find(subject);
    return found == subjects->second.end() ? none : found->second;
}

std::optional<summary> results::summarize(const std::string& metric_key,
                                          const std::string& subject) const {
    std::vector<double> all;
    for (const auto& [round, value] : values(metric_key, subject)) {
        all.push_back(value);
    }
    return summary_of(all);
}

std::optional<summary> results::ratio(const std::string& metric_key, const std::string& subject,
                                      const std::string& base) const {
    return round_by_round(
        values(metric_key, subject), values(metric_key, base),
        [](double value, double by) { return by == 0 ? std::nullopt : std::optional(value / by); });
}

std::optional<summary> results::difference(const std::string& metric_key,
                                           const std::string& subject,
                                           const std::string& base) const {
    return round_by_round(values(metric_key, subject), values(metric_key, base),
                          [](double value, double from) { return std::optional(value - from); });
}

} // namespace bench
