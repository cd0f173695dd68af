// Records that one process writes and another one reads, and what must hold of all of them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace support {

/// A record, and what becomes of its fields when they are read and written again.
struct record_row {
    const char* what;
    bytes fields;
    std::function<std::optional<bytes>(std::span<const std::byte>)> again;
};

inline void expect_read_as_written(const std::vector<record_row>& rows) {
    for (const auto& r : rows) {
        EXPECT_EQ(r.again(r.fields), r.fields) << r.what;
    }
}

inline void expect_read_with_more_fields(std::vector<record_row> rows) {
    for (auto& r : rows) {
        const auto before = r.fields;
        r.fields.insert(r.fields.end(), 20, std::byte{7});
        EXPECT_EQ(r.again(r.fields), before) << r.what;
    }
}

/// What they become does not matter, as long as nothing is read that is not there.
inline void read_cut_and_changed(const std::vector<record_row>& rows) {
    for (const auto& r : rows) {
        for (std::size_t size = 0; size < r.fields.size(); ++size) {
            (void)r.again(std::span(r.fields).first(size));
            auto changed = r.fields;
            changed[size] ^= std::byte{0xff};
            (void)r.again(changed);
        }
    }
}

} // namespace support
