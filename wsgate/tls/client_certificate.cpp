// Sets what the handshake asks for, and applies the rule of a path.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/client_certificate.hpp"

#include "wsgate/tls/error.hpp"
#include "wsgate/tls/pem.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <stdexcept>
#include <string>

namespace wsgate {

namespace {

/// The verify callback: lets every client go on, since the rule of the path that it asks for
/// decides later (check_client()).
int let_pass(int /*verified*/, X509_STORE_CTX* /*store*/) {
    return 1;
}

void trust(SSL_CTX* context, const tls_options& o, const std::string& pem) {
    if (o.client_ca_file.empty()) {
        if (!o.system_client_cas) {
            throw std::runtime_error("--verify-client needs the CA that signs clients' "
                                     "certificates: --cafile FILE");
        }
        if (SSL_CTX_set_default_verify_paths(context) != 1) {
            fail_tls("the system's certificates cannot be used (name others with --cafile)");
        }
        return;
    }
    for (const auto& each : trust_all(context, "clients' CA", pem, o.client_ca_file)) {
        // Browsers offer certificates of these CAs only.
        if (SSL_CTX_add_client_CA(context, each.get()) != 1) {
            fail_tls("TLS cannot be set up");
        }
    }
}

/// Makes tickets valid only under the rules that they were issued under. Otherwise a client could
/// resume a session that was verified against a CA which is no longer trusted.
void bind_tickets(SSL_CTX* context, const tls_options& o, std::string rules) {
    rules += fmt::format(" {} {}", static_cast<int>(o.clients), o.every_place_requires);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(rules.data(), rules.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1 ||
        SSL_CTX_set_session_id_context(context, digest.data(), size) != 1) {
        fail_tls("TLS cannot be set up");
    }
}

} // namespace

void ask_clients(SSL_CTX* context, const tls_options& o) {
    const bool asks = o.clients != client_certificates::none;
    const auto pem =
        asks && !o.client_ca_file.empty() ? read_pem("clients' CA", o.client_ca_file) : "";
    bind_tickets(context, o, pem);
    if (!asks) {
        return;
    }
    trust(context, o, pem);
    if (o.every_place_requires) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    } else {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, let_pass);
    }
}

std::optional<refusal> check_client(const client_rule& rule,
                                    const std::optional<client_identity>& client) {
    if (rule.ask != client_certificates::required) {
        return std::nullopt;
    }
    if (!client) {
        return refusal{http::status::forbidden, "a client certificate is needed here",
                       handshake_failure::forbidden};
    }
    if (!rule.names.empty() &&
        std::ranges::find_first_of(client->names, rule.names) == client->names.end()) {
        return refusal{http::status::forbidden, "this client certificate may not come here",
                       handshake_failure::forbidden};
    }
    return std::nullopt;
}

} // namespace wsgate
