// A test measures one subject for one slice of time.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/plan.hpp"
#include "bench/results.hpp"
#include "bench/subject.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct slice {
    running_subject& subject; ///< started for this slice
    const plan& how;
    std::function<void(const metric&, double)> record;
    double rate = 0; ///< attempts a second of an open loop
};

struct test {
    std::string key;
    std::string title;
    std::function<void(const slice&)> measure;
    bool pinned = false;                   ///< both ends and the subject run on one CPU
    std::optional<subject_kind> only = {}; ///< run with subjects of this kind only
    bool first_only = false;               ///< run with the first subject only
    bool drains_first = false;             ///< first wait until the host's TIME_WAITs are gone
    int most_rounds = 1000;                ///< set lower where figures hardly vary
    wrapping wrap = wrapping::plain;
    /// The metric of peak rates: the test is an open loop, at half of the lowest one that counts.
    std::string half_of = {};
};

/// How long a slice may take to make its pairs; with fewer pairs its figure would say nothing.
inline constexpr std::chrono::milliseconds pairs_limit{15'000};

/// Makes `count` pairs. Errors: std::runtime_error where there are fewer in time.
[[nodiscard]] std::vector<session_ends> all_pairs(const slice&, std::size_t count);

/// Measures time and the subject's CPU time since it was constructed.
class meter {
public:
    explicit meter(const running_subject& s) : subject_(s), cpu_(s.cpu()) {}

    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }

    [[nodiscard]] double cpu_seconds() const { return (subject_.cpu() - cpu_).count(); }

private:
    const running_subject& subject_;
    std::chrono::duration<double> cpu_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

[[nodiscard]] std::vector<test> bulk_tests();
[[nodiscard]] std::vector<test> ping_pong_tests();
[[nodiscard]] std::vector<test> set_up_tests();
[[nodiscard]] std::vector<test> mixed_tests();
[[nodiscard]] std::vector<test> memory_tests();
[[nodiscard]] std::vector<test> stall_tests();
[[nodiscard]] std::vector<test> crowd_tests();
[[nodiscard]] std::vector<test> herd_tests();
[[nodiscard]] std::vector<test> end_tests();
[[nodiscard]] std::vector<test> integrity_tests();

/// All tests, in the order of the report.
[[nodiscard]] std::vector<test> all_tests();

} // namespace bench
