// Makes all checks itself, since libraries look only at the first of several fields of the same
// name.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/server_handshake.hpp"

#include "wsgate/http/response.hpp"
#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace wsgate {

namespace {

constexpr auto bad = http::status::bad_request;
constexpr std::size_t key_text_size = 24; // the length of a key of 16 bytes in base64

/// Whether the text is the base64 of 16 bytes. The four unused bits in its last character may be
/// anything.
bool is_key(std::string_view key) {
    return key.size() == key_text_size && key.ends_with("==") &&
           std::all_of(key.begin(), key.end() - 2,
                       [](char c) { return is_letter_or_digit(c) || c == '+' || c == '/'; });
}

enum class offer { nothing, binary, only_base64, only_unknown };

std::string_view name_of(offer o) {
    return o == offer::binary ? "binary" : o == offer::only_base64 ? "base64" : "";
}

/// What the client offers in all fields together. Empty fields offer nothing.
offer read_offer(const request& r) {
    auto found = offer::nothing;
    for (const auto& field : r) {
        if (field.name() != http::field::sec_websocket_protocol) {
            continue;
        }
        if (value_of(field) == "binary") { // what most clients send, and nothing else
            return offer::binary;
        }
        for (const auto name : elements(value_of(field))) {
            if (name == "binary") {
                return offer::binary;
            }
            if (name == "base64") {
                found = offer::only_base64;
            } else if (!name.empty() && found == offer::nothing) {
                found = offer::only_unknown;
            }
        }
    }
    return found;
}

refusal bad_opening(std::string_view why, std::string_view advice = {}) {
    return {bad, why, handshake_failure::bad_request, advice};
}

refusal other_version(std::string_view why, std::string_view advice = {}) {
    return {http::status::upgrade_required, why, handshake_failure::version, advice};
}

/// What proxies in front change when they are not set up for WebSockets.
std::optional<refusal> check_hops(const request& r, opening_style style) {
    if (r.version() != 11) { // RFC 9110 7.8
        return bad_opening("a WebSocket opens with HTTP/1.1, and HTTP/1.0 came",
                           "let the proxy in front speak HTTP/1.1 and pass Upgrade (nginx: "
                           "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
                           "proxy_set_header Connection upgrade)");
    }
    if (!has_token(r, http::field::upgrade, "websocket")) {
        return other_version("this path speaks WebSocket, and no Upgrade: websocket came",
                             "let the proxy in front pass Upgrade (nginx: proxy_set_header Upgrade "
                             "$http_upgrade; proxy_set_header Connection upgrade)");
    }
    if (style == opening_style::rfc6455 && !has_token(r, http::field::connection, "upgrade")) {
        return bad_opening("Connection must hold upgrade",
                           "let the proxy in front send it (nginx: proxy_set_header Connection "
                           "upgrade)");
    }
    return std::nullopt;
}

std::optional<refusal> check_version(const request& r) {
    const auto versions = count_of(r, http::field::sec_websocket_version);
    if (versions > 1) {
        return bad_opening("there must be exactly one Sec-WebSocket-Version");
    }
    if (versions == 0) {
        return other_version("Sec-WebSocket-Version is missing");
    }
    if (value_of(r, http::field::sec_websocket_version) != "13") {
        return other_version("only WebSocket version 13");
    }
    return std::nullopt;
}

std::optional<refusal> check_key(const request& r, opening_style style) {
    constexpr auto advice = "the proxy in front may drop it, or the client is no browser";
    const auto keys = count_of(r, http::field::sec_websocket_key);
    if (keys == 0) {
        return bad_opening("Sec-WebSocket-Key is missing", advice);
    }
    const bool any = style == opening_style::websockify;
    if (keys != 1 || (!any && !is_key(value_of(r, http::field::sec_websocket_key)))) {
        return bad_opening("there must be exactly one Sec-WebSocket-Key of 16 bytes", advice);
    }
    return std::nullopt;
}

} // namespace

bool asks_for_websocket(const request& r) {
    return has_token(r, http::field::upgrade, "websocket") ||
           count_of(r, http::field::sec_websocket_key) > 0 ||
           count_of(r, http::field::sec_websocket_version) > 0;
}

std::variant<opening, refusal> check_opening(const request& r, const opening_rules& rules) {
    if (r.method() != http::verb::get) {
        return bad_opening("a WebSocket opens with GET");
    }
    if (has_body(r)) {
        return bad_opening("a WebSocket opens without a body");
    }
    if (const auto refused = check_hops(r, rules.style)) {
        return *refused;
    }
    if (const auto refused = check_version(r)) {
        return *refused;
    }
    if (const auto refused = check_key(r, rules.style)) {
        return *refused;
    }
    const auto offered = read_offer(r);
    if (offered == offer::only_base64 && rules.base64 == base64_offers::refuse) {
        return bad_opening("subprotocol base64 is not spoken here, binary is",
                           "--base64 takes clients as old as that");
    }
    return opening{accept_value(value_of(r, http::field::sec_websocket_key)), name_of(offered)};
}

namespace {

/// What OpenSSL could not make for lack of memory is made the next time.
template <class T>
T* made(T* what) {
    if (what == nullptr) {
        throw std::bad_alloc();
    }
    return what;
}

} // namespace

std::string accept_value(std::string_view key) {
    constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    // It is kept, since OpenSSL takes longer to look it up than to compute the digest.
    static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> sha1(
        made(EVP_MD_fetch(nullptr, "SHA1", nullptr)), &EVP_MD_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(made(EVP_MD_CTX_new()),
                                                                          &EVP_MD_CTX_free);
    if (EVP_DigestInit_ex2(context.get(), sha1.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), key.data(), key.size()) != 1 ||
        EVP_DigestUpdate(context.get(), guid.data(), guid.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
        throw std::bad_alloc(); // there is no other reason
    }
    std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> base64{};
    const auto length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
    return {base64.begin(), base64.begin() + length};
}

std::string switching_protocols(const opening& o) {
    // By hand, since Beast's message and its serializer take as long as a system call.
    constexpr std::size_t usual = 256; // more than it is
    std::string head;
    head.reserve(usual);
    head.append("HTTP/1.1 101 Switching Protocols\r\n"
                "Upgrade: websocket\r\n"
                "Connection: Upgrade\r\n"
                "Sec-WebSocket-Accept: ")
        .append(o.accept);
    if (!o.subprotocol.empty()) {
        head.append("\r\nSec-WebSocket-Protocol: ").append(o.subprotocol);
    }
    return head.append("\r\nServer: ").append(server_name).append("\r\n\r\n");
}

} // namespace wsgate
