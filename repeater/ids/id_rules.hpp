// Which IDs are admitted, and under which name their peers meet.                       security I4
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/ids/signed_id.hpp"
#include "rfb/repeater_id.hpp"

#include <cstdint>
#include <ctime>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

namespace repeater {

enum class id_policy {
    open,      ///< any
    list,      ///< those of a file
    signed_id, ///< those that were signed with our key
};

/// What the options say of them.
struct id_options {
    id_policy policy = id_policy::open;
    std::string file;     ///< of id_policy::list
    std::string key_file; ///< of id_policy::signed_id
};

struct id_rules {
    id_policy policy = id_policy::open;
    std::unordered_set<rfb::repeater_id> listed;
    std::vector<std::string> keys; ///< the current one first
};

/// The ID under which a peer that has named this one meets its partner: of a signed one its name,
/// otherwise the same. `now`: seconds since 1970.
[[nodiscard]] std::variant<rfb::repeater_id, id_fault>
judge(const id_rules&, const rfb::repeater_id& named, std::uint64_t now);

/// By the wall clock, which is for the expiry of signed IDs alone.
[[nodiscard]] inline std::uint64_t seconds_since_1970() {
    return static_cast<std::uint64_t>(std::time(nullptr));
}

} // namespace repeater
