// Writes and reads WebSocket frames, as a client and as a server.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

/// Appends one binary frame, masked by `key`.
void append_masked(std::vector<std::byte>& wire, std::span<const std::byte> payload,
                   std::uint32_t key);

/// Appends one binary frame, without a mask.
void append_unmasked(std::vector<std::byte>& wire, std::span<const std::byte> payload);

/// Makes a masked Close with code 1000.
[[nodiscard]] std::vector<std::byte> masked_close();
[[nodiscard]] std::vector<std::byte> unmasked_close();

/// Reads frames of either side, however they were cut.
class frame_reader {
public:
    /// The payload of data frames among these bytes, unmasked and moved to their front.
    [[nodiscard]] std::span<const std::byte> payload_of(std::span<std::byte> received);

    [[nodiscard]] bool has_closed() const { return closed_; }

private:
    void take_header(std::byte);
    void unmask(std::span<std::byte>);

    std::vector<std::byte> header_;
    std::array<std::byte, 4> key_{}; ///< zeros where there is no mask
    std::size_t key_at_ = 0;
    std::uint64_t left_ = 0; ///< bytes of the payload that are to come
    bool is_data_ = false;
    bool closed_ = false;
};

} // namespace bench
