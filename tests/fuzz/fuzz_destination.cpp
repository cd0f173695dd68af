// A destination that was read can be written as [host]::port or host::00port and read again.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/bytes.hpp"
#include "rfb/destination.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const auto to = rfb::parse_destination(rfb::to_text(fuzz::as_bytes(input, size)));
    if (!to) {
        return 0;
    }
    fuzz::require(!to->host.empty() && to->port > 0);
    fuzz::require(!to->display || to->port == rfb::vnc_base_port + *to->display);
    fuzz::require(std::none_of(to->host.begin(), to->host.end(), [](char c) {
        return (c >= 0 && c <= ' ') || c == 0x7f || c == '[' || c == ']';
    }));
    const bool is_ipv6 = to->host.find(':') != std::string::npos;
    const auto host = is_ipv6 ? '[' + to->host + ']' : to->host;
    auto port = std::to_string(to->port);
    port.insert(0, 5 - port.size(), '0'); // five digits, since "2::5901" is an address
    const auto plain = rfb::parse_destination(host + "::" + port);
    fuzz::require(plain && plain->host == to->host && plain->port == to->port && !plain->display);
    return 0;
}
