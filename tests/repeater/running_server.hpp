// A whole repeater on loopback, on a thread of its own, with its events recorded.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "repeater/server.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace support {

/// Keeps every event; tests wait for what they expect.
class recording_sink final : public repeater::event_sink {
public:
    void receive(const repeater::any_event& e) override {
        const std::lock_guard lock(mutex_);
        all_.push_back(e);
        arrived_.notify_all();
    }

    /// The n-th event of a kind, from 1; throws where it does not come in time.
    template <class Event>
    [[nodiscard]] Event wait_for(std::size_t n = 1) {
        std::unique_lock lock(mutex_);
        const auto found = [this, n] { return events<Event>().size() >= n; };
        if (!arrived_.wait_for(lock, std::chrono::seconds(10), found)) {
            throw std::runtime_error("the expected event did not come");
        }
        return events<Event>()[n - 1];
    }

    template <class Event>
    [[nodiscard]] std::size_t count() {
        const std::lock_guard lock(mutex_);
        return events<Event>().size();
    }

private:
    template <class Event>
    [[nodiscard]] std::vector<Event> events() const {
        std::vector<Event> some;
        for (const auto& e : all_) {
            if (const auto* match = std::get_if<Event>(&e)) {
                some.push_back(*match);
            }
        }
        return some;
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<repeater::any_event> all_;
};

[[nodiscard]] inline repeater::config loopback_config() {
    repeater::config c;
    c.viewer_port = 0;
    c.server_port = 0;
    c.bind = {boost::asio::ip::address_v4::loopback()};
    c.threads = 2;
    c.limits.refusal = std::chrono::milliseconds(20);
    return c;
}

class running_server {
public:
    explicit running_server(repeater::config c = loopback_config(),
                            net::resolver::lookup look_up = net::resolver::system_lookup)
        : config_(std::make_shared<const repeater::config>(std::move(c))),
          server_(context_.get_executor(), config_, events, std::move(look_up)) {
        boost::asio::co_spawn(context_, server_.run(), [this](const std::exception_ptr& e) {
            if (e) {
                std::rethrow_exception(e);
            }
            ended_.set_value();
        });
        thread_ = std::thread([this] { context_.run(); });
    }

    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;

    ~running_server() {
        stop();
        join();
        work_.reset();
        thread_.join();
    }

    void configure(repeater::config c) {
        config_ = std::make_shared<const repeater::config>(std::move(c));
        on_its_thread([this] { server_.configure(config_); });
    }

    void drain() {
        on_its_thread([this] { server_.drain(); });
    }

    void show_sessions() {
        on_its_thread([this] { server_.show_sessions(); });
    }

    void stop() {
        on_its_thread([this] { server_.stop(); });
    }

    [[nodiscard]] repeater::change_outcome change_policy(repeater::session_number pair,
                                                         std::string_view words) {
        auto done = boost::asio::co_spawn(
            context_, server_.pairs().change_policy(pair, *repeater::parse_policy_change(words)),
            boost::asio::use_future);
        return done.get();
    }

    /// Waits until the server has nothing left to do.
    void join() {
        if (has_ended_.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
            std::terminate();
        }
    }

    [[nodiscard]] tcp_client connect(rfb::side side) { return tcp_client(server_.port(side)); }

    /// A peer that has said hello; a viewer has received its greeting.
    [[nodiscard]] tcp_client introduce(rfb::side side, std::string_view text,
                                       std::string_view early = "") {
        auto peer = connect(side);
        auto block = padded(text, 250);
        const auto more = bytes_of(early);
        block.insert(block.end(), more.begin(), more.end());
        peer.send(block);
        if (side == rfb::side::viewer && config_->greet_viewers) {
            expect_greeting(peer);
        }
        return peer;
    }

    /// Like introduce(), and it waits for a partner.
    [[nodiscard]] tcp_client wait_as(rfb::side side, std::string_view text,
                                     std::string_view early = "") {
        const auto before = events.count<repeater::event::waiting>();
        auto peer = introduce(side, text, early);
        (void)events.wait_for<repeater::event::waiting>(before + 1);
        return peer;
    }

    static void expect_greeting(tcp_client& viewer) {
        if (viewer.receive(12) != bytes_of("RFB 000.000\n")) {
            throw std::runtime_error("not the repeater's greeting");
        }
    }

    recording_sink events;

private:
    void on_its_thread(std::function<void()> act) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            act();
            done.set_value();
        });
        done.get_future().wait();
    }

    std::shared_ptr<const repeater::config> config_;
    net::event_loop context_;
    boost::asio::executor_work_guard<net::event_loop::executor_type> work_{context_.get_executor()};
    repeater::server server_;
    std::promise<void> ended_;
    std::shared_future<void> has_ended_ = ended_.get_future();
    std::thread thread_;
};

} // namespace support
