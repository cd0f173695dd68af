// Looks at the mode before the content; OpenSSL decodes the keys.
// SPDX-License-Identifier: EUPL-1.2
#include "service/key_file.hpp"

#include "net/text/lines.hpp"
#include "service/read_file.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>

namespace service {

namespace {

constexpr std::size_t shortest_key = 16;
constexpr std::size_t largest_key_file = 4096;

[[noreturn]] void refuse(const std::string& path, std::string_view why) {
    throw std::runtime_error(fmt::format("{}: {}", path, why));
}

void refuse_open_mode(const std::string& path) {
    struct stat about {};

    if (::stat(path.c_str(), &about) != 0) {
        refuse(path, "cannot read the key: " + last_error_text());
    }
    if ((about.st_mode & S_IRWXO) != 0) {
        refuse(path, "everybody may read this key: chmod o= " + path);
    }
    if ((about.st_mode & (S_IWGRP | S_IXGRP | S_IXUSR)) != 0) {
        refuse(path, "its mode allows more than 0640: chmod 0640 " + path);
    }
}

const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data()); // NOLINT: what OpenSSL takes
}

unsigned char* octets_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data()); // NOLINT: what OpenSSL fills
}

std::optional<std::string> from_hex(const std::string& text) {
    std::string bytes(text.size() / 2, '\0');
    std::size_t size = 0;
    if (::OPENSSL_hexstr2buf_ex(octets_of(bytes), bytes.size(), &size, text.c_str(), '\0') != 1) {
        return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

/// With the padding or without it.
std::optional<std::string> from_base64(std::string text) {
    const auto used = text.find_last_not_of('=') + 1;
    const auto given = text.size() - used;
    const auto lacking = (4 - used % 4) % 4;
    if (lacking == 3 || (given != 0 && given != lacking) || text.find('=') < used) {
        return std::nullopt;
    }
    text.resize(used);
    text.append(lacking, '=');
    std::string bytes(text.size() / 4 * 3, '\0');
    if (::EVP_DecodeBlock(octets_of(bytes), octets_of(std::string_view{text}),
                          static_cast<int>(text.size())) < 0) {
        return std::nullopt;
    }
    bytes.resize(bytes.size() - lacking); // OpenSSL counts the padding
    return bytes;
}

std::optional<std::string> parse_key(const std::string& text) {
    const bool is_hex = text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), [](char c) {
                            return std::isxdigit(static_cast<unsigned char>(c)) != 0;
                        });
    auto key = is_hex ? from_hex(text) : from_base64(text);
    return key && key->size() >= shortest_key ? key : std::nullopt;
}

} // namespace

std::string read_key_file(const std::string& path, std::size_t largest) {
    auto text = read_file(path, largest);
    if (!text) {
        refuse(path, "cannot read the key: " + last_error_text());
    }
    refuse_open_mode(path);
    if (net::is_utf16(*text)) {
        refuse(path, net::utf16_fault);
    }
    if (text->starts_with(net::byte_order_mark)) {
        text->erase(0, net::byte_order_mark.size());
    }
    return std::move(*text);
}

std::vector<std::string> read_keys(const std::string& path, std::size_t most) {
    const auto text = read_key_file(path, largest_key_file);
    std::vector<std::string> keys;
    net::text_lines lines(text);
    while (const auto line = lines.next()) {
        const auto word = net::stripped(line->text);
        if (word.empty() || word.front() == '#') {
            continue;
        }
        auto key = parse_key(std::string{word});
        if (!key) {
            refuse(path,
                   fmt::format("line {} is no key of {} bytes or more in hexadecimal digits or "
                               "base64: openssl rand -hex 32",
                               line->number, shortest_key));
        }
        keys.push_back(std::move(*key));
    }
    if (keys.empty() || keys.size() > most) {
        refuse(path, fmt::format("it holds {} keys, and should hold {}", keys.size(),
                                 most == 1 ? "one" : fmt::format("one to {}", most)));
    }
    return keys;
}

} // namespace service
