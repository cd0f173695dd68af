// The file of --config, by CLI11.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <CLI/CLI.hpp>

#include <istream>
#include <vector>

namespace repeater {

/// Refuses what CLI11 would pass over or guess at: sections, names that are not an option's long
/// one, several values where there is room for one.
class option_file : public CLI::ConfigBase {
public:
    /// `app` outlives it.
    explicit option_file(const CLI::App& app) : app_(app) {}

    /// Throws CLI::ConfigError.
    [[nodiscard]] std::vector<CLI::ConfigItem> from_config(std::istream&) const override;

private:
    void check(const CLI::ConfigItem&) const;

    const CLI::App& app_;
};

} // namespace repeater
