// Each form has its parser; what does not fit is refused by the name of its option.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/raw_values.hpp"

#include "net/limits/pace.hpp"
#include "net/text/ascii.hpp"
#include "net/text/listen_at.hpp"
#include "net/text/number.hpp"
#include "net/text/unix_path.hpp"
#include "service/option.hpp"

#include <boost/tokenizer.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace repeater {

namespace {

constexpr auto in_ascii = " in ASCII: a name of other letters is written in its form with xn--";

std::uint16_t positional_port(const std::string& text, std::uint16_t otherwise) {
    if (text.empty() || text == "0") {
        return otherwise;
    }
    const auto port = net::parse_number<std::uint16_t>(text).value_or(0);
    if (port == 0) {
        throw service::bad_option(text + " is not a port number (1 to 65535)");
    }
    return port;
}

/// Words between blanks; quotes and backslashes as a shell has them.
std::vector<std::string> split_command(const char* option, const std::string& command) {
    std::vector<std::string> words;
    try {
        const boost::tokenizer<boost::escaped_list_separator<char>> parts(
            command, boost::escaped_list_separator<char>("\\", " \t", "\"'"));
        std::copy_if(parts.begin(), parts.end(), std::back_inserter(words),
                     [](const std::string& word) { return !word.empty(); });
    } catch (const boost::escaped_list_error& e) {
        throw service::bad_option(option, e.what());
    }
    return words;
}

std::optional<http_url> parse_url(const char* option, const std::string& text) {
    if (text.empty()) {
        return std::nullopt;
    }
    auto url = parse_http_url(text);
    if (!url) {
        throw service::bad_option(option, text + " is not of the form http[s]://HOST[:PORT]/PATH" +
                                              (net::is_ascii(text) ? "" : in_ascii));
    }
    return url;
}

template <class T>
std::vector<T> parse_all(const char* option, const std::vector<std::string>& texts,
                         std::optional<T> (*parse)(std::string_view), const char* form) {
    std::vector<T> all;
    for (const auto& text : texts) {
        auto value = parse(text);
        if (!value) {
            throw service::bad_option(option, text + " is not " + form);
        }
        all.push_back(std::move(*value));
    }
    return all;
}

/// Nothing where one of them means every address.
std::vector<asio::ip::address> parse_bind(const std::vector<std::string>& texts) {
    std::vector<asio::ip::address> all;
    for (const auto& at : parse_all<net::listen_at>("--bind", texts, net::parse_listen_host,
                                                    "an IPv4 or IPv6 address, or *")) {
        if (!at.address) {
            return {};
        }
        all.push_back(*at.address);
    }
    return all;
}

std::vector<listen_address> parse_listeners(const std::vector<std::string>& texts) {
    std::vector<listen_address> all;
    std::transform(texts.begin(), texts.end(), std::back_inserter(all), parse_listen);
    return all;
}

std::vector<door> parse_doors(rfb::side side, const std::vector<std::string>& texts,
                              const rfb::hello_rules& rules) {
    std::vector<door> all;
    std::transform(texts.begin(), texts.end(), std::back_inserter(all),
                   [&](const std::string& text) { return parse_door(side, text, rules); });
    return all;
}

unsigned parse_mode(const std::string& text) {
    const auto mode = net::parse_file_mode(text);
    if (!mode) {
        throw service::bad_option("--unix-listen-mode",
                                  text + " is no mode of a file, such as 0660");
    }
    return *mode;
}

std::vector<net::address_range> parse_networks(const char* option,
                                               const std::vector<std::string>& texts) {
    std::vector<net::address_range> all;
    for (const auto& text : texts) {
        const auto network = net::parse_address_range(text);
        if (!network) {
            throw service::bad_option(option, network.error());
        }
        all.push_back(*network);
    }
    return all;
}

void take_over_source_limits(const raw_values& raw, limit_options& o) {
    if (raw.source_exempt == std::vector<std::string>{"none"}) {
        o.exempt.clear();
    } else if (!raw.source_exempt.empty()) {
        o.exempt = parse_networks("--source-exempt", raw.source_exempt);
    }
    if (o.ban.longest < o.ban.first) {
        throw service::bad_option("--longest-ban", "it is shorter than --first-ban");
    }
}

std::vector<policy_rule> parse_policies(const std::vector<std::string>& texts) {
    std::vector<policy_rule> all;
    for (const auto& text : texts) {
        auto rule = parse_policy(text);
        if (!rule) {
            throw service::bad_option("--policy", text + ": " + rule.error());
        }
        all.push_back(std::move(*rule));
    }
    return all;
}

/// Refuses options that contradict each other, and those that would silently mean nothing.
void check_ids(const config& c) {
    const auto& o = c.ids;
    const bool is_list = o.policy == id_policy::list;
    const bool is_signed = o.policy == id_policy::signed_id;
    if (is_list == o.file.empty()) {
        throw service::bad_option("--id-file", is_list ? "--id-policy list needs it"
                                                       : "it needs --id-policy list");
    }
    if (is_signed == o.key_file.empty()) {
        throw service::bad_option("--id-key-file", is_signed ? "--id-policy signed needs it"
                                                             : "it needs --id-policy signed");
    }
    if (is_signed && c.hello.uvnc_alias) {
        throw service::bad_option("--uvnc-alias", "signed IDs (--id-policy signed) are compared as "
                                                  "they are written");
    }
}

void take_bytes(const std::string& option, const std::string& text, std::uint64_t& value) {
    if (text.empty()) {
        return;
    }
    const auto bytes = net::parse_bytes(text);
    if (!bytes) {
        throw service::bad_option(option, text + " is not a number of bytes, as 500K, 2M or 1G");
    }
    value = *bytes;
}

} // namespace

