// The configuration of the PROXY protocol on both sides of the gateway.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/proxy/reader.hpp"
#include "wsgate/target/per_path.hpp"

#include <chrono>
#include <optional>

namespace wsgate {

struct proxy_options {
    /// The version of the header that the targets of a path are sent; nothing: they get none.
    per_path<std::optional<net::proxy_version>> send;
    /// Connections of trusted proxies must begin with a header; nobody else's is read.
    bool accept = false;
    std::chrono::milliseconds header{3'000}; ///< from the accept to the end of a header
};

} // namespace wsgate
