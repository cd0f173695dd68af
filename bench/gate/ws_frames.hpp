// Writes and reads WebSocket frames as a client.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

/// Appends one binary frame, masked by `key`.
void append_masked(std::vector<std::byte>& wire, std::span<const std::byte> payload,
                   std::uint32_t key);

/// Makes a masked Close with code 1000.
[[nodiscard]] std::vector<std::byte> masked_close();

/// Reads a server's frames, however they were cut.
class frame_reader {
public:
    /// The payload of data frames among these bytes, moved to their front.
    [[nodiscard]] std::span<const std::byte> payload_of(std::span<std::byte> received);

    [[nodiscard]] bool has_closed() const { return closed_; }

private:
    void take_header(std::byte);

    std::vector<std::byte> header_;
    std::uint64_t left_ = 0; ///< bytes of the payload that are to come
    bool is_data_ = false;
    bool closed_ = false;
};

} // namespace bench
