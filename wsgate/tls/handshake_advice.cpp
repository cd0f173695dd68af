// Knows the commonest reasons by OpenSSL's words for them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/handshake_advice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wsgate {

std::string_view advice_on_handshake(std::string_view problem) {
    using entry = std::pair<std::string_view, std::string_view>;
    constexpr auto plain = "this listener speaks TLS: let the client, or the proxy in front, say "
                           "https:// and wss://, or say --listen sniff:ADDR:PORT";
    constexpr auto distrusted = "the client does not trust the certificate: name its whole chain "
                                "with --cert, and let the client know who signed it";
    static constexpr std::array<entry, 12> table{{
        {"http request", plain},
        {"https proxy request", plain},
        {"wrong version number", "this listener speaks TLS, and what came is something else"},
        {"unsupported protocol", "the client is too old for --ssl-version"},
        {"alert protocol version", "the client and --ssl-version have no version in common"},
        {"no shared cipher", "the client knows none of --ssl-ciphers"},
        {"alert unknown ca", distrusted},
        {"alert certificate unknown", distrusted},
        {"alert bad certificate", distrusted},
        {"alert certificate expired", "the certificate of --cert has expired"},
        {"peer did not return a certificate", "--verify-client demands a certificate of clients"},
        {"certificate verify failed", "the client's certificate is not signed by --cafile"},
    }};
    const auto* const found = std::find_if(table.begin(), table.end(), [problem](const entry& e) {
        return problem.find(e.first) != std::string_view::npos;
    });
    return found == table.end() ? std::string_view{} : found->second;
}

} // namespace wsgate
