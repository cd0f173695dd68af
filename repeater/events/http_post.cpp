// Writes the request by hand, and judges the answer by its status.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/http_post.hpp"

#include "net/text/escape.hpp"
#include "net/text/number.hpp"
#include "service/version.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string_view>

namespace repeater {

namespace {

constexpr int too_many_requests = 429;
constexpr int service_unavailable = 503;

void put_line(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", the only form that is still to be sent (RFC 9110 5.6.7).
std::optional<std::chrono::system_clock::time_point> date_in(const std::string& text) {
    std::tm broken{};
    const auto* const end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &broken);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(::timegm(&broken));
}

} // namespace

std::string post_of_json(const http_url& to, const std::string& json, std::string_view version) {
    std::string all = "POST " + to.target + " HTTP/" + std::string{version} + "\r\n";
    put_line(all, "Host", to.authority);
    put_line(all, "User-Agent", std::string{"ultravnc_repeater/"} + service::version);
    put_line(all, "Content-Type", "application/json");
    put_line(all, "Connection", "close");
    put_line(all, "Content-Length", std::to_string(json.size()));
    return all.append("\r\n").append(json);
}

std::optional<std::string> post_refused(const net::client_response& r, const http_url& to,
                                        std::string_view option) {
    if (r.status / 100 == 2) {
        return std::nullopt;
    }
    auto why = "HTTP status " + std::to_string(r.status);
    if (!r.reason.empty()) {
        why += ' ' + net::escaped(r.reason);
    }
    const auto origin = (to.tls ? "https://" : "http://") + to.authority;
    if (const auto elsewhere = net::redirected_to(r, origin); !elsewhere.empty()) {
        why += ", redirected to " + elsewhere + ": use that as " + std::string{option};
    }
    return why;
}

std::chrono::seconds asked_to_wait(const net::client_response& r,
                                   std::chrono::system_clock::time_point now) {
    const auto all = r.values("Retry-After");
    if ((r.status != too_many_requests && r.status != service_unavailable) || all.empty()) {
        return {};
    }
    if (const auto seconds = net::parse_number<std::uint32_t>(all.front())) {
        return std::chrono::seconds(*seconds);
    }
    const auto date = date_in(std::string{all.front()});
    const auto wait = date.value_or(now) - now;
    return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(0));
}

} // namespace repeater
