// Answers opening handshakes that have come through a ws_proxy.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/ws_server.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t request_room = 4096;

} // namespace

// A client sends no frame before it has the answer, so a head's end is the end of what is there.
bool take_request(const unique_fd& socket) {
    std::array<char, request_room> buffer{};
    const auto got = receive_some(socket, std::as_writable_bytes(std::span(buffer)));
    if (got == 0) {
        throw std::runtime_error("the subject closed a connection before its request");
    }
    return std::string_view(buffer.data(), got).ends_with(head_end);
}

void answer_request(const unique_fd& socket) {
    static const std::string words = std::string(ws_answer).append(first_ws_frame);
    send_all(socket, std::as_bytes(std::span(words)));
}

} // namespace bench
