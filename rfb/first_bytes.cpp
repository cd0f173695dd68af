// Compares with what each protocol begins with.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/first_bytes.hpp"

#include "rfb/bytes.hpp"
#include "rfb/destination.hpp"
#include "rfb/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rfb {

namespace {

using namespace std::string_view_literals;

constexpr auto proxy_signature = "\r\n\r\n\0\r\nQUIT\n"sv;

struct beginning {
    std::string_view bytes;
    std::size_t at;
    first_bytes is;
};

constexpr std::array beginnings{
    beginning{"RFB "sv, 0, first_bytes::rfb_version},
    beginning{"SSH-"sv, 0, first_bytes::ssh},
    beginning{"HTTP/"sv, 0, first_bytes::http},
    beginning{"PROXY "sv, 0, first_bytes::proxy_header},
    beginning{proxy_signature, 0, first_bytes::proxy_header},
    beginning{"\x16\x03"sv, 0, first_bytes::tls},
    beginning{"\x15\x03"sv, 0, first_bytes::tls},
    beginning{"\x03\x00"sv, 0, first_bytes::rdp},
    beginning{"\xffSMB"sv, 4, first_bytes::smb},
    beginning{"\xfeSMB"sv, 4, first_bytes::smb},
};

bool equal_in_lower_case(char text, char lower) {
    return to_lower(text) == lower;
}

/// "METHOD /", "METHOD http", "METHOD *" or CONNECT.
bool is_request(std::string_view text) {
    const auto method = first_word(text);
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto behind = text.substr(std::min(method.size() + 1, text.size()));
    return method.size() >= 3 && std::all_of(method.begin(), method.end(), is_upper) &&
           (behind.starts_with('/') || behind.starts_with("http") || behind.starts_with('*') ||
            method == "CONNECT");
}

bool asks_for_websocket(std::string_view request) {
    constexpr auto field = "upgrade: websocket"sv;
    return std::search(request.begin(), request.end(), field.begin(), field.end(),
                       equal_in_lower_case) != request.end();
}

bool is_telnet(std::string_view all) {
    constexpr auto iac = '\xff';
    constexpr unsigned char first_command = 0xf0;
    return all.size() >= 2 && all[0] == iac && static_cast<unsigned char>(all[1]) >= first_command;
}

/// What the text in front of the first NUL could be where it is no known protocol.
first_bytes recognise_text(std::string_view text) {
    text = trim(text);
    const auto prefix = text.substr(0, 3);
    if (std::equal(prefix.begin(), prefix.end(), "id:"sv.begin(), "id:"sv.end(),
                   equal_in_lower_case)) {
        return first_bytes::id;
    }
    const auto is_name = [](char c) { return is_word(c) || c == '-'; };
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_name)) {
        return first_bytes::bare_id;
    }
    return std::all_of(text.begin(), text.end(), is_visible) && parse_destination(text)
               ? first_bytes::destination
               : first_bytes::other;
}

} // namespace

first_bytes recognise(std::span<const std::byte> start) {
    if (start.empty()) {
        return first_bytes::none;
    }
    const auto kept = to_text(start);
    const std::string_view all = kept;
    const auto* const known =
        std::find_if(beginnings.begin(), beginnings.end(), [&all](const beginning& b) {
            return all.size() >= b.at && all.substr(b.at).starts_with(b.bytes);
        });
    if (known != beginnings.end()) {
        return known->is;
    }
    if (is_telnet(all)) {
        return first_bytes::telnet;
    }
    const auto text = all.substr(0, all.find('\0'));
    if (is_request(text)) {
        return asks_for_websocket(text) ? first_bytes::websocket : first_bytes::http;
    }
    return recognise_text(text);
}

std::string_view to_string(first_bytes what) {
    constexpr std::array words{
        "nothing"sv, "id"sv,  "bare_id"sv,      "destination"sv, "rfb"sv, "tls"sv,    "websocket"sv,
        "http"sv,    "ssh"sv, "proxy_header"sv, "rdp"sv,         "smb"sv, "telnet"sv, "other"sv};
    return words.at(static_cast<std::size_t>(what));
}

} // namespace rfb
