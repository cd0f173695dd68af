// Asks clients for certificates, and decides which clients may pass.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/request.hpp"
#include "wsgate/tls/certificate.hpp"
#include "wsgate/tls/options.hpp"

#include <openssl/types.h>

#include <optional>

namespace wsgate {

/// Makes the handshake ask for a certificate, where the options want that. Throws
/// std::runtime_error where the CA's file cannot be used.
void ask_clients(SSL_CTX*, const tls_options&);

/// Nothing where the client may pass; otherwise a 403.
[[nodiscard]] std::optional<refusal> check_client(const client_rule&,
                                                  const std::optional<client_identity>&);

} // namespace wsgate
