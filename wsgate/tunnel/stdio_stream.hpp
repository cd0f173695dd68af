// Standard input and output as one stream.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace wsgate {

namespace asio = boost::asio;

/// Takes over descriptors 0 and 1 and puts /dev/null in their places, so that nothing else reads or
/// writes there.
class stdio_stream final : public net::stream {
public:
    /// Throws std::system_error.
    explicit stdio_stream(const asio::any_io_executor&);
    stdio_stream(const stdio_stream&) = delete;
    stdio_stream& operator=(const stdio_stream&) = delete;
    ~stdio_stream() override;

    [[nodiscard]] net::io_result read_some(std::span<std::byte>) override;
    [[nodiscard]] net::io_result write_some(std::span<const std::byte>) override;
    [[nodiscard]] asio::awaitable<std::tuple<net::error_code>> wait(net::readiness) override;
    void shutdown_send() override;
    void close() override;

private:
    asio::posix::stream_descriptor in_;
    asio::posix::stream_descriptor out_;
};

} // namespace wsgate
