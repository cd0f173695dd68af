// One option of a program, as option_list describes it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/decided_value.hpp"
#include "service/named_file.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class Option;
} // namespace CLI

namespace service {

/// What becomes of an option's new value when a running program reads its file of options again.
enum class on_reload {
    takes_effect,  ///< it holds for connections that come afterwards
    needs_restart, ///< the old value is kept, and the log names the option
    never          ///< it has no new value: it is not allowed in a file
};

/// A user wrote something that cannot be used. The text begins with "--name: " where an option is
/// to blame.
class bad_option : public std::runtime_error {
public:
    explicit bad_option(const std::string& what) : std::runtime_error(what) {}

    bad_option(const std::string& option, const std::string& why)
        : std::runtime_error(option + ": " + why) {}
};

/// Made by an option_list, which it must not outlive.
class option {
public:
    option(CLI::Option* described, on_reload what) : described_(described), on_reload_(what) {}

    /// Puts the option under this heading in --help.
    option& group(const std::string& heading);

    option& required();

    /// Refuses a command line that has both options.
    option& excludes(const option& other);

    /// Notes another spelling of this option: on the command line either replaces what a file has
    /// of both. `other` belongs to the same list.
    option& is_also(const option& other) {
        also_.push_back(&other);
        return *this;
    }

    [[nodiscard]] bool says_the_same_as(const option& other) const {
        return std::find(also_.begin(), also_.end(), &other) != also_.end();
    }

    /// Names a value that the option sets in the configuration. May be called several times, for
    /// several values.
    template <class Value, class Same = std::equal_to<>>
    option& decides(Value& value, Same same = {}) {
        if (decides_its_own_) {
            decides_its_own_ = false;
            decided_.clear();
        }
        decided_.emplace_back(value, same);
        return *this;
    }

    /// Names the value that the option was made for as what it sets, unless decides() is called for
    /// others.
    template <class Value>
    option& decides_its_own(Value& value) {
        decides(value);
        decides_its_own_ = true;
        return *this;
    }

    /// Says that its values may be any text, and no number or one of a few words.
    option& of_text() {
        takes_any_text_ = true;
        return *this;
    }

    [[nodiscard]] bool takes_any_text() const { return takes_any_text_; }

    /// Says that its values name files. `path_in` takes the path out of a value such as PATH=FILE;
    /// null: the value is the path.
    option& names_files(file_kind kind,
                        std::function<std::string(const std::string&)> path_in = nullptr) {
        file_kind_ = kind;
        path_in_ = std::move(path_in);
        return *this;
    }

    /// Nothing unless its values name files.
    [[nodiscard]] std::optional<file_kind> kind_of_files() const { return file_kind_; }

    /// The files that its values name.
    [[nodiscard]] std::vector<named_file> named_files() const;

    /// How many times it was given.
    [[nodiscard]] std::size_t count() const;

    /// Its long name; of a positional argument the word that stands for it in --help.
    [[nodiscard]] std::string name() const;

    /// The letters of all its short names.
    [[nodiscard]] std::string short_names() const;
    [[nodiscard]] std::string help() const;
    [[nodiscard]] bool is_positional() const;

    /// False for a switch.
    [[nodiscard]] bool takes_value() const;
    [[nodiscard]] bool takes_many() const;

    /// Whether one value may be several with commas between.
    [[nodiscard]] bool splits_at_commas() const;

    [[nodiscard]] bool may_be_in_file() const { return on_reload_ != on_reload::never; }

    [[nodiscard]] bool needs_restart() const { return on_reload_ == on_reload::needs_restart; }

    [[nodiscard]] const std::vector<decided_value>& decided() const { return decided_; }

    /// The option as CLI11 has it.
    [[nodiscard]] const CLI::Option* described() const { return described_; }

private:
    CLI::Option* described_;
    on_reload on_reload_;
    std::vector<decided_value> decided_;
    std::vector<const option*> also_;
    bool decides_its_own_ = false;
    bool takes_any_text_ = false;
    std::optional<file_kind> file_kind_;
    std::function<std::string(const std::string&)> path_in_;
};

} // namespace service
