// Looks each word up in a table of the Perl's settings, and says it in our words.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/arguments.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace repeater {

namespace {

constexpr std::string_view prefix = "ULTRAVNC_REPEATER_";

enum class kind {
    text,
    port, ///< 0 and nothing mean the default
    truth ///< Perl's: nothing and 0 are false
};

struct setting {
    std::string_view variable; ///< behind the prefix
    char short_name;           ///< 0: none
    std::string_view long_name;
    kind is;
    std::string_view values; ///< what may follow the short name; empty: anything must
};

constexpr std::array settings{
    setting{"LOGFILE", 'l', "--log-file", kind::text, ""},
    setting{"PIDFILE", 'p', "--pid-file", kind::text, ""},
    setting{"CLIENT_PORT", 'c', "--viewer-port", kind::port, ""},
    setting{"SERVER_PORT", 's', "--server-port", kind::port, ""},
    setting{"BUFSIZE", 'b', "--handshake-size", kind::text, ""}, // -b: version 2.2
    setting{"LOOP", 'L', "--loop", kind::text, " 1 0 BG "},
    setting{"NO_RFB", 'R', "--no-rfb", kind::truth, " 1 0 "},
    setting{"CLEAN", 'C', "--clean", kind::truth, " 1 0 "},
    setting{"REFUSE", 'r', "--refuse", kind::truth, " 1 0 "},
    setting{"DEBUG", 0, "--debug", kind::truth, ""},
};

std::optional<setting> by_variable(std::string_view name) {
    const auto* const found = std::find_if(settings.begin(), settings.end(),
                                           [name](const auto& s) { return s.variable == name; });
    return found == settings.end() ? std::nullopt : std::optional{*found};
}

std::optional<setting> by_short_name(std::string_view word) {
    if (word.size() != 2 || word[0] != '-') {
        return std::nullopt;
    }
    const auto* const found = std::find_if(settings.begin(), settings.end(), [word](const auto& s) {
        return s.short_name == word[1];
    });
    return found == settings.end() ? std::nullopt : std::optional{*found};
}

struct assignment {
    std::string_view variable;
    std::string_view value;
};

/// "--ULTRAVNC_REPEATER_X=value", with any number of dashes.
std::optional<assignment> as_assignment(std::string_view word) {
    const auto name = word.substr(std::min(word.find_first_not_of('-'), word.size()));
    const auto equals = name.find('=');
    if (!name.starts_with(prefix) || equals == std::string_view::npos) {
        return std::nullopt;
    }
    return assignment{name.substr(prefix.size(), equals - prefix.size()), name.substr(equals + 1)};
}

void set(const setting& s, std::string_view value, long_arguments& to) {
    const bool is_absent = s.is != kind::truth && value.empty();
    if (is_absent || (s.is == kind::port && value == "0")) {
        return;
    }
    if (s.is == kind::truth) {
        value = value.empty() || value == "0" ? "false" : "true";
    }
    to.words.push_back(std::string{s.long_name}.append("=").append(value));
}

void take_environment(const environment& variables, long_arguments& to) {
    const auto with_prefix = [&variables](std::string_view name) {
        return variables.find(std::string{prefix}.append(name));
    };
    for (const auto& s : settings) {
        if (const auto found = with_prefix(s.variable); found != variables.end()) {
            set(s, found->second, to);
        }
    }
    // The name in the script of 2010.
    const auto old_size = variables.find("BUFSIZE");
    if (old_size != variables.end() && with_prefix("BUFSIZE") == variables.end()) {
        set(*by_variable("BUFSIZE"), old_size->second, to);
    }
}

} // namespace

std::vector<std::string> known_variables() {
    std::vector<std::string> names{"BUFSIZE"};
    for (const auto& s : settings) {
        names.push_back(std::string{prefix}.append(s.variable));
    }
    return names;
}

long_arguments to_long_arguments(const std::vector<std::string>& command_line,
                                 const environment& variables) {
    long_arguments result;
    take_environment(variables, result);
    for (auto word = command_line.begin(); word != command_line.end(); ++word) {
        const auto next = std::next(word);
        const bool has_next = next != command_line.end();
        if (const auto assigned = as_assignment(*word)) {
            if (const auto s = by_variable(assigned->variable)) {
                set(*s, assigned->value, result);
            } else {
                result.warnings.push_back("unknown variable ignored: " + *word);
            }
        } else if (const auto s = by_short_name(*word); !s) {
            result.words.push_back(*word);
        } else if (s->values.empty()) {
            if (has_next) {
                set(*s, *next, result);
                ++word;
            } else {
                result.words.emplace_back(s->long_name); // says that its value is missing
            }
        } else if (has_next && s->values.find(" " + *next + " ") != std::string_view::npos) {
            set(*s, *next, result);
            ++word;
        } else {
            set(*s, "1", result);
        }
    }
    return result;
}

} // namespace repeater
