// Interleaved rounds: every test, every subject, in rotating order.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/runner.hpp"

#include "bench/machine.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

class run_in_progress {
public:
    explicit run_in_progress(const plan& how)
        : how_(how), tests_(chosen_tests(how)), subjects_(all_subjects(how)),
          left_to_drain_(how.drain) {}

    run_outcome go() {
        clock::duration last{}; // later rounds are no longer: some tests are left out of them
        while (outcome_.rounds < how_.rounds &&
               (outcome_.rounds == 0 || clock::now() - began_ + last < how_.budget)) {
            const auto began = clock::now();
            run_round(outcome_.rounds + 1);
            last = clock::now() - began;
            ++outcome_.rounds;
        }
        return std::move(outcome_);
    }

private:
    void run_round(int round) {
        for (const auto& t : tests_) {
            for (std::size_t i = 0; i < subjects_.size() && round <= t.most_rounds; ++i) {
                const auto turn = (i + static_cast<std::size_t>(round)) % subjects_.size();
                run_slice(round, t, subjects_[turn]);
            }
        }
    }

    void run_slice(int round, const test& t, const subject& s) {
        if ((t.only && s.kind != *t.only) || (t.first_only && s.name != subjects_.front().name) ||
            (t.wrap == wrapping::tls && !s.has_tls) || outcome_.results.has_failed(s.name, t.key)) {
            return;
        }
        if (t.drains_first) {
            left_to_drain_ = drain_time_waits(left_to_drain_);
        }
        std::ostringstream line;
        line << "round " << round << " of " << how_.rounds << ", " << t.title << ": " << s.name;
        try {
            measure(round, t, s, line);
        } catch (const std::exception& e) {
            outcome_.results.add_failure({.subject = s.name, .test = t.key, .reason = e.what()});
            line << ": failed: " << e.what();
        }
        std::clog << line.str() << std::endl;
    }

    void measure(int round, const test& t, const subject& s, std::ostream& line) {
        const double rate = t.half_of.empty() ? 0 : half_peak(t, round);
        if (const auto peak = peak_of(t, s.name, round); peak && *peak < rate) {
            line << ": left out, as it cannot keep that pace";
            return;
        }
        const pinned_to_one_cpu pinned(t.pinned || how_.pin_all);
        running_subject running(s, t.wrap);
        const auto record = [&](const metric& m, double value) {
            outcome_.results.add(m, s.name, round, value);
            line << "  " << std::setprecision(4) << value << ' ' << m.unit;
        };
        t.measure({.subject = running, .how = how_, .record = record, .rate = rate});
    }

    // What the subject has reached in this round, where that was measured.
    [[nodiscard]] std::optional<double> peak_of(const test& t, const std::string& name,
                                                int round) const {
        const auto& peaks = outcome_.results.values(t.half_of, name);
        const auto found = peaks.find(round);
        return found == peaks.end() ? std::nullopt : std::optional(found->second);
    }

    // The same for all, and within reach of those whose peaks count.
    [[nodiscard]] double half_peak(const test& t, int round) const {
        if (how_.rate > 0) {
            return how_.rate;
        }
        std::optional<double> lowest;
        for (const auto& s : how_.subjects) {
            const bool counts = how_.paced.empty() || std::ranges::count(how_.paced, s.name) > 0;
            if (const auto peak = peak_of(t, s.name, round); counts && peak) {
                lowest = std::min(*peak, lowest.value_or(*peak));
            }
        }
        if (!lowest) {
            throw std::runtime_error("no peak to take the half of: choose its closed loop before "
                                     "it, or say --rate");
        }
        return *lowest / 2;
    }

    const plan& how_;
    std::vector<test> tests_;
    std::vector<subject> subjects_;
    std::chrono::milliseconds left_to_drain_;
    clock::time_point began_ = clock::now();
    run_outcome outcome_;
};

} // namespace

std::string again(const std::string& first_subject) {
    return first_subject + " again";
}

std::vector<test> chosen_tests(const plan& how) {
    auto all = all_tests();
    if (how.tests.empty()) {
        return all;
    }
    std::vector<test> chosen;
    for (const auto& key : how.tests) {
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const test& t) { return t.key == key; });
        if (found == all.end()) {
            throw std::invalid_argument("no such test: " + key + " (see --list)");
        }
        chosen.push_back(*found);
    }
    return chosen;
}

std::vector<subject> all_subjects(const plan& how) {
    auto subjects = how.subjects;
    if (!how.subjects.empty()) {
        auto twin = how.subjects.front();
        twin.name = again(twin.name);
        subjects.insert(subjects.begin() + 1, std::move(twin));
    }
    if (how.beside_direct) {
        subjects.push_back({.name = "direct", .kind = subject_kind::direct, .command = {}});
    }
    return subjects;
}

run_outcome run(const plan& how) {
    return run_in_progress(how).go();
}

} // namespace bench
