// The "no security types" message.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/refusal.hpp"

#include "rfb/bytes.hpp"

namespace rfb {

std::vector<std::byte> format_failure(protocol_version answered, std::string_view reason) {
    constexpr std::size_t longest = 1000;
    constexpr protocol_version first_with_list{3, 7};
    reason = reason.substr(0, longest);
    const bool has_list = answered >= first_with_list;
    const std::size_t head = has_list ? 1 : 4; // no types at all, or security type 0
    std::vector<std::byte> message(head + 4 + reason.size());
    byte_writer to(std::span<std::byte>(message).subspan(head));
    const auto text = std::as_bytes(std::span(reason));
    [[maybe_unused]] const bool fits =
        to.u32(static_cast<std::uint32_t>(reason.size())) && to.put(text);
    return message;
}

} // namespace rfb
