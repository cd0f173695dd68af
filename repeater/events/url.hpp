// Events for a web service.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/http_url.hpp"
#include "repeater/events/queue.hpp"

namespace repeater {

/// One POST an event, application/json; any 2xx means delivered. https is verified against the
/// system's certificates (SSL_CERT_FILE, SSL_CERT_DIR) and the host's name.
class event_url final : public event_output {
public:
    event_url(http_url to, std::chrono::milliseconds limit) : to_(std::move(to)), limit_(limit) {}

    [[nodiscard]] std::optional<std::string> deliver(const std::string& json) override;

private:
    http_url to_;
    std::chrono::milliseconds limit_;
};

} // namespace repeater
