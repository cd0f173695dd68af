// Passes bytes on to the reader or the policy that is there.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/session_watch.hpp"

namespace repeater {

session_watch::session_watch(const session_terms& t) : has_insight_(t.has_insight) {
    if (t.policy.holds()) {
        policed_ = std::make_unique<rfb::policed_session>(t.policy);
    } else {
        handshake_.emplace();
    }
}

session_watch::session_watch(rfb::handshake_reader h, bool has_insight)
    : handshake_(std::move(h)), has_insight_(has_insight) {}

std::span<const std::byte> session_watch::passing(rfb::side from, std::span<const std::byte> bytes,
                                                  buffers& lent, std::uint64_t now) {
    if (!policed_) {
        listen(from, bytes, now);
        return bytes;
    }
    lent.on.clear();
    lent.back.clear();
    policed_->pass(from, bytes, lent.on, lent.back, now);
    if (!is_told_ && !policed_->is_in_handshake()) {
        is_told_ = true;
        untold_ = policed_->facts();
    }
    return lent.on;
}

void session_watch::listen(rfb::side from, std::span<const std::byte> bytes, std::uint64_t now) {
    if (handshake_) {
        const auto taken = handshake_->feed(from, bytes);
        if (!handshake_->done()) {
            return;
        }
        untold_ = handshake_->facts();
        if (has_insight_ && untold_->reached == rfb::handshake_facts::stage::complete) {
            reader_ = std::make_unique<rfb::session_reader>(*handshake_);
            for (const auto side : {rfb::side::server, rfb::side::viewer}) {
                reader_->feed(side, handshake_->take_unread(side), now);
            }
            bytes = bytes.subspan(taken);
        }
        handshake_.reset();
    }
    if (reader_) {
        reader_->feed(from, bytes, now);
    }
}

std::uint64_t session_watch::may_pass_unseen(rfb::side from) const {
    if (policed_) {
        return policed_->to_pass(from);
    }
    if (handshake_) {
        return 0;
    }
    const bool reads = reader_ && !reader_->is_over();
    if (!reads) {
        return rfb::policed_session::everything;
    }
    return from == rfb::side::server ? reader_->to_pass() : 0;
}

void session_watch::passed_unseen(rfb::side from, std::uint64_t count) {
    if (policed_) {
        policed_->passed(from, count);
    } else if (reader_ && !reader_->is_over() && from == rfb::side::server) {
        reader_->passed(count);
    }
}

std::optional<rfb::handshake_facts> session_watch::take_facts() {
    return std::exchange(untold_, std::nullopt);
}

const rfb::insight* session_watch::seen() const {
    return policed_ ? policed_->seen() : reader_ ? &reader_->seen() : nullptr;
}

} // namespace repeater
