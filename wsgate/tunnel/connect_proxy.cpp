// Sends Basic credentials at once, as the old tunnel did, which saves a round; sends Digest
// credentials where the proxy asks for them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/connect_proxy.hpp"

#include "net/text/escape.hpp"
#include "wsgate/http/challenge.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/tunnel/digest_login.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

namespace wsgate {

namespace {

constexpr int unauthorized = 401;
constexpr int proxy_authentication_required = 407;
constexpr auto asked_in = "Proxy-Authenticate";

bool has_basic(const std::vector<challenge>& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const challenge& c) { return equal_but_for_case(c.scheme, "Basic"); });
}

std::string explain_407(const net::client_response& r, const http_proxy& proxy) {
    const auto names = net::escaped(fmt::format("{}", fmt::join(offered_schemes(r), ", ")));
    const auto offers = names.empty() ? std::string{"nothing"} : names;
    const auto all = challenges_in(r, asked_in);
    if (proxy.digest_only && has_basic(all) && !has_digest(all)) {
        return fmt::format("407, the proxy offers {} only, and --proxy-digest forbids to send the "
                           "password",
                           names);
    }
    if (!all.empty() && !has_basic(all) && !has_digest(all)) {
        return fmt::format("407, the proxy offers {} only, and Basic and Digest are what we speak: "
                           "put a local helper proxy such as cntlm in between",
                           names);
    }
    if (proxy.login.user.empty()) {
        return fmt::format("407, the proxy wants a user name and a password (it offers {}): see "
                           "--proxy-user and --proxy-password-file",
                           offers);
    }
    return fmt::format("407, the proxy refuses this user name or password (it offers {})", offers);
}

} // namespace

std::variant<http_proxy, std::string> parse_proxy(std::string_view text) {
    const bool bare = text.find("://") == std::string_view::npos;
    const auto whole = bare ? fmt::format("http://{}", text) : std::string{text};
    const auto colon = whole.find("://");
    if (!equal_but_for_case(std::string_view{whole}.substr(0, colon), "http")) {
        return "only http:// proxies are spoken to, such as http://proxy.example:3128";
    }
    const auto parsed = parse_ws_url(whole);
    const auto* const url = std::get_if<ws_url>(&parsed);
    if (url == nullptr || url->target != "/") {
        return "it is not a proxy such as http://proxy.example:3128";
    }
    return http_proxy{url->host, url->port, url->login};
}

std::string connect_request(std::string_view authority, std::string_view credentials) {
    auto text = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", authority);
    if (!credentials.empty()) {
        text += fmt::format("Proxy-Authorization: {}\r\n", credentials);
    }
    text += "\r\n";
    return text;
}

std::string first_credentials(const http_proxy& proxy) {
    const bool basic = !proxy.login.user.empty() && !proxy.digest_only;
    return basic ? basic_credentials(proxy.login) : std::string{};
}

std::optional<std::string> second_credentials(const net::client_response& r,
                                              const http_proxy& proxy, std::string_view authority,
                                              std::string_view cnonce) {
    const auto all = challenges_in(r, asked_in);
    const bool was_no_password = has_basic(all) && !proxy.digest_only;
    if (r.status != proxy_authentication_required || proxy.login.user.empty() || was_no_password) {
        return std::nullopt;
    }
    return digest_credentials(all, proxy.login, "CONNECT", authority, cnonce);
}

std::optional<std::string> connect_problem(const net::client_response& r, const http_proxy& proxy) {
    if (r.status / 100 == 2) {
        return std::nullopt;
    }
    if (r.status == proxy_authentication_required) {
        return explain_407(r, proxy);
    }
    if (r.status == unauthorized && !proxy.login.user.empty()) { // tinyproxy sends this for 407
        return "401, the proxy refuses this user name or password";
    }
    auto text = fmt::format("the proxy answers {} {}", r.status, net::escaped(r.reason));
    if (const auto elsewhere = net::redirected_to(r, {}); !elsewhere.empty()) {
        text += fmt::format(", redirected to {}: it may want a log-in with a browser", elsewhere);
    }
    return text;
}

std::vector<std::string> offered_schemes(const net::client_response& r) {
    std::vector<std::string> names;
    for (auto& each : challenges_in(r, asked_in)) {
        if (std::find(names.begin(), names.end(), each.scheme) == names.end()) {
            names.push_back(std::move(each.scheme));
        }
    }
    return names;
}

} // namespace wsgate
