// The server's side of TLS: certificates and their keys, chosen by name; whom we ask for his own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/tls/certificate.hpp"
#include "wsgate/tls/options.hpp"
#include "wsgate/tls/policy.hpp"
#include "wsgate/tls/stream.hpp"
#include "wsgate/tls/ticket_ring.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgate {

/// Loaded once, then shared by all threads; a reload makes another. Outlives its sessions.
class tls_server {
public:
    /// Reads every file. Throws std::runtime_error with a text for the operator: unreadable, not a
    /// pair, expired, wrong password. Tickets are sealed by the ring's keys.
    tls_server(const tls_options&, std::shared_ptr<ticket_ring>);
    tls_server(const tls_server&) = delete;
    tls_server& operator=(const tls_server&) = delete;
    ~tls_server() = default;

    /// In the state of a server that awaits its client. Throws std::bad_alloc.
    [[nodiscard]] tls_session new_session() const;

    /// What our certificates say, in the order of their files.
    [[nodiscard]] const std::vector<certificate_facts>& certificates() const { return facts_; }

    /// What an operator should hear and that stops nothing: a certificate that ends soon or is not
    /// valid yet, a key that everybody can read.
    [[nodiscard]] std::vector<std::string> warnings(std::chrono::system_clock::time_point) const;

private:
    struct identity {
        tls_context context;
        X509* leaf = nullptr; ///< the context's
    };

    static int on_server_name(SSL*, int*, void* self);
    static int on_ticket(SSL*, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX*,
                         EVP_MAC_CTX*, int sealing);

    void add(const certificate_files&, const tls_options&, const std::string& password);
    void set_tickets(SSL_CTX*);

    std::shared_ptr<ticket_ring> ring_;
    std::vector<identity> identities_;
    std::vector<certificate_facts> facts_;
    std::vector<std::string> open_keys_; ///< files that everybody can read
};

/// Every file that the options name.
[[nodiscard]] std::vector<std::string> files_of(const tls_options&);

/// Of the peer at the other end; empty unless its certificate was shown, verified, and is valid
/// now: a resumed session may have outlived it.
[[nodiscard]] std::optional<client_identity> verified_client(const SSL*);

} // namespace wsgate
