// The target's end of a session: plain bytes behind a gateway, WebSocket frames behind a ws_proxy.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/gate/ws_client.hpp"
#include "bench/noise.hpp"
#include "bench/subject.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

enum class speech { bytes, frames };

[[nodiscard]] speech speech_behind(subject_kind);

/// Accepts the connection that the subject makes for a client, whose opening handshake goes on
/// meanwhile as far as it must, and sends the first byte. Behind a chain it connects, and meets the
/// client under an ID. The socket is blocking.
[[nodiscard]] unique_fd target_for(ws_client&, running_subject&);

/// What a target sends to say `payload`; in frames of all sizes.
[[nodiscard]] std::vector<std::byte> spoken(std::span<const std::byte> payload, speech);

/// What a target sends after everything else, before its FIN.
[[nodiscard]] std::vector<std::byte> farewell(speech);

/// The hash of the next `size` bytes of payload, or of all until the end.
[[nodiscard]] hash hash_heard(const unique_fd&, std::size_t size, speech);

} // namespace bench
