// Checks the bytes first, has Beast parse the structure, and then checks what both let pass.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/request.hpp"

#include "net/text/number.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>

namespace wsgate {

namespace {

constexpr auto bad = http::status::bad_request;

/// Whether the character may be in a token (RFC 9110 5.6.2).
constexpr bool is_token_char(char c) {
    return is_letter_or_digit(c) ||
           (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
}

/// Where bytes may stand, one bit for each place.
using places = std::uint8_t;
constexpr places in_request_line = 1;
constexpr places in_name = 2;
constexpr places in_value = 4;
constexpr places in_host = 8;

constexpr places places_of(char c) {
    const auto when = [](bool may, places there) { return may ? there : places{0}; };
    const bool ends_host = std::string_view{" \t,/?#@\\\"<>"}.find(c) != std::string_view::npos;
    return static_cast<places>(
        when(!is_control(c) && static_cast<unsigned char>(c) <= 0x7f, in_request_line) |
        when(is_token_char(c), in_name) | when(!is_control(c) || c == '\t', in_value) |
        when(!ends_host, in_host));
}

constexpr auto places_of_bytes = [] {
    std::array<places, std::numeric_limits<unsigned char>::max() + 1> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
        all.at(i) = places_of(static_cast<char>(i));
    }
    return all;
}();

/// How many bytes at the front may all stand there. Compares four at a time, which takes half as
/// long as one after the other.
std::size_t length_of_run(std::string_view bytes, places where) {
    const auto of = [](char c) { return places_of_bytes[static_cast<unsigned char>(c)]; };
    const auto* at = bytes.data();
    const auto* const end = at + bytes.size();
    while (end - at >= 4 && (of(at[0]) & of(at[1]) & of(at[2]) & of(at[3]) & where) != 0) {
        at += 4;
    }
    at = std::find_if(at, end, [of, where](char c) { return (of(c) & where) == 0; });
    return static_cast<std::size_t>(at - bytes.data());
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
    std::optional<std::string_view> length;
    for (const auto& field : r) {
        if (field.name() != http::field::content_length) {
            continue;
        }
        const auto value = value_of(field);
        if (!is_digits(value) || value != length.value_or(value)) {
            return refusal{bad, "Content-Length is not one number"};
        }
        length = value;
    }
    const auto encodings = count_of(r, http::field::transfer_encoding);
    if (encodings == 0) {
        return std::nullopt;
    }
    if (length) {
        return refusal{bad, "Content-Length together with Transfer-Encoding"};
    }
    if (encodings > 1 || r.version() < 11 ||
        !equal_but_for_case(value_of(r, http::field::transfer_encoding), "chunked")) {
        return refusal{bad, "unknown Transfer-Encoding"};
    }
    return std::nullopt;
}

} // namespace

head_scanner::state head_scanner::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto plain = length_of_plain(bytes);
        size_ += plain;
        bytes.remove_prefix(plain);
        if (!bytes.empty() && (plain == 0 || size_ < max_head_)) {
            ++size_;
            const auto now = take(bytes.front());
            if (now != state::incomplete) {
                return now;
            }
            bytes.remove_prefix(1);
        }
        if (size_ >= max_head_) {
            return refuse(
                fields_too_large("the request head is too large", "--max-head allows more"));
        }
    }
    return state::incomplete;
}

/// How many bytes at the front may stand where they come, and end nothing, before a limit is
/// reached.
std::size_t head_scanner::length_of_plain(std::string_view bytes) const {
    const bool in_line = place_ == place::request_line;
    const auto limit = in_line ? std::min(max_request_line, max_head_) : max_head_;
    bytes = bytes.substr(0, limit - std::min(limit, size_));
    switch (place_) {
    case place::request_line:
        return length_of_run(bytes, in_request_line);
    case place::name:
        return length_of_run(bytes, in_name);
    case place::value:
        return length_of_run(bytes, in_value);
    case place::line_start:
    case place::line_end:
    case place::head_end:
        break;
    }
    return 0;
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
    return length_of_run(host, in_host) == host.size() &&
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
    const auto hosts = count_of(r, http::field::host);
    if (hosts > 1 || (r.version() == 11 && hosts == 0)) {
        return refusal{bad, "there must be exactly one Host", handshake_failure::bad_request,
                       "the proxy in front must send Host once (nginx: proxy_set_header Host "
                       "$http_host)"};
    }
    take_authority(r);
    if (!is_host(value_of(r, http::field::host))) {
        return refusal{bad, "bad Host"};
    }
    if (const auto refused = check_lengths(r)) {
        return *refused;
    }
    return r;
}

std::string_view value_of(const request& r, http::field name) {
    for (const auto& field : r) {
        if (field.name() == name) {
            return value_of(field);
        }
    }
    return {};
}

std::string_view value_of(const request& r, std::string_view name) {
    for (const auto& field : r) {
        if (is_named(field, name)) {
            return value_of(field);
        }
    }
    return {};
}

std::size_t count_of(const request& r, http::field name) {
    return static_cast<std::size_t>(std::count_if(
        r.begin(), r.end(), [name](const request_field& f) { return f.name() == name; }));
}

bool is_named(const request_field& f, std::string_view name) {
    const auto own = f.name_string();
    return own.size() == name.size() && equal_but_for_case({own.data(), own.size()}, name);
}

bool has_body(const request& r) {
    const auto length = value_of(r, http::field::content_length);
    return count_of(r, http::field::transfer_encoding) > 0 ||
           std::any_of(length.begin(), length.end(), [](char c) { return c != '0'; });
}

bool may_stay(const request& r) {
    return r.version() == 11 && r.keep_alive() && !has_body(r);
}

/// Beast's list of tokens is not used for this, since it stops at elements that are more than
/// tokens, such as "h2c/1" in Upgrade (RFC 9110 7.8). Most lists are a single token.
bool has_token(const request& r, http::field name, std::string_view token) {
    return std::any_of(r.begin(), r.end(), [name, token](const request_field& f) {
        return f.name() == name &&
               (equal_but_for_case(value_of(f), token) || holds_element(value_of(f), token));
    });
}

} // namespace wsgate
