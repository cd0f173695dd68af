// Takes each value from the command line, or else from the file, or else from the environment.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel_config.hpp"

#include "net/text/escape.hpp"
#include "net/text/lines.hpp"
#include "net/text/number.hpp"
#include "service/read_file.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <utility>

namespace wsgate {

namespace {

constexpr std::size_t max_password = 1000;
constexpr std::size_t max_file = std::size_t{64} * 1024;

const std::string& first_of(const std::string& a, const std::string& b) {
    return a.empty() ? b : a;
}

template <class Problem = tunnel_misconfigured, class T>
T value_or_throw(std::variant<T, std::string> parsed, std::string_view where) {
    if (auto* const value = std::get_if<T>(&parsed)) {
        return std::move(*value);
    }
    throw Problem(fmt::format("{}: {}", where, std::get<std::string>(parsed)));
}

/// Reads a port from Help-Channel's file; `where` names the entry in complaints.
std::uint16_t port_in(const std::string& text, std::string_view where) {
    const auto port = net::parse_number<std::uint16_t>(text).value_or(0);
    if (port == 0) {
        throw tunnel_file_unusable(
            fmt::format("{}: {} is no port of 1 to 65535", where, net::escaped(text)));
    }
    return port;
}

std::optional<net::listen_at> read_listen(const std::string& text, const helpchannel_conf& conf) {
    const auto loopback = asio::ip::address_v4::loopback();
    if (text.empty()) {
        return net::listen_at{loopback, conf.local_port.empty()
                                            ? default_tunnel_port
                                            : port_in(conf.local_port, "local_port")};
    }
    if (text == "-") {
        return std::nullopt;
    }
    auto at = net::parse_listen_at(text);
    if (!at) {
        throw tunnel_misconfigured(fmt::format("--listen: {} is not ADDRESS:PORT, such as "
                                               "127.0.0.1:6000, nor - for standard input and "
                                               "output",
                                               net::escaped(text)));
    }
    return at;
}

/// The proxy that the four values of Help-Channel's file name.
std::optional<http_proxy> proxy_of(const helpchannel_conf& conf) {
    if (conf.proxy_host.empty()) {
        return std::nullopt;
    }
    auto proxy = value_or_throw<tunnel_file_unusable>(parse_proxy(conf.proxy_host), "proxy_host");
    if (!conf.proxy_port.empty()) {
        proxy.port = port_in(conf.proxy_port, "proxy_port");
    }
    if (!conf.proxy_username.empty()) {
        proxy.login = {conf.proxy_username, conf.proxy_password};
    }
    return proxy;
}

std::optional<http_proxy> choose_proxy(const tunnel_words& words, const helpchannel_conf& conf,
                                       const environment& env, const ws_url& url) {
    if (words.proxy == "none") {
        return std::nullopt;
    }
    std::optional<http_proxy> proxy;
    if (!words.proxy.empty()) {
        proxy = value_or_throw(parse_proxy(words.proxy), "--proxy");
    } else if (!(proxy = proxy_of(conf))) {
        const auto named = proxy_in(env, url.tls, url.host, url.port);
        if (named.empty()) {
            return std::nullopt;
        }
        proxy = value_or_throw(parse_proxy(named), "the environment's proxy");
    }
    if (!words.proxy_user.empty()) {
        proxy->login.user = words.proxy_user;
    }
    if (!words.proxy_password_file.empty()) {
        proxy->login.password = read_password(words.proxy_password_file);
    }
    proxy->digest_only = words.proxy_digest;
    return proxy;
}

void check_text(std::string_view text, const std::string& file) {
    if (const auto fault = net::fault_of_text(text); !fault.empty()) {
        throw tunnel_file_unusable(fmt::format("cannot read {}: {}", file, fault));
    }
}

std::string read_text(const std::string& file) {
    auto text = service::read_file(file, max_file, service::pipes::ours);
    if (!text && errno == EFBIG) {
        throw tunnel_file_unusable(fmt::format("{} is longer than 64 KiB", file));
    }
    if (!text) {
        throw tunnel_file_unusable(
            fmt::format("cannot read {}: {}", file, service::last_error_text()));
    }
    check_text(*text, file);
    return std::move(*text);
}

void warn(const tunnel_words& words, const helpchannel_conf& conf, tunnel_config& c) {
    if (const auto named = parse_proxy(words.proxy);
        std::holds_alternative<http_proxy>(named) &&
        !std::get<http_proxy>(named).login.password.empty()) {
        c.warnings.emplace_back("the password of --proxy can be seen in the list of processes: "
                                "prefer --proxy-user and --proxy-password-file");
    }
    if (c.listen && !c.listen->is_loopback()) {
        c.warnings.emplace_back("other machines can use this tunnel: --listen is no loopback "
                                "address");
    }
    if (!c.url.tls) {
        c.warnings.emplace_back("ws:// is not encrypted: everybody on the way can see and change "
                                "the session");
    } else if (!c.tls.verify) {
        c.warnings.emplace_back(c.tls.pins.empty()
                                    ? "--insecure: any server is believed, and whoever is in "
                                      "between can see and change the session"
                                    : "--insecure: the server is known by its pinned key alone");
    }
    if (equal_but_for_case(conf.ssl_verify, "false") && c.tls.verify) {
        c.warnings.emplace_back("ssl_verify=False is not followed: name the server's CA by "
                                "--cafile, its key by --pin-sha256, or say --insecure");
    }
}

} // namespace

void take_over(const tunnel_words& words, const helpchannel_conf& conf, const environment& env,
               tunnel_config& c) {
    const auto& url = first_of(words.url, conf.tunnel_url);
    if (url.empty()) {
        throw tunnel_misconfigured("where to? --url wss://HOST/wsServer");
    }
    c.url = words.url.empty()
                ? value_or_throw<tunnel_file_unusable>(parse_ws_url(url), "tunnel_url")
                : value_or_throw(parse_ws_url(url), "--url");
    c.listen = read_listen(words.listen, conf);
    c.proxy = choose_proxy(words, conf, env, c.url);
    for (const auto& field : c.extras.fields) {
        if (!valid_field(field)) {
            throw tunnel_misconfigured("-H: \"Name: value\" is wanted, and none of the names that "
                                       "the handshake needs itself");
        }
    }
    if (!c.extras.origin.empty() && !valid_field("X: " + c.extras.origin)) {
        throw tunnel_misconfigured("--origin: control characters cannot be in it");
    }
    if (!c.tls.key.empty() && c.tls.certificate.empty()) {
        throw tunnel_misconfigured("--key: needs the certificate as well: --cert FILE");
    }
    c.tls.http = true;
    warn(words, conf, c);
}

std::string read_password(const std::string& file) {
    const auto text = service::read_file(file, max_file, service::pipes::ours);
    const auto line = net::first_line(text ? std::string_view{*text} : std::string_view{});
    if (!text || text->empty() || line.size() > max_password) {
        throw tunnel_file_unusable(fmt::format(
            "cannot read a password from {} (its first line, at most 1000 bytes)", file));
    }
    check_text(*text, file);
    return std::string{line};
}

helpchannel_conf read_helpchannel_conf(const std::string& file) {
    return parse_helpchannel_conf(read_text(file));
}

} // namespace wsgate
