// A program's options, described once: names, values, and what --help says of them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

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

/// --help or --version stands on the command line: what() answers it.
class text_asked_for : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What numbers may be; both ends are among them.
template <class Number>
struct between {
    Number least;
    Number most;
};

using bounds = std::variant<between<int>, between<std::size_t>, between<double>>;

constexpr double shortest_time = 0.001; ///< seconds, where never is no choice
constexpr double a_day = 86400;         ///< seconds
constexpr double a_year = 366 * a_day;
using seconds_range = between<double>;

/// What a word in small letters means.
template <class Value>
using choices = std::map<std::string, Value>;

/// What an option that is given several times comes to, unless it is a list.
enum class repeated { refused, last_one_counts };

struct program {
    std::string name;
    std::string purpose;  ///< a sentence
    std::string footer{}; ///< of --help
    bool has_version = true;
    repeated twice = repeated::refused;
    bool nothing_is_not_set = false; ///< "name =" in a file leaves the option as it is
};

/// The values, and what functions refer to, outlive the list. `names` are "-x,--long". `type`
/// stands in --help for the value. Where a text of --help does not end in brackets itself, numbers,
/// times and choices put the value behind it that they were made over: their default.
///
/// This header knows no library, so that who describes options is compiled fast.
class option_list {
public:
    explicit option_list(const program&);
    option_list(const option_list&) = delete;
    option_list& operator=(const option_list&) = delete;
    ~option_list();

    /// "--name" or "--name=true|false".
    option& flag(const std::string& names, bool& value, on_reload, const std::string& help);

    /// Calls when it is given and true.
    option& flag(const std::string& names, const std::function<void()>& given, on_reload,
                 const std::string& help);

    option& text(const std::string& names, std::string& value, const std::string& type, on_reload,
                 const std::string& help);

    /// Repeatable; one value each time.
    option& list(const std::string& names, std::vector<std::string>& values,
                 const std::string& type, on_reload, const std::string& help);

    /// Repeatable; values with commas between.
    option& comma_list(const std::string& names, std::vector<std::string>& values,
                       const std::string& type, on_reload, const std::string& help);

    /// std::uint16_t, unsigned, std::size_t, double. `type` empty: the number's.
    template <class Number>
    option& number(const std::string& names, Number& value, std::optional<bounds>, on_reload,
                   const std::string& help, const std::string& type = "");

    /// With or without a fraction; kept to the millisecond.
    option& seconds(const std::string& names, std::chrono::milliseconds& value, seconds_range,
                    on_reload, const std::string& help);
    option& seconds(const std::string& names, std::optional<std::chrono::milliseconds>& value,
                    seconds_range, on_reload, const std::string& help);

    /// Without a fraction.
    option& whole_seconds(const std::string& names, std::chrono::seconds& value,
                          between<std::size_t>, on_reload, const std::string& help);

    /// One of `all`, in letters of any case. `shown` is what the help and complaints list: a|b|c.
    template <class Value>
    option& choice(const std::string& names, Value& value, const choices<Value>& all,
                   const std::string& shown, on_reload what, const std::string& help) {
        std::vector<std::string> words;
        std::vector<std::string> now; ///< those that mean the value of now
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

    /// A word by its position.
    option& positional(const std::string& name, std::string& value, const std::string& help);

    /// All words that no other takes; --help does not tell of them.
    option& rest(const std::string& name, std::vector<std::string>& values);

    /// Sets the values. Throws text_asked_for or bad_option.
    void parse(std::vector<std::string> words);

    /// Those that were given, as they stood in the words, but for --help and --version.
    [[nodiscard]] std::vector<const option*> given() const;

    /// By its long name without dashes; null: there is none that a file may have.
    [[nodiscard]] const option* find_for_file(const std::string& name) const;

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
    bool lists_are_told_; ///< that they take all that is given, and not the last
    bool nothing_is_not_set_;
    std::deque<option> all_;
};

/// What a running program cannot take over from a new configuration: the names of options without
/// dashes, with blanks between. What they decide is put back in `next` to what it is in `now`. Both
/// lists describe the same options, each over the values of its own configuration.
[[nodiscard]] std::string keep_what_needs_a_restart(const option_list& now,
                                                    const option_list& next);

/// Refuses "--web=", and "--web" before an empty word, perhaps of a variable that is not set: an
/// option that was given nothing would mean less than was meant, such as no password at all. Throws
/// bad_option.
void refuse_missing_values(const std::vector<std::string>& words);

} // namespace service
