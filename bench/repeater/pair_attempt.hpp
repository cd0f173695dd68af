// A pair through a repeater or relay in the making.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/subject.hpp"

#include <cstddef>
#include <cstdint>

namespace bench {

/// For set_up_loop, which says what the functions do.
class pair_attempt {
public:
    explicit pair_attempt(running_subject&);

    [[nodiscard]] const unique_fd& socket() const { return viewer_; }

    [[nodiscard]] bool go_on();
    void reset();

private:
    std::size_t greeting_; // bytes that a viewer awaits before it sends anything
    std::uint64_t id_;
    unique_fd server_; // kind repeater only
    unique_fd viewer_;
    std::size_t received_ = 0;
};

} // namespace bench
