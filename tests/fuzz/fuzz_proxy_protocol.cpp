// The PROXY header: cuts do not matter, and what was understood can be written and read again.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

namespace {

using bytes = std::span<const std::byte>;

void write_and_read(const net::proxy_header& header, net::proxy_version version) {
    const auto sent = net::format_proxy_header(header, version);
    net::proxy_reader reader;
    fuzz::require(reader.feed(sent) == sent.size() && reader.done() && reader.result());
    const auto& again = *reader.result();
    fuzz::require(again.addresses == header.addresses);
    if (version == net::proxy_version::v2) {
        fuzz::require(again == header);
    } else {
        fuzz::require(sent.size() <= net::proxy_header::max_line);
    }
}

} // namespace

// Input: a step, then the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const std::size_t step = input[0] + std::size_t{1};
    const auto stream = fuzz::as_bytes(input, size).subspan(1);
    net::proxy_reader whole;
    const auto taken = whole.feed(stream);
    fuzz::require(taken <= std::min(stream.size(), net::proxy_header::max_size));
    fuzz::require(whole.done() || taken == stream.size());
    net::proxy_reader split;
    std::size_t taken_by_parts = 0;
    for (std::size_t at = 0; at < stream.size(); at += step) {
        taken_by_parts += split.feed(stream.subspan(at, std::min(step, stream.size() - at)));
    }
    fuzz::require(taken_by_parts == taken && split.done() == whole.done());
    if (!whole.done()) {
        return 0;
    }
    fuzz::require(whole.result() == split.result());
    if (whole.result()) {
        fuzz::require(whole.result()->unique_id.size() <= net::proxy_header::max_id);
        write_and_read(*whole.result(), net::proxy_version::v1);
        write_and_read(*whole.result(), net::proxy_version::v2);
    }
    return 0;
}
