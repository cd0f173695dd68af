// Reads certificates: the names in them, and how long they are valid.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <openssl/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// What metrics and warnings need to know of one of our own certificates.
struct certificate_facts {
    std::string name; ///< its first DNS name, or its CN
    std::string file;
    std::chrono::system_clock::time_point not_after;
};

/// Who a client is, by its verified certificate.
struct client_identity {
    std::string name;               ///< the CN, or the first SAN
    std::string common_name;        ///< the first CN; empty: there is none
    std::vector<std::string> names; ///< all names: CN, DNS, mail and URI SANs

    friend bool operator==(const client_identity&, const client_identity&) = default;
};

/// The names are bytes from outside; those with a NUL in them are left out.
[[nodiscard]] client_identity identity_in(const X509*);

[[nodiscard]] certificate_facts facts_of(const X509*, const std::string& file);

/// Whose certificate it is, for people: its CN, or else all of the name, in quotes and escaped.
[[nodiscard]] std::string subject_of(const X509*);

/// Who has signed it, in the same form.
[[nodiscard]] std::string issuer_of(const X509*);

[[nodiscard]] std::chrono::system_clock::time_point not_after(const X509*);
[[nodiscard]] std::chrono::system_clock::time_point not_before(const X509*);

/// Whether the certificate is for this host. Compares with the SANs, or with the CN where no SAN is
/// a DNS name; a wildcard must be the whole first label (RFC 6125 6.4).
[[nodiscard]] bool is_for_host(X509*, std::string_view host);

} // namespace wsgate
