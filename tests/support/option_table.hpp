// Goes over all options of a program: what a reload makes of each, and whether --help tells its
// default.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/command_line.hpp"
#include "service/option_list.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace support {

using option_words = std::vector<std::string>;

/// How the value of an option changes.
struct option_change {
    option_words before; ///< of the command line
    option_words after;
    std::string log_names{}; ///< where that is another option, which decides the same
};

/// Values of a configuration, and the options that decide them.
template <class Config, class Options>
struct described {
    explicit described(const option_words& words) {
        options.parse(words);
        options.finish();
    }

    [[nodiscard]] const service::option& find(const std::string& name) const {
        return *options.list().find_for_file(name);
    }

    Config config;
    Options options{config};
};

inline bool decide_the_same(const service::option& a, const service::option& b) {
    return std::equal(a.decided().begin(), a.decided().end(), b.decided().begin(),
                      b.decided().end(),
                      [](const auto& one, const auto& other) { return one.is_same(other); });
}

/// Those that a file may have, without dashes.
template <class Options>
std::vector<std::string> names_for_files(const Options& options) {
    std::vector<std::string> all;
    for (const auto& each : options.list().all()) {
        if (each.may_be_in_file()) {
            all.push_back(each.name().substr(2));
        }
    }
    return all;
}

/// Each option is in one of the two tables. A changed value is in force after a reload, or it is
/// named and what it was before is kept.
template <class Config, class Options>
void expect_all_are_in_force_or_named(const std::map<std::string, option_change>& changes,
                                      const std::set<std::string>& without_effect) {
    Config untouched;
    for (const auto& name : names_for_files(Options(untouched))) {
        SCOPED_TRACE(name);
        if (without_effect.contains(name)) {
            continue;
        }
        const auto found = changes.find(name);
        ASSERT_NE(found, changes.end()) << "say how the value of this option changes";
        const auto& change = found->second;
        described<Config, Options> now(change.before);
        described<Config, Options> next(change.after);
        EXPECT_FALSE(decide_the_same(now.find(name), next.find(name))) << "it decides nothing";
        const auto named = keep_what_needs_a_restart(now.config, next.config);
        const bool waits = now.find(name).needs_restart();
        EXPECT_EQ(named, !waits ? "" : change.log_names.empty() ? name : change.log_names);
        EXPECT_EQ(decide_the_same(now.find(name), next.find(name)), waits);
    }
}

/// What stands in brackets at the end of what --help says of an option; empty: nothing.
inline std::string bracket_of(const service::option& o) {
    const auto help = o.help();
    const auto begin = help.rfind('[');
    return help.ends_with(']') ? help.substr(begin + 1, help.size() - begin - 2) : "";
}

/// Whoever gives an option the value in brackets changes nothing, unless that is told in `words`.
template <class Config, class Options>
void expect_brackets_are_defaults(const std::map<std::string, option_change>& changes,
                                  const std::set<std::string>& words) {
    Config untouched;
    const Options options(untouched);
    std::set<std::string> seen;
    for (const auto& name : names_for_files(options)) {
        SCOPED_TRACE(name);
        const auto& option = *options.list().find_for_file(name);
        const auto bracket = bracket_of(option);
        seen.insert(bracket);
        if (bracket.empty() || words.contains(bracket)) {
            continue;
        }
        const auto before = changes.at(name).before;
        auto with_default = before;
        with_default.push_back("--" + name + "=" + bracket);
        const described<Config, Options> silent(before);
        const described<Config, Options> told(with_default);
        EXPECT_TRUE(decide_the_same(silent.find(name), told.find(name)));
        if (before.empty()) {
            EXPECT_TRUE(decide_the_same(option, told.find(name))) << "no value of a new config";
        }
    }
    for (const auto& each : words) {
        EXPECT_TRUE(seen.contains(each)) << each << " stands in no brackets any more";
    }
}

