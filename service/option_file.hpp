// The file of --config as words of a command line, and who is to blame where they are wrong.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/config_file.hpp"
#include "service/option_list.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace service {

/// It cannot be read, or something in it cannot be used. The text names it, and the line where one
/// is to blame.
class unusable_file : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class option_file {
public:
    /// Reads it; at most 1 MiB. Throws unusable_file.
    explicit option_file(std::string path);

    /// Without what `said`, the command line, says of the same options. `try_alone` throws
    /// bad_option where a word means nothing, so that its line can be named. Throws unusable_file.
    [[nodiscard]] std::vector<std::string>
    words(const option_list& said, const std::function<void(const std::string&)>& try_alone) const;

    /// Throws unusable_file where a line is what the complaint is about, and not the command line.
    void blame_line(const bad_option&, const option_list& said) const;

    /// No line alone is to blame.
    [[noreturn]] void blame(const bad_option&) const;

private:
    [[noreturn]] void refuse(const setting&, const std::string& why) const;
    void refuse_surplus(const setting&, const option&) const;

    std::string path_;
    std::vector<setting> settings_;
};

} // namespace service
