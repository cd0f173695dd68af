// A program's options, described once: names, values, and what --help says of them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/limits/rate.hpp"
#include "service/log.hpp"
#include "service/option.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class App;
} // namespace CLI

namespace service {

/// The command line asks for --help or --version; what() is the text to print.
class text_asked_for : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The range of a number, both ends included.
template <class Number>
struct between {
    Number least;
    Number most;
};

using bounds = std::variant<between<int>, between<std::size_t>, between<double>>;

constexpr double shortest_time = 0.001; ///< seconds, where 0 is not allowed
constexpr double a_day = 86400;         ///< seconds
constexpr double a_year = 366 * a_day;
using seconds_range = between<double>;

/// The words of a choice, in small letters, and the values that they mean.
template <class Value>
using choices = std::map<std::string, Value>;

/// Whether an option that is not a list may be given several times.
enum class repeated {
    refused,
    last_one_counts,
    decided_later ///< the last one counts, unless refuse_repeated() is called
};

struct program {
    std::string name;
    std::string purpose;  ///< a sentence for --help
    std::string footer{}; ///< the last lines of --help
    bool has_version = true;
    repeated twice = repeated::refused;
    bool nothing_is_not_set = false; ///< "name =" in a file leaves the option as it is
};

/// The values, and what the functions refer to, outlive the list. `names` are "-x,--long". `type`
/// stands for the value in --help. Numbers, times and choices print their default in brackets
/// behind their text of help, unless that ends in brackets already; the default is what the value
/// holds when the option is made.
///
/// This header does not include CLI11, so that files which describe options compile fast.
class option_list {
public:
    explicit option_list(const program&);
    option_list(const option_list&) = delete;
    option_list& operator=(const option_list&) = delete;
    ~option_list();

    /// A switch: "--name" or "--name=true|false".
    option& flag(const std::string& names, bool& value, on_reload, const std::string& help);

    /// A switch that calls `given` when it is given and true.
    option& flag(const std::string& names, const std::function<void()>& given, on_reload,
                 const std::string& help);

    option& text(const std::string& names, std::string& value, const std::string& type, on_reload,
                 const std::string& help);

    /// An option that may be repeated, with one value each time.
    option& list(const std::string& names, std::vector<std::string>& values,
                 const std::string& type, on_reload, const std::string& help);

    /// An option that may be repeated, with several values separated by commas.
    option& comma_list(const std::string& names, std::vector<std::string>& values,
                       const std::string& type, on_reload, const std::string& help);

    /// Number is std::uint16_t, unsigned, std::size_t or double. `type` empty: the name of the
    /// number's type is shown.
    template <class Number>
    option& number(const std::string& names, Number& value, std::optional<bounds>, on_reload,
                   const std::string& help, const std::string& type = "");

    /// A time in seconds, with or without a fraction; kept to the millisecond.
    option& seconds(const std::string& names, std::chrono::milliseconds& value, seconds_range,
                    on_reload, const std::string& help);
    option& seconds(const std::string& names, std::optional<std::chrono::milliseconds>& value,
                    seconds_range, on_reload, const std::string& help);

    /// A time in seconds without a fraction.
    option& whole_seconds(const std::string& names, std::chrono::seconds& value,
                          between<std::size_t>, on_reload, const std::string& help);

    /// So many in so much time, as net::parse_rate() takes it.
    option& rate(const std::string& names, net::rate& value, on_reload, const std::string& help);

    /// One of the words of `all`, in letters of any case. `shown` is how help and complaints list
    /// them: a|b|c.
    template <class Value>
    option& choice(const std::string& names, Value& value, const choices<Value>& all,
                   const std::string& shown, on_reload what, const std::string& help) {
        std::vector<std::string> words;
        std::vector<std::string> now; ///< the words that mean the default
        for (const auto& [word, meaning] : all) {
            words.push_back(word);
            if (meaning == value) {
                now.push_back(word);
            }
        }
        const auto take = [&value, all](const std::string& word) { value = all.at(word); };
        return one_of(names, {words, now, shown, take}, what, help).decides_its_own(value);
    }

    option& log_level(service::log_level& level, on_reload, const std::string& help);

    /// A positional argument.
    option& positional(const std::string& name, std::string& value, const std::string& help);

    /// Takes all words that nothing else takes; --help does not show it.
    option& rest(const std::string& name, std::vector<std::string>& values);

    /// Parses the words and sets the values. Throws text_asked_for or bad_option.
    void parse(std::vector<std::string> words);

    /// Throws bad_option where an option that is not a list was given several times.
    void refuse_repeated() const;

    /// The options that were given, in the order of the words, without --help and --version.
    [[nodiscard]] std::vector<const option*> given() const;

    /// Finds an option by its long name without dashes; null where there is none that a file may
    /// hold.
    [[nodiscard]] const option* find_for_file(const std::string& name) const;

    /// Whether this option was given, or another one that says the same.
    [[nodiscard]] bool is_said(const option&) const;

    [[nodiscard]] const std::deque<option>& all() const { return all_; }

    [[nodiscard]] bool takes_nothing_as_not_set() const { return nothing_is_not_set_; }

private:
    struct word_choice {
        std::vector<std::string> words;
        std::vector<std::string> now;
        std::string shown;
        std::function<void(const std::string&)> take;
    };

    option& one_of(const std::string& names, const word_choice&, on_reload,
                   const std::string& help);
    option& add_seconds(const std::string& names,
                        const std::function<void(std::chrono::milliseconds)>& take, seconds_range,
                        on_reload, const std::string& help);
    option& add(CLI::Option*, on_reload);

    std::unique_ptr<CLI::App> app_;
    repeated twice_;
    bool nothing_is_not_set_;
    std::deque<option> all_;
};

/// Puts what a running program cannot take over back in `next` to what it is in `now`. Returns the
/// names of those options, without dashes and with blanks between. Both lists describe the same
/// options, each for the values of its own configuration.
[[nodiscard]] std::string keep_what_needs_a_restart(const option_list& now,
                                                    const option_list& next);

/// Throws bad_option for "--web=" and for an empty word, such as "--web" has behind it where a
/// script's variable is not set. Otherwise an option could silently mean less than was meant, such
/// as no password at all.
void refuse_missing_values(const std::vector<std::string>& words);

} // namespace service
