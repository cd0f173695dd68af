// Reads and writes PROXY headers of both versions.      haproxy's proxy-protocol.txt
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/proxy/header.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace net {

/// Reads a header of either version, in any pieces. It must be there: the first byte that cannot be
/// of one is an error.
class proxy_reader {
public:
    /// Takes bytes up to the header's end, or up to the byte that shows an error; returns their
    /// number. The rest is the session's.
    [[nodiscard]] std::size_t feed(std::span<const std::byte>);

    [[nodiscard]] bool done() const { return result_.has_value(); }

    /// Only where done(). Errors: proxy_error.
    [[nodiscard]] const boost::system::result<proxy_header>& result() const { return *result_; }

private:
    using step = std::optional<boost::system::result<proxy_header>>;

    [[nodiscard]] step look();
    [[nodiscard]] step look_at_line() const;
    [[nodiscard]] step look_at_block();

    std::vector<std::byte> got_;
    std::size_t size_ = 0; ///< of a block, known once its fixed part is there
    step result_;
};

/// The header to send, all of it at once. Without addresses: UNKNOWN (version 1) or LOCAL (version
/// 2). IPv4 beside IPv6 goes as IPv6; an ID is cut to max_id bytes.
[[nodiscard]] std::vector<std::byte> format_proxy_header(const proxy_header&, proxy_version);

} // namespace net
