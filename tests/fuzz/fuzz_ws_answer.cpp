// Answers to our opening handshake: it is open only where a server proves that it understood.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/ws/client_handshake.hpp"

#include <algorithm>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    constexpr auto key = "dGhlIHNhbXBsZSBub25jZQ=="; // RFC 6455 1.3
    const std::string text(input, input + size);
    net::client_response_reader reader;
    if (reader.feed(text) != net::client_response_reader::state::complete) {
        return 0;
    }
    const auto problem = wsgate::check_client_response(reader.value(), key, "wss://h");
    if (!problem) {
        fuzz::require(reader.value().status == 101);
        fuzz::require(text.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") < reader.size());
        return 0;
    }
    fuzz::require(std::all_of(problem->text.begin(), problem->text.end(),
                              [](char c) { return c >= ' ' && c <= '~'; }));
    return 0;
}
