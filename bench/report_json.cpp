// A run as JSON.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/machine.hpp"
#include "bench/report.hpp"

#include <boost/json.hpp>

namespace bench {

namespace {

namespace json = boost::json;

json::object machine_json() {
    const auto m = this_machine();
    return {{"processor", m.processor},
            {"cores", m.cores},
            {"memory_gib", m.memory_gib},
            {"kernel", m.kernel},
            {"system", m.system}};
}

json::object plan_json(const plan& how, int rounds) {
    return {{"rounds", rounds},
            {"slice_ms", how.slice.count()},
            {"idle_peers", how.idle_peers},
            {"mixed_sessions", how.mixed_sessions},
            {"pin_all", how.pin_all}};
}

const char* name_of(subject_kind kind) {
    switch (kind) {
    case subject_kind::direct:
        return "direct";
    case subject_kind::repeater:
        return "repeater";
    case subject_kind::relay:
        return "relay";
    case subject_kind::gateway:
        return "gateway";
    case subject_kind::ws_proxy:
        return "ws_proxy";
    case subject_kind::chain:
        return "chain";
    }
    return "";
}

json::array subjects_json(const plan& how) {
    json::array all;
    for (const auto& s : all_subjects(how)) {
        all.push_back({{"name", s.name}, {"kind", name_of(s.kind)}, {"command", s.command}});
    }
    return all;
}

json::object values_json(const plan& how, const results& r, const metric& m) {
    json::object by_subject;
    for (const auto& s : all_subjects(how)) {
        json::object rounds;
        for (const auto& [round, value] : r.values(m.key, s.name)) {
            rounds[std::to_string(round)] = value;
        }
        if (const auto sum = r.summarize(m.key, s.name)) {
            by_subject[s.name] = {{"median", sum->median},
                                  {"min", sum->min},
                                  {"max", sum->max},
                                  {"rounds", std::move(rounds)}};
        }
    }
    return by_subject;
}

} // namespace

std::string to_json(const plan& how, const run_outcome& outcome) {
    json::array metrics;
    for (const auto& m : outcome.results.metrics()) {
        metrics.push_back({{"key", m.key},
                           {"title", m.title},
                           {"unit", m.unit},
                           {"better", m.better == better::lower ? "lower" : "higher"},
                           {"subjects", values_json(how, outcome.results, m)}});
    }
    json::array failures;
    for (const auto& f : outcome.results.failures()) {
        failures.push_back({{"subject", f.subject}, {"test", f.test}, {"reason", f.reason}});
    }
    return json::serialize(json::object{{"date", today()},
                                        {"machine", machine_json()},
                                        {"plan", plan_json(how, outcome.rounds)},
                                        {"subjects", subjects_json(how)},
                                        {"metrics", std::move(metrics)},
                                        {"failures", std::move(failures)}}) +
           '\n';
}

} // namespace bench
