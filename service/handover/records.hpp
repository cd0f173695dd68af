// Records, each of one thing and with its descriptors, that share messages.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/message_socket.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

namespace service {

/// One record: what it is of, its fields (service/handover/fields) and its descriptors.
struct record {
    std::uint8_t kind = 0;
    std::vector<std::byte> fields;
    std::vector<net::unique_fd> descriptors;
};

/// Records that become one message. A record is: its kind (1 byte), how many of the message's
/// descriptors are its own (1 byte), the length of its fields (4 bytes), the fields.
class record_batch {
public:
    /// False, and nothing is added, where the message has no room for it. An empty one has room for
    /// max_fields bytes.
    [[nodiscard]] bool add(std::uint8_t kind, std::span<const std::byte> fields,
                           std::span<const int> descriptors);

    [[nodiscard]] bool is_empty() const { return bytes_.empty(); }

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

    [[nodiscard]] std::span<const int> descriptors() const { return descriptors_; }

    void clear();

    static constexpr std::size_t head_size = 6;
    static constexpr std::size_t max_fields = net::message_socket::max_bytes - head_size;

private:
    std::vector<std::byte> bytes_;
    std::vector<int> descriptors_;
};

/// The records of a message. Nothing where it is none of record_batch's.
[[nodiscard]] std::optional<std::vector<record>> records_of(net::message);

} // namespace service
