// A whole tunnel on loopback, on a thread of its own, with its log to be read line by line.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "tests/support/tcp_client.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "wsgate/tunnel/tunnel_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <string>
#include <thread>

namespace support {

/// On a free port, to ws://127.0.0.1:port/wsServer.
[[nodiscard]] inline wsgate::tunnel_config loopback_tunnel(std::uint16_t port) {
    wsgate::tunnel_config c;
    c.listen = {boost::asio::ip::address_v4::loopback(), 0};
    c.url = std::get<wsgate::ws_url>(
        wsgate::parse_ws_url("ws://127.0.0.1:" + std::to_string(port) + "/wsServer"));
    c.log_level = service::log_level::debug;
    return c;
}

class running_tunnel {
public:
    explicit running_tunnel(wsgate::tunnel_config c)
        : config_(std::move(c)),
          log_({lines.file(), config_.log_level, 8192, service::log_pattern(config_.log_format)}),
          journal_(log_, config_.log_format), server_(context_.get_executor(), config_, journal_) {
        boost::asio::co_spawn(context_, server_.run(), [this](const std::exception_ptr& e) {
            if (e) {
                std::rethrow_exception(e);
            }
            ended_.set_value();
        });
        thread_ = std::thread([this] { context_.run(); });
    }

    running_tunnel(const running_tunnel&) = delete;
    running_tunnel& operator=(const running_tunnel&) = delete;

    ~running_tunnel() {
        boost::asio::post(context_, [this] { server_.stop_now(); });
        join();
        work_.reset();
        thread_.join();
    }

    void stop() {
        boost::asio::post(context_, [this] { server_.stop(); });
    }

    /// Waits until there is nothing left to do.
    void join() {
        if (has_ended_.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
            std::terminate();
        }
    }

    /// After join().
    [[nodiscard]] bool has_carried() const { return server_.has_carried(); }

    [[nodiscard]] tcp_client connect() const { return tcp_client(server_.local().port()); }

    line_pipe lines;

private:
    wsgate::tunnel_config config_;
    service::log log_;
    wsgate::tunnel_journal journal_;
    net::event_loop context_;
    boost::asio::executor_work_guard<net::event_loop::executor_type> work_{context_.get_executor()};
    wsgate::tunnel_server server_;
    std::promise<void> ended_;
    std::shared_future<void> has_ended_ = ended_.get_future();
    std::thread thread_;
};

} // namespace support
