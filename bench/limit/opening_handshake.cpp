// Answers opening handshakes: SHA-1 and Base64 by OpenSSL.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/limit/opening_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace bench::limit {

namespace {

constexpr std::string_view key_field = "\r\nSec-WebSocket-Key: ";
constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view before_accept =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: ";
constexpr int sha1_size = 20;

} // namespace

void opening_handshake::digest_free::operator()(EVP_MD* md) const {
    EVP_MD_free(md);
}

void opening_handshake::digest_free::operator()(EVP_MD_CTX* context) const {
    EVP_MD_CTX_free(context);
}

opening_handshake::opening_handshake()
    : sha1_(EVP_MD_fetch(nullptr, "SHA1", nullptr)), digest_(EVP_MD_CTX_new()) {
    if (!sha1_ || !digest_) {
        throw std::runtime_error("OpenSSL has no SHA-1");
    }
}

std::string opening_handshake::answer_to(std::string_view head) {
    const auto field = head.find(key_field);
    if (field == std::string_view::npos) {
        return {};
    }
    const auto key = head.substr(field + key_field.size());
    const auto end = key.find("\r\n");
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    EVP_DigestInit_ex2(digest_.get(), sha1_.get(), nullptr);
    EVP_DigestUpdate(digest_.get(), key.data(), std::min(end, key.size()));
    EVP_DigestUpdate(digest_.get(), guid.data(), guid.size());
    EVP_DigestFinal_ex(digest_.get(), hash.data(), nullptr);
    std::array<unsigned char, 32> accept{}; // 28, and the NUL that OpenSSL adds
    const int size = EVP_EncodeBlock(accept.data(), hash.data(), sha1_size);
    std::string answer(before_accept);
    answer.append(accept.begin(), accept.begin() + size);
    return answer.append("\r\n\r\n");
}

} // namespace bench::limit
