// Delivers events to a web service by HTTP POST (--event-url).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/http_url.hpp"
#include "repeater/events/output.hpp"

#include <chrono>
#include <utility>

namespace repeater {

/// One POST an event, application/json; any 2xx means delivered. https is verified against the
/// system's certificates (SSL_CERT_FILE, SSL_CERT_DIR) and the host's name.
class url_output final : public output {
public:
    url_output(http_url to, std::chrono::milliseconds limit) : to_(std::move(to)), limit_(limit) {}

    [[nodiscard]] std::optional<std::string> deliver(const std::string& json) override;

    [[nodiscard]] std::chrono::seconds retry_after() const override { return retry_after_; }

private:
    http_url to_;
    std::chrono::milliseconds limit_;
    std::chrono::seconds retry_after_{0};
};

} // namespace repeater
