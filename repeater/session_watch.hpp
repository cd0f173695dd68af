// Reads what both sides of a pair say, as far as its terms need that, and holds them to its policy.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/policy/session_terms.hpp"
#include "rfb/handshake.hpp"
#include "rfb/messages/session_reader.hpp"
#include "rfb/policy/policed_session.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace repeater {

/// The handshake of every pair is read. What follows is read where there is insight, and passes
/// through a filter where there is a policy.
class session_watch {
public:
    /// Lent by an event loop to its pairs, for the length of one call.
    struct buffers {
        std::vector<std::byte> on;   ///< what the other side gets
        std::vector<std::byte> back; ///< what the sender gets
    };

    explicit session_watch(const session_terms&);

    /// Without a policy, and with a handshake that another process has begun to read.
    session_watch(rfb::handshake_reader, bool has_insight);

    /// What is written in the place of the bytes: they themselves, or what is in `lent`. `now`:
    /// milliseconds since the session began.
    [[nodiscard]] std::span<const std::byte> passing(rfb::side from, std::span<const std::byte>,
                                                     buffers& lent, std::uint64_t now);

    /// As net::pump_observer.
    [[nodiscard]] std::uint64_t may_pass_unseen(rfb::side from) const;
    void passed_unseen(rfb::side from, std::uint64_t count);

    /// What the handshake has shown, once: when it is over.
    [[nodiscard]] std::optional<rfb::handshake_facts> take_facts();

    /// Nothing is left to read, and nobody will ask what was seen.
    [[nodiscard]] bool has_enough() const { return !handshake_ && !reader_ && !policed_; }

    /// The handshake while it is read, for another process; nothing once it is over.
    [[nodiscard]] const std::optional<rfb::handshake_reader>& handshake() const {
        return handshake_;
    }

    [[nodiscard]] bool has_insight() const { return has_insight_; }

    /// Messages of the viewer that its policy has taken out.
    [[nodiscard]] std::uint64_t dropped() const { return policed_ ? policed_->dropped() : 0; }

    /// Null without a policy.
    [[nodiscard]] rfb::policed_session* policed() { return policed_.get(); }

    [[nodiscard]] const rfb::policed_session* policed() const { return policed_.get(); }

    /// Null where nothing is read, or not yet.
    [[nodiscard]] const rfb::insight* seen() const;

private:
    void listen(rfb::side from, std::span<const std::byte>, std::uint64_t now);

    std::optional<rfb::handshake_reader> handshake_;
    std::unique_ptr<rfb::session_reader> reader_;
    std::unique_ptr<rfb::policed_session> policed_;
    std::optional<rfb::handshake_facts> untold_;
    bool has_insight_;
    bool is_told_ = false;
};

} // namespace repeater
