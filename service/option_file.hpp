// Turns the file of --config into words of a command line, and finds the line to blame where a
// value is wrong.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/config_file.hpp"
#include "service/option_list.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace service {

/// The file cannot be read, or something in it cannot be used. The text names the file, and the
/// line where one is to blame.
class unusable_file : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class option_file {
public:
    /// Reads the file, of at most 1 MiB. Throws unusable_file.
    explicit option_file(std::string path);

    /// The settings as words, without options that `said`, the command line, has as well,
    /// by whatever name.
    /// `try_alone` parses one word and throws bad_option where it is wrong, so that its line can be
    /// named. Throws unusable_file.
    [[nodiscard]] std::vector<std::string>
    words(const option_list& said, const std::function<void(const std::string&)>& try_alone) const;

    /// Throws unusable_file with the line's number where the complaint is about a line of the file,
    /// and not about the command line.
    void blame_line(const bad_option&, const option_list& said) const;

    /// Throws unusable_file without a line, where no line alone is to blame.
    [[noreturn]] void blame(const bad_option&) const;

private:
    [[noreturn]] void refuse(const setting&, const std::string& why) const;
    void refuse_surplus(const setting&, const option&) const;

    std::string path_;
    std::vector<setting> settings_;
};

} // namespace service
