// Writes metrics in Prometheus' text format, version 0.0.4.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace service {

inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

using label = std::pair<std::string_view, std::string_view>;

/// One family after the other: family(), then its samples. Label values may hold any UTF-8.
class exposition {
public:
    void family(std::string_view name, std::string_view type, std::string_view help);

    /// `suffix` follows the family's name, as histograms need.
    void sample(std::initializer_list<label> labels, std::uint64_t value,
                std::string_view suffix = {});
    void sample(std::initializer_list<label> labels, std::int64_t value);
    void sample(std::initializer_list<label> labels, double value, std::string_view suffix = {});

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void line(std::initializer_list<label> labels, std::string_view value, std::string_view suffix);

    std::string name_;
    std::string text_;
};

} // namespace service
