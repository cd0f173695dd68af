// What a keeper holds for its child: listeners, and who waits.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/handover/records.hpp"
#include "service/handover/records.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <vector>

namespace repeater {

/// Each as the record that the child has told it by, whose fields are not read, but for the number
/// of who waits. Knows no processes.
class holdings {
public:
    /// Takes in a record of a child: a listener or a peer that waits is held from now on, or no
    /// longer. False where the record is about something else. One that cannot be read is thrown
    /// away.
    [[nodiscard]] bool apply(service::record);

    /// Lets go of all who wait.
    void let_waiters_go() { waiters_.clear(); }

    void clear();

    /// Tells of each thing that is held: the listeners first, then who waits.
    using teller =
        std::function<void(record_kind, std::span<const std::byte> fields, int descriptor)>;
    void tell(const teller&) const;

    [[nodiscard]] std::size_t listeners() const { return listeners_.size(); }

    [[nodiscard]] std::size_t waiters() const { return waiters_.size(); }

private:
    struct held {
        std::vector<std::byte> fields;
        net::unique_fd descriptor;
    };

    std::map<moved_listener, held> listeners_;
    std::map<session_number, held> waiters_;
};

} // namespace repeater
