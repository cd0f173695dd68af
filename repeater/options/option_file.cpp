// CLI11 reads, we look at what it has read.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/option_file.hpp"

#include <string>

namespace repeater {

namespace {

CLI::ConfigError bad(const std::string& why) {
    return {why, CLI::ExitCodes::ConfigError};
}

} // namespace

std::vector<CLI::ConfigItem> option_file::from_config(std::istream& text) const {
    auto read = CLI::ConfigBase::from_config(text);
    for (const auto& each : read) {
        check(each);
    }
    return read;
}

void option_file::check(const CLI::ConfigItem& item) const {
    if (!item.parents.empty()) {
        throw bad("there are no sections such as [" + item.parents.front() + "]");
    }
    const auto* const option = app_.get_option_no_throw("--" + item.name);
    if (option == nullptr) {
        throw bad("no such option: " + item.name);
    }
    if (item.inputs.size() > 1 && option->get_items_expected_max() <= 1) {
        throw bad(item.name + " takes one value, not " + std::to_string(item.inputs.size()));
    }
}

} // namespace repeater
