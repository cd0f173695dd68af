// One option of a program, as option_list describes it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/decided_value.hpp"

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class Option;
} // namespace CLI

namespace service {

/// What becomes of an option's new value when a running program reads its file of options again.
enum class on_reload {
    takes_effect,  ///< it holds for who comes afterwards
    needs_restart, ///< the old one is kept, and the log names the option
    never          ///< there is no new one: the option cannot stand in a file
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

    /// In --help it stands under this heading.
    option& group(const std::string& heading);

    option& required();

    /// Whoever gives both is refused.
    option& excludes(const option& other);

    /// What it sets in the configuration. Said several times: all of these.
    template <class Value, class Same = std::equal_to<>>
    option& decides(Value& value, Same same = {}) {
        if (decides_its_own_) {
            decides_its_own_ = false;
            decided_.clear();
        }
        decided_.emplace_back(value, same);
        return *this;
    }

    /// The value that it is made over is what it decides, unless decides() says otherwise.
    template <class Value>
    option& decides_its_own(Value& value) {
        decides(value);
        decides_its_own_ = true;
        return *this;
    }

    /// How many times it was given.
    [[nodiscard]] std::size_t count() const;

    /// Its long name, or where it has none the word that stands for it.
    [[nodiscard]] std::string name() const;

    /// All letters that it has as short names.
    [[nodiscard]] std::string short_names() const;
    [[nodiscard]] std::string help() const;
    [[nodiscard]] bool is_positional() const;

    /// Not so: a switch.
    [[nodiscard]] bool takes_value() const;
    [[nodiscard]] bool takes_many() const;

    /// One value may be several, with commas between.
    [[nodiscard]] bool splits_at_commas() const;

    [[nodiscard]] bool may_be_in_file() const { return on_reload_ != on_reload::never; }

    [[nodiscard]] bool needs_restart() const { return on_reload_ == on_reload::needs_restart; }

    [[nodiscard]] const std::vector<decided_value>& decided() const { return decided_; }

    /// Of the library's.
    [[nodiscard]] const CLI::Option* described() const { return described_; }

private:
    CLI::Option* described_;
    on_reload on_reload_;
    std::vector<decided_value> decided_;
    bool decides_its_own_ = false;
};

} // namespace service
