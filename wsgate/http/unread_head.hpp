// What can be told of a request head that is not or not yet a request.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace wsgate {

/// What came, as far as it can be recognised. `path` is a part of what was looked at.
struct unread_head {
    std::string_view path;           ///< as the log may show it; empty: unknown
    bool asks_for_websocket = false; ///< or is another protocol than HTTP, which is worth telling
    std::string_view cause{};        ///< a literal: what came in place of HTTP/1.1; empty: unknown
    std::string_view advice{};       ///< a literal
};

[[nodiscard]] unread_head look_at_unread(std::string_view received);

} // namespace wsgate
