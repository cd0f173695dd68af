// Asks CLI11 what it knows of the option.
// SPDX-License-Identifier: EUPL-1.2
#include "service/option.hpp"

#include <CLI/CLI.hpp>

namespace service {

option& option::group(const std::string& heading) {
    described_->group(heading);
    return *this;
}

option& option::required() {
    described_->required();
    return *this;
}

option& option::excludes(const option& other) {
    described_->excludes(other.described_);
    return *this;
}

std::vector<named_file> option::named_files() const {
    std::vector<named_file> all;
    if (file_kind_) {
        for (const auto& value : described_->results()) {
            all.push_back({name(), path_in_ ? path_in_(value) : value, *file_kind_});
        }
    }
    return all;
}

std::size_t option::count() const {
    return described_->count();
}

std::string option::name() const {
    return described_->get_name();
}

std::string option::short_names() const {
    std::string letters;
    for (const auto& each : described_->get_snames()) {
        letters += each;
    }
    return letters;
}

std::string option::help() const {
    return described_->get_description();
}

bool option::is_positional() const {
    return described_->get_positional();
}

bool option::takes_value() const {
    return described_->get_items_expected_max() > 0;
}

bool option::splits_at_commas() const {
    return described_->get_delimiter() == ',';
}

bool option::takes_many() const {
    return described_->get_items_expected_max() > 1;
}

} // namespace service
