// What a request is answered with, decided without I/O.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/response.hpp"
#include "wsgate/http/static_files.hpp"
#include "wsgate/target/route.hpp"
#include "wsgate/ws/server_handshake.hpp"

#include <string>
#include <variant>

namespace wsgate {

struct open_session {
    const route* where = nullptr; ///< in the table; never null
    opening how;
};

struct send_file {
    std::string path;  ///< for static_root::open()
    std::string asked; ///< the decoded path of the request, which policies go by
};

/// Whether targets are there, which takes a while to find out.
struct tell_readiness {};

using http_answer = std::variant<text_response, send_file, open_session, tell_readiness>;

/// A text_response says itself whether the connection stays.
[[nodiscard]] http_answer decide(const request&, const route_table&, bool has_files,
                                 base64_offers = base64_offers::refuse);

} // namespace wsgate
