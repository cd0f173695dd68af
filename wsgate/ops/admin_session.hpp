// One connection to the admin listener: reads requests and answers them, one after the other.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/http/request.hpp"
#include "wsgate/http/response.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"

#include <chrono>
#include <string>

namespace wsgate {

class admin_session {
public:
    admin_session(const asio::any_io_executor&, net::connection, const metrics&, readiness&,
                  std::chrono::milliseconds patience);

    [[nodiscard]] asio::awaitable<void> run();

private:
    [[nodiscard]] asio::awaitable<bool> serve_one();
    [[nodiscard]] asio::awaitable<text_response> answer(const request&);
    [[nodiscard]] asio::awaitable<bool> write(std::string);

    asio::any_io_executor executor_;
    net::tcp_stream client_;
    const metrics& metrics_;
    readiness& ready_;
    std::chrono::milliseconds patience_;
    std::string received_; ///< the head that is being read, and what came behind it
    head_scanner scanner_;
};

} // namespace wsgate
