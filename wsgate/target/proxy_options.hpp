// The PROXY protocol on both sides of the gateway, as it was configured.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/proxy/reader.hpp"
#include "wsgate/target/per_path.hpp"

#include <chrono>
#include <optional>

namespace wsgate {

struct proxy_options {
    /// Targets of these paths are told of the client; nothing: they are not.
    per_path<std::optional<net::proxy_version>> send;
    /// Trusted proxies begin with a header; from nobody else is one taken.
    bool accept = false;
    std::chrono::milliseconds header{3'000}; ///< from accept to its end
};

} // namespace wsgate