void take_over(const raw_values& raw, config& c) {
    c.viewer_port = positional_port(raw.client_port, c.viewer_port);
    c.server_port = positional_port(raw.server_port, c.server_port);
    if (c.viewer_port == c.server_port && c.viewer_port != 0) {
        throw service::bad_option("--viewer-port", "viewers and servers need different ports");
    }
    c.bind = parse_bind(raw.bind);
    c.listen = parse_listeners(raw.listen);
    c.unix_mode = raw.unix_mode.empty() ? c.unix_mode : parse_mode(raw.unix_mode);
    take_bytes("--session-bandwidth", raw.session_bandwidth, c.limits.session.bandwidth);
    take_bytes("--total-bandwidth", raw.total_bandwidth, c.limits.total_bandwidth);
    c.proxy_from = parse_networks("--proxy-from", raw.proxy_from);
    c.policies = parse_policies(raw.policies);
    take_over_source_limits(raw, c.source_limits);
    c.mode1.allow = parse_all<mode1_rule>("--mode1-allow", raw.mode1_allow, parse_allow_rule,
                                          "of the form ADDRESS[/BITS]:PORT[-PORT] or HOST:PORT");
    c.mode1.deny = parse_all<mode1_rule>("--mode1-deny", raw.mode1_deny, parse_deny_rule,
                                         "of the form ADDRESS[/BITS][:PORT[-PORT]] or HOST[:PORT]");
    service::take_over(raw.admin, c.admin);
    c.events.exec = split_command("--event-exec", raw.event_exec);
    c.events.url = parse_url("--event-url", raw.event_url);
    c.authorize.exec = split_command("--authorize-exec", raw.authorize_exec);
    c.authorize.url = parse_url("--authorize-url", raw.authorize_url);
    if (!c.authorize.exec.empty() && c.authorize.url) {
        throw service::bad_option("--authorize-url", "--authorize-exec is given as well: one is "
                                                     "asked");
    }
    for (const auto& word : raw.surplus) {
        c.warnings.push_back("ignored, as by ultravnc_repeater.pl: " + word);
    }
    if (raw.refuse) {
        c.duplicates = duplicate_policy::refuse;
    }
    if (raw.raw_id) {
        c.hello.match = rfb::id_match::raw;
        c.mode1.mode = mode1::off;
    }
    c.doors = parse_doors(rfb::side::viewer, raw.doors, c.hello);
    c.server_doors = parse_doors(rfb::side::server, raw.server_doors, c.hello);
    c.greet_viewers = !raw.no_greeting;
    check_ids(c);
}

} // namespace repeater
