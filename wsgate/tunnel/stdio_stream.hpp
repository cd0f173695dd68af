// Standard input and output as one stream.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/readiness_watch.hpp"
#include "net/stream.hpp"
#include "net/unique_fd.hpp"

#include <boost/asio/any_io_executor.hpp>

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
    void watch(net::stream_watcher*) override;
    void shutdown_send() override;
    void close() override;

private:
    /// A descriptor that reads or writes do not block on.
    struct end {
        end(const asio::any_io_executor&, int fd);

        /// Lets go of the descriptor and makes it block again: where it could not be opened again,
        /// other processes may share the open file.
        void give_back();

        net::unique_fd fd;
        net::readiness_watch readiness;
    };

    end in_;
    end out_;
};

} // namespace wsgate
