// Follows what a viewer says, message by message.                       RFC 6143 7.5, rfbproto
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/messages/surprise.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rfb {

/// Stands behind ClientInit, and sees copies. The result does not depend on how the bytes were cut.
/// It keeps the start of one message, of a SetEncodings all of it.
class client_reader {
public:
    class listener {
    public:
        /// `start`: of a SetPixelFormat and a SetEncodings all bytes, of others those from which
        /// the length follows, and two at least where there are two.
        virtual void said(std::span<const std::byte> start, std::uint64_t size) = 0;

    protected:
        ~listener() = default;
    };

    /// Does nothing after a surprise.
    void read(std::span<const std::byte>, listener&);

    /// From now on a PointerEvent may have 7 bytes (rfbproto, Extended Mouse Buttons).
    void take_extended_pointers() { has_extended_pointers_ = true; }

    [[nodiscard]] const std::optional<surprise>& surprised() const { return surprise_; }

private:
    [[nodiscard]] std::size_t wanted() const;
    void begin_if_known(listener&);

    std::vector<std::byte> start_;
    std::optional<std::uint64_t> size_; ///< of the message, once that is known
    std::uint64_t left_ = 0;            ///< of it, behind what is kept
    std::uint64_t seen_ = 0;
    std::optional<surprise> surprise_;
    bool is_told_ = false;
    bool has_extended_pointers_ = false;
};

} // namespace rfb
