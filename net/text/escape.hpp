// Makes bytes from outside fit to be seen in a log, a terminal or an event.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace net {

/// Printable ASCII except `\` and `"` as it is, any other byte as \xHH; after `limit` bytes of
/// `text` an ellipsis. The result holds no control byte, blank lines or terminal sequence.
[[nodiscard]] std::string escaped(std::string_view text, std::size_t limit = 64);

} // namespace net
