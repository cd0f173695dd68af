// Who waits under which ID, and what an arrival means. Pure: no sockets, no clock.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/rules/session_number.hpp"
#include "rfb/repeater_id.hpp"
#include "rfb/side.hpp"

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

namespace repeater {

/// What a second peer of the same side under the same ID means.
enum class duplicate_policy {
    replace, ///< the newcomer takes the place (the Perl's default)
    refuse,  ///< the newcomer is closed (-r)
    queue,   ///< all wait; the first to come is the first to be paired
};

/// An ID is held by peers of one side at a time; a peer waits under one ID.
class rendezvous {
public:
    struct waits {
        friend bool operator==(const waits&, const waits&) = default;
    };

    struct pairs {
        session_number with{};
        friend bool operator==(const pairs&, const pairs&) = default;
    };

    struct replaces {
        session_number older{};
        friend bool operator==(const replaces&, const replaces&) = default;
    };

    struct refused {
        friend bool operator==(const refused&, const refused&) = default;
    };

    using outcome = std::variant<waits, pairs, replaces, refused>;

    explicit rendezvous(duplicate_policy policy) : policy_(policy) {}

    /// Sets what duplicates mean from now on; whoever waits goes on waiting, also a queue of them.
    void set_policy(duplicate_policy policy) { policy_ = policy; }

    /// What an arrival would mean.
    [[nodiscard]] outcome foresee(const rfb::repeater_id&, rfb::side newcomer) const;

    /// After waits and replaces the newcomer waits; after pairs neither does; after replaces the
    /// older does not.
    [[nodiscard]] outcome arrive(const rfb::repeater_id&, rfb::side, session_number);

    /// Lets a peer wait that waited before, behind those that do, whatever the policy says of
    /// duplicates. False where the other side waits under this ID.
    [[nodiscard]] bool restore(const rfb::repeater_id&, rfb::side, session_number);

    /// The peer that an arrival would be paired with, or, under `refuse`, be refused for: worth a
    /// look at its connection before arrive().
    [[nodiscard]] std::optional<session_number> in_the_way(const rfb::repeater_id&,
                                                           rfb::side newcomer) const;

    /// The peer no longer waits. Does nothing where it did not.
    void leave(const rfb::repeater_id&, session_number);

    /// Number of IDs under which somebody waits.
    [[nodiscard]] std::size_t size() const { return slots_.size(); }

private:
    struct slot {
        rfb::side side;
        std::vector<session_number> queue; // never empty; mostly one
    };

    duplicate_policy policy_;
    std::unordered_map<rfb::repeater_id, slot> slots_;
};

} // namespace repeater
