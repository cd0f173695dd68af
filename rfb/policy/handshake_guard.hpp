// Passes on the start of a session as a policy allows it.                  RFC 6143 7.1-7.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/handshake.hpp"
#include "rfb/policy/session_policy.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rfb {

/// Stands between both peers from their first byte. A byte passes once it is known what it means.
/// Types that the policy does not admit, or that would hide the session from us, are taken out of
/// the server's list, so that the viewer chooses one of the others; where none is left it is
/// refused, in words that it shows.
class handshake_guard final : handshake_reader::listener {
public:
    using bytes = std::vector<std::byte>;

    enum class state {
        in_progress,
        complete,   ///< ServerInit was read; reader() has what was fed and is not passed on yet
        unread,     ///< the policy admits a session that cannot be read; so does reader()
        declined,   ///< the server has refused; what is left of its words may pass
        last_words, ///< it is refused; the viewer's version decides how it is told
        over,       ///< it is refused, and the viewer has been told where that is possible
    };

    explicit handshake_guard(session_policy);
    handshake_guard(const handshake_guard&) = delete;
    handshake_guard& operator=(const handshake_guard&) = delete;
    ~handshake_guard() = default;

    /// Takes what `from` has sent, and appends what both may have. Says how many bytes it took:
    /// all, or those up to the end of the handshake.
    std::size_t feed(side from, std::span<const std::byte>, bytes& to_viewer, bytes& to_server);

    [[nodiscard]] state now() const { return state_; }

    /// Why it is refused: a sentence without a dot, for people; empty unless it is.
    [[nodiscard]] std::string_view reason() const { return reason_; }

    [[nodiscard]] handshake_reader& reader() { return reader_; }

    [[nodiscard]] const handshake_reader& reader() const { return reader_; }

private:
    using step = handshake_reader::step;

    void read(side from, std::span<const std::byte>, step as) override;
    std::size_t feed_version(side from, std::span<const std::byte>);
    std::size_t feed_reader(side from, std::span<const std::byte>);
    void judge();
    void judge_opaque();
    void hear_answer(std::span<const std::byte>);
    void pass(side from, std::span<const std::byte>);
    void offer_types(std::span<const std::byte> list);
    void take_servers_type(std::span<const std::byte> word);
    void offer_subtypes(std::span<const std::byte> list);
    void hide_tunnels(std::span<const std::byte> list);
    void offer_tight_types(std::span<const std::byte> list);
    void take_choice(std::span<const std::byte> choice);
    void take_subtype(std::span<const std::byte> choice);
    void take_client_init(std::span<const std::byte>);
    [[nodiscard]] bool may_offer(std::uint8_t type) const;
    [[nodiscard]] bool admits_subtype(std::uint32_t, std::uint8_t container) const;
    void refuse(std::string_view why);

    session_policy policy_;
    handshake_reader reader_;
    state state_ = state::in_progress;
    std::string reason_;
    std::array<bytes*, 2> out_{};        ///< to the viewer and to the server, during feed()
    std::array<bytes, 2> versions_{};    ///< of the viewer, also for the last words; of the server
    std::vector<std::uint32_t> offered_; ///< that the viewer has been shown, or the subtypes
    bool is_list_passed_ = false;
};

} // namespace rfb
