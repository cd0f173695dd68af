// Makes a configuration from a command line and the file of --config, or the text to exit with.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/cores.hpp"
#include "service/early_exit.hpp"
#include "service/option_file.hpp"
#include "service/option_list.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <sysexits.h>
#include <utility>
#include <variant>
#include <vector>

namespace service {

/// The names, in both programs, of the option that only checks whether everything can be used.
inline constexpr auto check_names = "--check,--check-config";

/// Whether that option is among the words, by either name.
[[nodiscard]] bool asks_to_check(const std::vector<std::string>& words);

/// Makes a complaint in one line, such as "wsgate: --web: a value is missing (--help lists the
/// options)".
[[nodiscard]] early_exit complaint(std::string_view program, std::string what, int exit_code);

/// A `Line` reads a program's options once. It has a constructor without parameters, and:
///     void parse(std::vector<std::string> words);   // may throw text_asked_for, bad_option
///     Config finish();                              // once, after parse(); may throw bad_option
///     const std::string& file() const;              // of --config; empty: none
///     const option_list& options() const;
template <class Line>
using config_of = decltype(std::declval<Line&>().finish());

template <class Line>
bool is_good(const std::vector<std::string>& words) {
    try {
        Line line;
        line.parse(words);
        (void)line.finish();
    } catch (const bad_option&) {
        return false;
    }
    return true;
}

/// Reads the command line and the file that it names. An option on the command line replaces all
/// values that the file has for it. Throws text_asked_for, bad_option for the command line,
/// unusable_file for the file.
template <class Line>
config_of<Line> configured(const std::vector<std::string>& words) {
    Line said;
    said.parse(words);
    if (said.file().empty()) {
        return said.finish();
    }
    const option_file file(said.file());
    auto all = file.words(said.options(), [](const std::string& word) {
        Line alone;
        alone.parse({word});
    });
    all.insert(all.end(), words.begin(), words.end());
    Line both;
    try {
        both.parse(std::move(all));
        return both.finish();
    } catch (const bad_option& e) {
        file.blame_line(e, said.options());
        if (is_good<Line>(words)) {
            file.blame(e);
        }
        throw;
    }
}

/// Never throws for what a user wrote. Exit codes: 0 for help and version, 64 for a wrong command
/// line, 78 for a wrong file and for anything wrong under --check.
template <class Line>
std::variant<config_of<Line>, early_exit> read_command_line(std::string_view program,
                                                            const std::vector<std::string>& words) {
    try {
        return configured<Line>(words);
    } catch (const text_asked_for& text) {
        return early_exit{text.what(), 0};
    } catch (const bad_option& e) {
        return complaint(program, e.what(), asks_to_check(words) ? EX_CONFIG : EX_USAGE);
    } catch (const unusable_file& e) {
        return complaint(program, e.what(), EX_CONFIG);
    }
}

/// The `Line` of a daemon: reads its options into a `Config`, over which `Options` describes them.
/// Unless told otherwise there is a thread for each core that we may run on.
template <class Config, class Options>
class daemon_line {
public:
    daemon_line() { config_.threads = cores(); }

    void parse(std::vector<std::string> words) { options_.parse(std::move(words)); }

    [[nodiscard]] Config finish() {
        options_.finish();
        return std::move(config_);
    }

    [[nodiscard]] const std::string& file() const { return config_.file; }

    [[nodiscard]] const option_list& options() const { return options_.list(); }

private:
    Config config_;
    Options options_{config_};
};

} // namespace service
