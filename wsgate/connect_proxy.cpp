// CONNECT with Basic credentials, sent at once: the old tunnel did so, and it saves a round.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/connect_proxy.hpp"

#include "net/escape.hpp"
#include "wsgate/ascii.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsgate {

namespace {

constexpr int unauthorized = 401;
constexpr int proxy_authentication_required = 407;
constexpr std::string_view blanks = " \t";

bool is_token_character(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           marks.find(c) != std::string_view::npos;
}

/// The part before the next comma that is not within quotes; takes it off.
std::string_view next_element(std::string_view& rest) {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && (quoted || rest[at] != ','); ++at) {
        if (rest[at] == '\\' && quoted && at + 1 < rest.size()) {
            ++at;
        } else if (rest[at] == '"') {
            quoted = !quoted;
        }
    }
    const auto element = rest.substr(0, at);
    rest = at < rest.size() ? rest.substr(at + 1) : std::string_view{};
    return element;
}

/// "Basic realm=..." and "Negotiate" name a scheme, "qop=auth" is a parameter of the one before.
std::optional<std::string_view> scheme_in(std::string_view element) {
    element.remove_prefix(std::min(element.find_first_not_of(blanks), element.size()));
    const auto end = std::find_if_not(element.begin(), element.end(), is_token_character);
    const auto name = element.substr(0, static_cast<std::size_t>(end - element.begin()));
    auto rest = element.substr(name.size());
    const bool at_blank = rest.empty() || blanks.find(rest.front()) != std::string_view::npos;
    rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
    if (name.empty() || !at_blank || rest.starts_with('=')) {
        return std::nullopt;
    }
    return name;
}

std::string explain_407(const reply& r, const http_proxy& proxy) {
    const auto offered = offered_schemes(r);
    const auto names = net::escaped(fmt::format("{}", fmt::join(offered, ", ")));
    const bool basic = std::any_of(offered.begin(), offered.end(), [](const std::string& name) {
        return equal_but_for_case(name, "Basic");
    });
    if (!offered.empty() && !basic) {
        return fmt::format("407, the proxy offers {} only, and Basic is what we speak: put a local "
                           "helper proxy such as cntlm in between",
                           names);
    }
    const auto offers = offered.empty() ? std::string{"nothing"} : names;
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

std::string connect_request(std::string_view authority, const http_proxy& proxy) {
    auto text = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", authority);
    if (!proxy.login.user.empty()) {
        text += fmt::format("Proxy-Authorization: {}\r\n", basic_credentials(proxy.login));
    }
    text += "\r\n";
    return text;
}

std::optional<std::string> connect_problem(const reply& r, const http_proxy& proxy) {
    if (r.status / 100 == 2) {
        return std::nullopt;
    }
    if (r.status == proxy_authentication_required) {
        return explain_407(r, proxy);
    }
    if (r.status == unauthorized && !proxy.login.user.empty()) { // tinyproxy's way to say 407
        return "401, the proxy refuses this user name or password";
    }
    return fmt::format("the proxy answers {} {}", r.status, net::escaped(r.reason));
}

std::vector<std::string> offered_schemes(const reply& r) {
    std::vector<std::string> names;
    for (auto rest : r.values("Proxy-Authenticate")) {
        while (!rest.empty()) {
            const auto name = scheme_in(next_element(rest));
            if (name && std::find(names.begin(), names.end(), *name) == names.end()) {
                names.emplace_back(*name);
            }
        }
    }
    return names;
}

} // namespace wsgate
