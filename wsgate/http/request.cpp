// Checks the bytes first, has Beast parse the structure, and then checks what both let pass.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/request.hpp"

#include "net/text/number.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace wsgate {

namespace {

constexpr auto bad = http::status::bad_request;

/// Whether the character may be in a token (RFC 9110 5.6.2).
bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
}

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether the request line has the form METHOD SP TARGET SP HTTP/x.y, whatever the version is.
bool has_http_version(std::string_view head) {
    const auto line = head.substr(0, head.find('\r'));
    const auto version = line.substr(std::min(line.rfind(' '), line.size() - 1) + 1);
    return std::count(line.begin(), line.end(), ' ') == 2 && version.size() == 8 &&
           version.starts_with("HTTP/") && is_digits(version.substr(5, 1)) && version[6] == '.' &&
           is_digits(version.substr(7));
}

refusal fields_too_large(std::string_view why, std::string_view advice = {}) {
    return {http::status::request_header_fields_too_large, why, handshake_failure::too_large,
            advice};
}

std::optional<refusal> check_lengths(const request& r) {
    const auto lengths = r.equal_range(http::field::content_length);
    for (auto each = lengths.first; each != lengths.second; ++each) {
        if (!is_digits(each->value()) || each->value() != lengths.first->value()) {
            return refusal{bad, "Content-Length is not one number"};
        }
    }
    const auto encodings = r.count(http::field::transfer_encoding);
    if (encodings == 0) {
        return std::nullopt;
    }
    if (lengths.first != lengths.second) {
        return refusal{bad, "Content-Length together with Transfer-Encoding"};
    }
    if (encodings > 1 || r.version() < 11 ||
        !equal_but_for_case(r[http::field::transfer_encoding], "chunked")) {
        return refusal{bad, "unknown Transfer-Encoding"};
    }
    return std::nullopt;
}

} // namespace

head_scanner::state head_scanner::feed(std::string_view bytes) {
    for (const char c : bytes) {
        ++size_;
        const auto now = take(c);
        if (now != state::incomplete) {
            return now;
        }
        if (size_ >= max_head_) {
            return refuse(
                fields_too_large("the request head is too large", "--max-head allows more"));
        }
    }
    return state::incomplete;
}

head_scanner::state head_scanner::take(char c) {
    switch (place_) {
    case place::request_line:
        return take_request_line(c);
    case place::line_end:
    case place::head_end:
        return take_line_end(c);
    case place::line_start:
    case place::name:
    case place::value:
        break;
    }
    return take_field(c);
}

head_scanner::state head_scanner::take_request_line(char c) {
    if (c == '\r' && size_ > 1) {
        place_ = place::line_end;
    } else if (is_control(c) || static_cast<unsigned char>(c) > 0x7f) {
        return refuse({bad, "bad byte in the request line"});
    } else if (size_ > max_request_line) {
        return refuse(
            {http::status::uri_too_long, "request line over 8 KiB", handshake_failure::too_large});
    }
    return state::incomplete;
}

head_scanner::state head_scanner::take_line_end(char c) {
    if (c != '\n') {
        return refuse({bad, "CR without LF"});
    }
    if (place_ == place::head_end) {
        return state::complete;
    }
    place_ = place::line_start;
    return state::incomplete;
}

head_scanner::state head_scanner::take_field(char c) {
    if (place_ == place::value) {
        if (c == '\r') {
            place_ = place::line_end;
        } else if (is_control(c) && c != '\t') {
            return refuse({bad, "bad byte in a field value"});
        }
        return state::incomplete;
    }
    if (place_ == place::line_start) {
        if (c == '\r') {
            place_ = place::head_end;
            return state::incomplete;
        }
        if (++fields_ > max_fields) {
            return refuse(fields_too_large("over 100 fields"));
        }
        place_ = place::name;
    } else if (c == ':') {
        place_ = place::value;
        return state::incomplete;
    }
    // A line that begins with a blank would continue the one above (obs-fold), which is refused,
    // too.
    return is_token_char(c) ? state::incomplete : refuse({bad, "bad byte in a field name"});
}

head_scanner::state head_scanner::refuse(const refusal& why) {
    why_ = why;
    return state::refused;
}

namespace {

/// Whether the text is HOST, HOST:PORT or [IPv6]:PORT (RFC 9110 7.2). It may be empty: a target
/// without an authority has an empty Host.
bool is_host(std::string_view text) {
    const bool in_brackets = text.starts_with('[');
    const auto end = in_brackets ? text.find(']') : text.find(':');
    const auto host = text.substr(0, end);
    if (in_brackets && end == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(std::min(text.size(), host.size() + (in_brackets ? 1 : 0)));
    const bool has_port = text.starts_with(':');
    const auto port = text.substr(has_port ? 1 : 0);
    return host.find_first_of(" \t,/?#@\\\"<>") == std::string_view::npos &&
           (port.empty() || (has_port && net::parse_number<std::uint16_t>(port)));
}

/// Makes a target in absolute form what it would be in origin form.
void take_authority(request& r) {
    const auto parts = split_absolute_form({r.target().data(), r.target().size()});
    if (parts) {
        const std::string host{parts->authority};
        const auto rest = parts->rest.starts_with('/') ? std::string{parts->rest}
                                                       : "/" + std::string{parts->rest};
        r.set(http::field::host, host);
        r.target(rest);
    }
}

} // namespace

std::variant<request, refusal> parse_head(std::string_view head) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(head.size() + 1)); // the scanner has its own
    parser.skip(true); // the body, which is never read as one
    beast::error_code ec;
    parser.put(boost::asio::buffer(head), ec);
    if (ec == http::error::bad_version && has_http_version(head)) {
        return refusal{http::status::http_version_not_supported, "only HTTP/1.0 and HTTP/1.1",
                       handshake_failure::bad_request,
                       "let the proxy in front speak HTTP/1.1 to here"};
    }
    if (ec || !parser.is_header_done()) {
        return refusal{bad, "not an HTTP request"};
    }
    auto r = parser.release();
    if (r.count(http::field::host) > 1 || (r.version() == 11 && r.count(http::field::host) == 0)) {
        return refusal{bad, "there must be exactly one Host", handshake_failure::bad_request,
                       "the proxy in front must send Host once (nginx: proxy_set_header Host "
                       "$http_host)"};
    }
    take_authority(r);
    if (const auto host = r[http::field::host]; !is_host({host.data(), host.size()})) {
        return refusal{bad, "bad Host"};
    }
    if (const auto refused = check_lengths(r)) {
        return *refused;
    }
    return r;
}

bool has_body(const request& r) {
    const auto length = r[http::field::content_length];
    return r.count(http::field::transfer_encoding) > 0 ||
           std::any_of(length.begin(), length.end(), [](char c) { return c != '0'; });
}

/// Beast's list of tokens is not used for this, since it stops at elements that are more than
/// tokens, such as "h2c/1" in Upgrade (RFC 9110 7.8).
bool may_stay(const request& r) {
    return r.version() == 11 && r.keep_alive() && !has_body(r);
}

bool has_token(const request& r, http::field name, std::string_view token) {
    const auto fields = r.equal_range(name);
    for (auto field = fields.first; field != fields.second; ++field) {
        if (holds_element({field->value().data(), field->value().size()}, token)) {
            return true;
        }
    }
    return false;
}

} // namespace wsgate
