// A whole session under a policy: what each side has sent, and what the other may have of it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/messages/session_reader.hpp"
#include "rfb/policy/handshake_guard.hpp"
#include "rfb/policy/session_policy.hpp"
#include "rfb/policy/viewer_filter.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rfb {

/// Fed with everything that both sides send, from their first bytes on. What it cannot read where
/// the policy needs that ends the session.
class policed_session {
public:
    using bytes = std::vector<std::byte>;

    explicit policed_session(const session_policy&);

    /// What the bytes of `from` become: `on` is for the other side, `back` for `from` itself.
    /// `now` is what insight has as a time.
    void pass(side from, std::span<const std::byte>, bytes& on, bytes& back, std::uint64_t now);

    enum class state {
        goes_on,
        last_words, ///< the server is to be closed; the viewer's next bytes decide how it is told
        over,       ///< both are to be closed once what was passed is written
    };

    [[nodiscard]] state now() const;

    /// Why it is not to go on: a sentence without a dot; empty where it does.
    [[nodiscard]] const std::string& reason() const { return reason_; }

    /// What was not understood, and who had sent it, where that is why.
    [[nodiscard]] const std::optional<std::pair<side, surprise>>& broken_by() const {
        return broken_by_;
    }

    /// Of what `from` sends next, so many bytes need not be passed through here: passed() may be
    /// called in place of pass().
    [[nodiscard]] std::uint64_t to_pass(side from) const;
    void passed(side from, std::uint64_t count);

    static constexpr std::uint64_t everything = ~std::uint64_t{0};

    /// Another policy for the viewer, from its next message on; `to_server` gets the release of
    /// keys that it holds down. False where what the server says would have to be read, and was not
    /// from the start, or where this session is not read at all: nothing changes then.
    [[nodiscard]] bool set(const viewer_policy&, bytes& to_server);

    [[nodiscard]] const viewer_policy& viewer() const { return policy_.viewer; }

    /// While true, the start of the session is not known in full.
    [[nodiscard]] bool is_in_handshake() const { return guard_ != nullptr; }

    [[nodiscard]] const handshake_facts& facts() const { return facts_; }

    /// Nothing before the handshake is over, or where the session is not read.
    [[nodiscard]] const insight* seen() const { return reader_ ? &reader_->seen() : nullptr; }

    /// Messages of the viewer that were taken out so far.
    [[nodiscard]] std::uint64_t dropped() const;

private:
    void pass_handshake(side from, std::span<const std::byte>, bytes& on, bytes& back,
                        std::uint64_t now);
    void end_handshake(side last, bytes& to_viewer, bytes& to_server, std::uint64_t now);
    void pass_viewer(std::span<const std::byte>, bytes& out, std::uint64_t now);
    void pass_server(std::span<const std::byte>, bytes& out, std::uint64_t now);
    [[nodiscard]] bool drops(std::byte type) const;
    void break_off(side by, const surprise&);

    session_policy policy_;
    std::unique_ptr<handshake_guard> guard_; ///< until the handshake is over
    handshake_facts facts_;
    std::unique_ptr<viewer_filter> filter_;  ///< null: what the viewer says is not read
    std::unique_ptr<session_reader> reader_; ///< with the filter
    bool reads_server_;
    bool is_dropping_ = false; ///< the server's message that is under way
    bool is_declined_ = false; ///< by the server
    state state_ = state::goes_on;
    std::string reason_;
    std::optional<std::pair<side, surprise>> broken_by_;
};

} // namespace rfb
