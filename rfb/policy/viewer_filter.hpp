// Takes the messages that a policy forbids out of what a viewer sends.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/messages/client_messages.hpp"
#include "rfb/messages/dialect.hpp"
#include "rfb/messages/surprise.hpp"
#include "rfb/pixel_format.hpp"
#include "rfb/policy/viewer_policy.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rfb {

/// Stands behind ClientInit, in the viewer's direction alone. Nothing passes but messages that it
/// knows and that every server measures as it does; what it cannot measure ends the session, since
/// a viewer could hide later messages in it. The result does not depend on how the bytes were cut.
class viewer_filter {
public:
    /// Longer texts are swallowed: servers disagree on them.
    static constexpr std::uint64_t longest_cut_text = std::uint64_t{1} << 20U;

    viewer_filter(const viewer_policy&, message_dialect);

    /// The server's direction is read as well: it hears only of encodings that can be measured.
    /// `format`: of ServerInit.
    void narrow_to_measurable(const pixel_format& format);

    /// Appends to `out` what the server may have of the bytes. False where the session must end:
    /// nothing more is passed then.
    [[nodiscard]] bool pass(std::span<const std::byte> from_viewer, std::vector<std::byte>& out);

    /// Another policy, from the next message on. Keys and buttons that the viewer holds down are
    /// released in `out` where it may only view from now on, now or behind the message that is
    /// under way; nobody else could release them.
    void set(const viewer_policy&, std::vector<std::byte>& out);

    /// Why the session must end.
    [[nodiscard]] const std::optional<surprise>& surprised() const { return surprise_; }

    /// Messages that were taken out so far, by type.
    [[nodiscard]] const std::array<std::uint64_t, 256>& dropped() const { return dropped_; }

private:
    enum class verdict { pass, drop, rewrite, end };

    using bytes = std::vector<std::byte>;

    /// A message about a key, which has 8 bytes or 12.
    struct key_message {
        std::array<std::byte, longest_client_head> data{};
        std::uint8_t size = 0;

        [[nodiscard]] std::span<const std::byte> view() const {
            return std::span(data).first(size);
        }
    };

    [[nodiscard]] verdict judge(std::span<const std::byte> head, std::uint64_t size) const;
    [[nodiscard]] verdict judge_by_type(std::uint8_t type) const;
    [[nodiscard]] std::size_t take_head(std::span<const std::byte>);
    [[nodiscard]] bool begin(bytes& out);
    [[nodiscard]] std::size_t take_rest(std::span<const std::byte>, bytes& out);
    void finish(bytes& out);
    void rewrite(bytes& out);
    void take_format(bytes& out);
    void put_encodings(std::vector<std::int32_t>, bytes& out) const;
    void note(std::span<const std::byte> message);
    void release_all(bytes& out);
    bool end_with(std::uint8_t type);

    viewer_policy policy_;
    message_dialect dialect_;
    std::array<std::byte, longest_client_head> head_{};
    std::size_t head_size_ = 0; ///< bytes of head_ that have come
    std::uint64_t left_ = 0;    ///< of the message behind its head
    verdict now_ = verdict::pass;
    bool is_within_ = false; ///< a message whose head is there
    bool must_release_ = false;
    bytes kept_; ///< a message that is looked at as a whole
    std::uint64_t seen_ = 0;
    std::optional<surprise> surprise_;
    std::array<std::uint64_t, 256> dropped_{};
    std::vector<key_message> held_keys_;  ///< the messages that pressed them
    bytes pointer_;                       ///< the last PointerEvent, where a button is down
    bool is_measured_ = false;            ///< the server's direction is read
    bool is_tight_clear_ = true;          ///< programs agree on Tight in the format that holds
    bool has_encodings_ = false;          ///< the viewer has named some
    std::byte padding_{};                 ///< of the last SetEncodings
    std::vector<std::int32_t> encodings_; ///< the last ones that may be named, where it is measured
};

} // namespace rfb