/// Two values of an option that may be repeated.
struct option_values {
    option_words around; ///< what it needs beside it
    std::string one;
    std::string other;
    std::string with_commas{};  ///< both in one word; empty: it has no such form
    bool only_together = false; ///< neither can be without the other
};

/// What the option decides where a file of options has these lines, beside these words.
template <class Config, class Options>
void expect_same_from_file(const std::string& name, const option_words& words,
                           const std::string& lines, const option_words& in_words) {
    const scratch_directory where;
    auto all = words;
    all.push_back("--config=" + where.file("options", lines));
    auto config = service::configured<service::daemon_line<Config, Options>>(all);
    const Options options(config);
    const described<Config, Options> expected(in_words);
    EXPECT_TRUE(decide_the_same(*options.list().find_for_file(name), expected.find(name))) << lines;
}

inline option_words with(option_words words, const option_words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// An option that may be repeated has all its values, however they are written: in several words,
/// in several lines of a file, in a list of one line. The command line's replace those of the file.
template <class Config, class Options>
void expect_adds_up(const std::string& name, const option_values& v) {
    const auto word = [&name](const std::string& value) { return "--" + name + "=" + value; };
    const auto line = [&name](const std::string& value) { return name + " = " + value + "\n"; };
    const auto both = with(v.around, {word(v.one), word(v.other)});
    const described<Config, Options> all(both);
    const auto apart = with(v.around, {"--" + name, v.one, "--" + name, v.other});
    const described<Config, Options> of_apart(apart);
    EXPECT_TRUE(decide_the_same(all.find(name), of_apart.find(name)));
    for (const auto& single : v.only_together ? option_words{} : option_words{v.one, v.other}) {
        const described<Config, Options> alone(with(v.around, {word(single)}));
        EXPECT_FALSE(decide_the_same(all.find(name), alone.find(name))) << single << " is all";
    }
    const auto same_from = [&](const std::string& lines) {
        expect_same_from_file<Config, Options>(name, v.around, lines, both);
    };
    same_from(line(v.one) + line(v.other));
    same_from(line("\"" + v.one + "\"") + line("'" + v.other + "'"));
    same_from(name + " = [\"" + v.one + "\", \"" + v.other + "\"]\n");
    if (!v.with_commas.empty()) {
        const described<Config, Options> of_list(with(v.around, {word(v.with_commas)}));
        EXPECT_TRUE(decide_the_same(all.find(name), of_list.find(name)));
        same_from(line(v.with_commas));
    }
    const auto replaced = v.only_together ? both : with(v.around, {word(v.other)});
    expect_same_from_file<Config, Options>(name, replaced, line(v.one), replaced);
}

/// Goes over all options: one that --help calls repeatable adds up; any other is refused the second
/// time, or its last value counts.
template <class Config, class Options>
void expect_lists_add_up(const std::map<std::string, option_values>& lists,
                         const std::map<std::string, option_change>& others,
                         service::repeated twice) {
    Config untouched;
    const Options options(untouched);
    for (const auto& name : names_for_files(options)) {
        SCOPED_TRACE(name);
        const auto& option = *options.list().find_for_file(name);
        const bool is_repeatable = option.help().find("repeatable") != std::string::npos;
        EXPECT_EQ(option.takes_many(), is_repeatable);
        if (is_repeatable) {
            const auto found = lists.find(name);
            ASSERT_NE(found, lists.end()) << "give two values of this option";
            expect_adds_up<Config, Options>(name, found->second);
        } else if (const auto found = others.find(name);
                   found != others.end() && option.takes_value()) {
            auto words = found->second.after;
            const described<Config, Options> once(words);
            words.push_back(words.back());
            if (twice == service::repeated::refused) {
                EXPECT_THROW((described<Config, Options>(words)), service::bad_option);
            } else {
                const described<Config, Options> last(words);
                EXPECT_TRUE(decide_the_same(once.find(name), last.find(name)));
            }
        }
    }
}

} // namespace support
