// Takes a proxy's ID where it is a good one, and else makes one at random.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/request_id.hpp"

#include "wsgate/tls/random.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wsgate {

namespace {

constexpr std::size_t longest_id = 64;

bool fits(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

} // namespace

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= longest_id &&
           std::all_of(text.begin(), text.end(), fits);
}

std::string make_request_id() {
    std::uint64_t number = 0;
    fill_with_random(std::as_writable_bytes(std::span(&number, 1)));
    constexpr std::string_view hex = "0123456789abcdef";
    std::string id(sizeof number * 2, '0');
    for (auto& digit : id) {
        digit = hex[number & 0xfU];
        number >>= 4U;
    }
    return id;
}

std::string request_id(std::string_view given, bool from_trusted_proxy) {
    return from_trusted_proxy && is_request_id(given) ? std::string{given} : make_request_id();
}

} // namespace wsgate
