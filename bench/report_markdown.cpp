// A run as Markdown.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/machine.hpp"
#include "bench/report.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace bench {

namespace {

// Three digits that count, without an exponent.
std::string number(double value) {
    std::ostringstream text;
    const double size = std::abs(value);
    const int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

std::string cell(const std::optional<summary>& s) {
    if (!s) {
        return "";
    }
    if (s->min == s->max) {
        return number(s->median);
    }
    return number(s->median) + " (" + number(s->min) + "–" + number(s->max) + ")";
}

std::string name_of(const metric& m) {
    return m.unit.empty() ? m.title : m.title + ", " + m.unit;
}

void print_head(std::ostream& out, const std::vector<std::string>& columns) {
    out << "| |";
    for (const auto& column : columns) {
        out << ' ' << column << " |";
    }
    out << "\n|---|";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        out << "---|";
    }
    out << '\n';
}

std::vector<std::string> names_of(const std::vector<subject>& subjects) {
    std::vector<std::string> names;
    names.reserve(subjects.size());
    for (const auto& s : subjects) {
        names.push_back(s.name);
    }
    return names;
}

void print_conditions(std::ostream& out, const plan& how, int rounds) {
    const auto m = this_machine();
    out << today() << "; " << m.cores << " cores, " << m.processor << ", " << number(m.memory_gib)
        << " GiB; " << m.system << ", " << m.kernel << "; " << rounds << " rounds, slices of "
        << how.slice.count() << " ms" << (how.pin_all ? ", all on one CPU" : "") << ".\n\n";
    for (const auto& s : how.subjects) {
        out << "- " << s.name << ": `" << s.command << "`\n";
    }
    out << '\n';
}

// What this machine can do: the bare program, where it was measured beside another subject.
constexpr const char* limit_name = "limit";

bool has_limit(const plan& how) {
    const auto is_limit = [](const subject& s) { return s.name == limit_name; };
    return !how.subjects.empty() && !is_limit(how.subjects.front()) &&
           std::ranges::any_of(how.subjects, is_limit);
}

std::vector<std::string> columns_of_medians(const plan& how,
                                            const std::vector<std::string>& names) {
    auto columns = names;
    if (has_limit(how)) {
        columns.push_back(names.front() + " ÷ limit");
    }
    if (!how.subjects.empty()) {
        columns.emplace_back("A/A band");
    }
    return columns;
}

void print_medians(std::ostream& out, const plan& how, const results& r) {
    auto names = names_of(how.subjects);
    if (how.beside_direct) {
        names.emplace_back("direct");
    }
    print_head(out, columns_of_medians(how, names));
    for (const auto& m : r.metrics()) {
        out << "| " << name_of(m) << " |";
        for (const auto& name : names) {
            out << ' ' << cell(r.summarize(m.key, name)) << " |";
        }
        if (has_limit(how)) {
            // What has no unit is a share, or a yes.
            out << ' ' << (m.unit.empty() ? "" : cell(r.ratio(m.key, names.front(), limit_name)))
                << " |";
        }
        if (!how.subjects.empty()) {
            const auto& first = names.front();
            const auto band = r.ratio(m.key, again(first), first);
            out << ' ' << (band ? number(band->min) + "–" + number(band->max) : "") << " |";
        }
        out << '\n';
    }
}

void print_beside_direct(std::ostream& out, const plan& how, const results& r) {
    const auto names = names_of(how.subjects);
    print_head(out, names);
    for (const auto& m : r.metrics()) {
        if (m.beside == beside_direct::not_at_all) {
            continue;
        }
        const bool as_ratio = m.beside == beside_direct::as_ratio;
        out << "| " << (as_ratio ? name_of(m) + ", as a share of direct" : name_of(m) + " added")
            << " |";
        for (const auto& name : names) {
            out << ' '
                << cell(as_ratio ? r.ratio(m.key, name, "direct")
                                 : r.difference(m.key, name, "direct"))
                << " |";
        }
        out << '\n';
    }
}

void print_failures(std::ostream& out, const results& r) {
    if (r.failures().empty()) {
        return;
    }
    out << "\nNot measured:\n\n";
    for (const auto& f : r.failures()) {
        out << "- " << f.subject << ", " << f.test << ": " << f.reason << '\n';
    }
}

} // namespace

std::string to_markdown(const plan& how, const run_outcome& outcome) {
    std::ostringstream out;
    print_conditions(out, how, outcome.rounds);
    out << "Medians (least–most). A/A band: the first one measured against itself, least and most "
           "of the rounds' ratios; a difference inside it is not a finding.";
    if (has_limit(how)) {
        out << " ÷ limit: its ratio in the same round to the bare program that does the same "
               "handshakes.";
    }
    out << "\n\n";
    print_medians(out, how, outcome.results);
    if (how.beside_direct) {
        out << "\nBeside direct loopback in the same round:\n\n";
        print_beside_direct(out, how, outcome.results);
    }
    print_failures(out, outcome.results);
    return out.str();
}

} // namespace bench
