// A whole gateway on loopback, on threads of its own, with its log to be read line by line.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "tests/support/tcp_client.hpp"
#include "wsgate/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <future>
#include <iterator>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace support {

/// What is written to file() can be read line by line at once.
class line_pipe {
public:
    line_pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::system_error(errno, std::system_category(), "pipe");
        }
        from_ = net::unique_fd{ends[0]};
        to_ = net::unique_fd{ends[1]};
    }

    [[nodiscard]] std::string file() const { return "/proc/self/fd/" + std::to_string(to_.get()); }

    /// The next line that holds `text`; throws where it does not come in time.
    [[nodiscard]] std::string wait_for(std::string_view text) {
        for (;;) {
            const auto line = next();
            if (line.find(text) != std::string::npos) {
                return line;
            }
        }
    }

private:
    std::string next() {
        for (;;) {
            if (const auto end = kept_.find('\n'); end != std::string::npos) {
                auto line = kept_.substr(0, end);
                kept_.erase(0, end + 1);
                return line;
            }
            pollfd p{from_.get(), POLLIN, 0};
            std::array<char, 4096> buffer{};
            if (::poll(&p, 1, 10'000) != 1) {
                throw std::runtime_error("the expected line was not logged");
            }
            const auto n = ::read(from_.get(), buffer.data(), buffer.size());
            kept_.append(buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
        }
    }

    net::unique_fd from_;
    net::unique_fd to_;
    std::string kept_;
};

/// One listener on a free port. Times are short where a test waits for them, long where it must
/// not run into them.
[[nodiscard]] inline wsgate::config loopback_gateway() {
    wsgate::config c;
    c.listen = {*wsgate::parse_listen("127.0.0.1:0")};
    c.threads = 2;
    c.log_level = service::log_level::debug;
    return c;
}

class running_gateway {
public:
    explicit running_gateway(wsgate::config c = loopback_gateway())
        : config_(std::move(c)), log_({lines.file(), config_.log_level, 8192,
                                       wsgate::journal::pattern(config_.log_format)}),
          journal_(log_, config_.log_format), server_(context_.get_executor(), config_, journal_) {
        boost::asio::co_spawn(context_, server_.run(), [this](const std::exception_ptr& e) {
            if (e) {
                std::rethrow_exception(e);
            }
            ended_.set_value();
        });
        thread_ = std::thread([this] { context_.run(); });
    }

    running_gateway(const running_gateway&) = delete;
    running_gateway& operator=(const running_gateway&) = delete;

    ~running_gateway() {
        stop_now();
        join();
        work_.reset();
        thread_.join();
    }

    void stop() {
        boost::asio::post(context_, [this] { server_.stop(); });
    }

    void stop_now() {
        boost::asio::post(context_, [this] { server_.stop_now(); });
    }

    void reload() {
        boost::asio::post(context_, [this] { server_.reload(); });
    }

    void reload(wsgate::config next) {
        boost::asio::post(context_,
                          [this, next = std::move(next)] { server_.reload(std::move(next)); });
    }

    /// Takes all sessions that can go on elsewhere out of the workers' hands, and gives them back.
    /// How many there were.
    std::size_t pass_sessions_on() {
        std::promise<std::size_t> passed;
        boost::asio::co_spawn(context_, pass_on(server_),
                              [&passed](const std::exception_ptr& e, std::size_t count) {
                                  e ? passed.set_exception(e) : passed.set_value(count);
                              });
        return passed.get_future().get();
    }

    /// Waits until the server has nothing left to do.
    void join() {
        if (has_ended_.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
            std::terminate();
        }
    }

    /// Of the admin listener.
    [[nodiscard]] std::uint16_t admin_port() const {
        return server_.admin_listener()->listeners().front().local().port();
    }

    /// What /metrics would say.
    [[nodiscard]] std::string metrics() const { return server_.numbers().text(); }

    [[nodiscard]] std::uint16_t port(std::size_t listener = 0) const {
        return server_.listeners().at(listener).local().port();
    }

    [[nodiscard]] tcp_client connect() const { return tcp_client(port()); }

    line_pipe lines;

private:
    static boost::asio::awaitable<std::size_t> pass_on(wsgate::server& s) {
        std::vector<std::unique_ptr<wsgate::session_aside>> all;
        for (bool goes_on = true; goes_on;) {
            auto some = co_await s.set_aside(10);
            goes_on = !some.empty();
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        const auto count = all.size();
        for (auto& each : all) {
            s.go_on(std::move(each));
        }
        co_return count;
    }

    wsgate::config config_;
    service::log log_;
    wsgate::journal journal_;
    net::event_loop context_;
    boost::asio::executor_work_guard<net::event_loop::executor_type> work_{context_.get_executor()};
    wsgate::server server_;
    std::promise<void> ended_;
    std::shared_future<void> has_ended_ = ended_.get_future();
    std::thread thread_;
};

} // namespace support
