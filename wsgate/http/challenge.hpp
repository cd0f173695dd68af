// Reads a server's challenges: authentication schemes and their parameters (RFC 9110 11.6.1).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/http/client_response.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

struct challenge {
    std::string scheme; ///< "Basic", "NTLM" ...
    std::vector<net::client_response_field> parameters;

    /// The value of a parameter, whatever the case of its name; null where there is none.
    [[nodiscard]] const std::string* find(std::string_view name) const;

    friend bool operator==(const challenge&, const challenge&) = default;
};

/// The challenges in all fields of that name, in their order.
[[nodiscard]] std::vector<challenge> challenges_in(const net::client_response&,
                                                   std::string_view field);

} // namespace wsgate
