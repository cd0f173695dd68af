// Reads sections, names and values one line at a time.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/helpchannel_conf.hpp"

#include "net/text/lines.hpp"
#include "wsgate/text/ascii.hpp"

#include <array>
#include <utility>

namespace wsgate {

namespace {

struct place {
    std::string_view section;
    std::string_view name;
    std::string helpchannel_conf::*value;
};

constexpr std::array<place, 7> places{{
    {"TunnelConfig", "tunnel_url", &helpchannel_conf::tunnel_url},
    {"TunnelConfig", "local_port", &helpchannel_conf::local_port},
    {"TunnelConfig", "ssl_verify", &helpchannel_conf::ssl_verify},
    {"ServerConfig", "proxy_host", &helpchannel_conf::proxy_host},
    {"ServerConfig", "proxy_port", &helpchannel_conf::proxy_port},
    {"ServerConfig", "proxy_username", &helpchannel_conf::proxy_username},
    {"ServerConfig", "proxy_password", &helpchannel_conf::proxy_password},
}};

constexpr std::string_view white_space = " \t";

std::string* find(helpchannel_conf& conf, std::string_view section, std::string_view name) {
    for (const auto& known : places) {
        if (known.section == section && equal_but_for_case(known.name, name)) {
            return &(conf.*known.value);
        }
    }
    return nullptr;
}

/// Cuts off a comment that begins with a `;` behind a blank.
std::string_view without_comment(std::string_view value) {
    for (auto at = value.find(';'); at != std::string_view::npos; at = value.find(';', at + 1)) {
        if (at == 0 || white_space.find(value[at - 1]) != std::string_view::npos) {
            return trimmed(value.substr(0, at));
        }
    }
    return value;
}

} // namespace

helpchannel_conf parse_helpchannel_conf(std::string_view text) {
    helpchannel_conf conf;
    std::string_view section;
    std::string* latest = nullptr; // what an indented line continues
    net::text_lines lines(text);
    while (const auto next = lines.next()) {
        const auto raw = next->text;
        const auto line = trimmed(raw);
        if (line.empty() || line.front() == '#' || line.front() == ';') {
            continue;
        }
        if (white_space.find(raw.front()) != std::string_view::npos) {
            if (latest != nullptr) {
                *latest += line;
            }
            continue;
        }
        latest = nullptr;
        if (line.front() == '[') {
            section = line.substr(1, line.find(']') - 1);
            continue;
        }
        const auto sign = line.find_first_of(":=");
        if (sign == std::string_view::npos) {
            continue;
        }
        latest = find(conf, section, trimmed(line.substr(0, sign)));
        if (latest != nullptr) {
            *latest = without_comment(trimmed(line.substr(sign + 1)));
        }
    }
    return conf;
}

} // namespace wsgate
