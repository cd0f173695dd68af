// Sends many records in few messages, to who takes them at once.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/handover/records.hpp"

#include <chrono>

namespace service {

/// Waits for the other end, for so long at most each time. Once that has failed nothing more is
/// sent.
class record_sender {
public:
    record_sender(const net::message_socket& to, std::chrono::milliseconds limit)
        : to_(to), limit_(limit) {}

    /// It leaves with those behind it, or with send(). The descriptors stay open until then.
    void add(std::uint8_t kind, std::span<const std::byte> fields = {},
             std::span<const int> descriptors = {}) {
        if (!batch_.add(kind, fields, descriptors)) {
            send();
            failed_ = !batch_.add(kind, fields, descriptors) || failed_;
        }
    }

    void send() {
        failed_ = failed_ || (!batch_.is_empty() &&
                              to_.send_within(limit_, batch_.bytes(), batch_.descriptors()));
        batch_.clear();
    }

    [[nodiscard]] bool has_failed() const { return failed_; }

private:
    const net::message_socket& to_;
    std::chrono::milliseconds limit_;
    record_batch batch_;
    bool failed_ = false;
};

} // namespace service
