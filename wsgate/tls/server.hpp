// The server's side of TLS: loads certificates and keys, and chooses one by the name that the
// client wants.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/tls/certificate.hpp"
#include "wsgate/tls/options.hpp"
#include "wsgate/tls/own_certificate.hpp"
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
    /// Reads every file. Certificates that cannot be used are left out, and warnings() says so; in
    /// the place of one that `before` has read is what it had of the same files. Throws
    /// std::runtime_error with a text for the operator where none can be used: a file is
    /// unreadable, key and certificate are not a pair, a certificate has expired, the password is
    /// wrong. Tickets are sealed with the ring's keys.
    tls_server(const tls_options&, std::shared_ptr<ticket_ring>,
               const tls_server* before = nullptr);
    tls_server(const tls_server&) = delete;
    tls_server& operator=(const tls_server&) = delete;
    ~tls_server() = default;

    /// Makes the state of a connection that waits for its client. Throws std::bad_alloc.
    [[nodiscard]] tls_session new_session() const;

    /// What our certificates say, in the order of their files; of those that have expired, too.
    [[nodiscard]] const std::vector<certificate_facts>& certificates() const { return facts_; }

    /// Warnings for the operator: certificates that are left out, expire soon or are not valid yet,
    /// chains with faults, keys that everybody can read.
    [[nodiscard]] std::vector<std::string> warnings(std::chrono::system_clock::time_point) const;

private:
    struct identity {
        [[nodiscard]] bool is_valid(std::chrono::system_clock::time_point now) const {
            return from <= now && now < until;
        }

        tls_context context;
        std::shared_ptr<const own_certificate> own;
        certificate_files files;
        std::chrono::system_clock::time_point from;
        std::chrono::system_clock::time_point until;
    };

    static int on_server_name(SSL*, int*, void* self);
    static int on_ticket(SSL*, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX*,
                         EVP_MAC_CTX*, int sealing);

    void load(const certificate_files&, const tls_options&, const std::string& password);
    void keep(const certificate_files&, const tls_options&, const tls_server* before,
              std::string why);
    void add(const certificate_files&, const tls_options&, std::shared_ptr<const own_certificate>);
    void set_tickets(SSL_CTX*);

    std::shared_ptr<ticket_ring> ring_;
    std::vector<identity> identities_;
    std::vector<certificate_facts> facts_;
    std::vector<std::string> problems_;  ///< why certificates could not be used
    std::vector<std::string> open_keys_; ///< keys that everybody can read
};

/// All files that the options name.
[[nodiscard]] std::vector<std::string> files_of(const tls_options&);

/// The identity of the peer. Nothing unless it has shown a certificate that was verified and is
/// valid now: a session that is resumed may have outlived it.
[[nodiscard]] std::optional<client_identity> verified_client(const SSL*);

} // namespace wsgate
