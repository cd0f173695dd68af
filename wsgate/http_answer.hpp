// Decides what a request is answered with; a pure function.
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
    const route* where = nullptr; ///< an entry of the route table; never null
    opening how;
};

struct send_file {
    std::string path;  ///< for static_root::open()
    std::string asked; ///< the request's decoded path, for rules by path
};

/// The request asks whether the targets can be reached; the connection asks `readiness` for the
/// answer.
struct tell_readiness {};

using http_answer = std::variant<text_response, send_file, open_session, tell_readiness>;

/// A text_response holds whether the connection stays open after it.
[[nodiscard]] http_answer decide(const request&, const route_table&, bool has_files,
                                 base64_offers = base64_offers::refuse);

} // namespace wsgate
