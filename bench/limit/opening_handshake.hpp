// The answer to a WebSocket's opening handshake (RFC 6455 4.2.2).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

namespace bench::limit {

class opening_handshake {
public:
    /// Errors: std::runtime_error where OpenSSL has no SHA-1.
    opening_handshake();

    /// Empty where the head has no key. Its name is expected as the RFC spells it.
    [[nodiscard]] std::string answer_to(std::string_view head);

private:
    struct digest_free {
        void operator()(EVP_MD*) const;
        void operator()(EVP_MD_CTX*) const;
    };

    std::unique_ptr<EVP_MD, digest_free> sha1_; // looked up once
    std::unique_ptr<EVP_MD_CTX, digest_free> digest_;
};

} // namespace bench::limit
