// The figures of a run: one value for each metric, subject and round.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class better { lower, higher };

/// How a figure is set beside that of direct loopback in the same round.
enum class beside_direct { not_at_all, as_ratio, as_difference };

struct metric {
    std::string key; ///< such as "bulk_8_rate"; stable, for programs
    std::string title;
    std::string unit;
    bench::better better = bench::better::lower;
    beside_direct beside = beside_direct::not_at_all;
};

struct summary {
    double median = 0;
    double min = 0;
    double max = 0;
};

struct failure {
    std::string subject;
    std::string test;
    std::string reason;
};

class results {
public:
    using by_round = std::map<int, double>;

    void add(const metric&, const std::string& subject, int round, double value);
    void add_failure(failure);

    /// All metrics, in the order in which they were first added.
    [[nodiscard]] const std::vector<metric>& metrics() const { return metrics_; }

    [[nodiscard]] const std::vector<failure>& failures() const { return failures_; }

    [[nodiscard]] bool has_failed(std::string_view subject, std::string_view test) const;

    /// The values by round; empty where nothing was measured.
    [[nodiscard]] const by_round& values(const std::string& metric_key,
                                         const std::string& subject) const;
    [[nodiscard]] std::optional<summary> summarize(const std::string& metric_key,
                                                   const std::string& subject) const;

    /// The ratio of `subject` to `base`, round by round; rounds that lack one of them, or where
    /// `base` is 0, do not count.
    [[nodiscard]] std::optional<summary>
    ratio(const std::string& metric_key, const std::string& subject, const std::string& base) const;
    [[nodiscard]] std::optional<summary> difference(const std::string& metric_key,
                                                    const std::string& subject,
                                                    const std::string& base) const;

private:
    std::vector<metric> metrics_;
    std::map<std::string, std::map<std::string, by_round>> values_; // by metric, by subject
    std::vector<failure> failures_;
};

} // namespace bench
