// Posts what it is told to the thread, and the events of a round together to the other one.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay_worker.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace repeater {

relay_worker::relay_worker(asio::any_io_executor decides, const relaying& how, told t)
    : decides_(std::move(decides)), told_(std::move(t)),
      pairs_(thread_.loop(), thread_.scratch(), how,
             [this](any_event e) { report(std::move(e)); }) {}

void relay_worker::go_on(std::unique_ptr<relay> given) {
    asio::post(thread_.loop(),
               [this, given = std::move(given)]() mutable { pairs_.go_on(std::move(given)); });
}

void relay_worker::set_aside(std::size_t at_most, taken then) {
    asio::post(thread_.loop(), [this, at_most, then = std::move(then)]() mutable {
        asio::post(decides_, [all = pairs_.set_aside(at_most), then = std::move(then)]() mutable {
            then(std::move(all));
        });
    });
}

void relay_worker::change_policy(session_number pair, policy_change change,
                                 std::function<void(change_outcome)> done) {
    asio::post(thread_.loop(),
               [this, pair, change = std::move(change), done = std::move(done)]() mutable {
                   asio::post(decides_, [outcome = pairs_.change_policy(pair, change),
                                         done = std::move(done)] { done(outcome); });
               });
}

void relay_worker::stop() {
    asio::post(thread_.loop(), [this] { pairs_.stop(); });
}

void relay_worker::show(std::size_t at_most) {
    asio::post(thread_.loop(), [this, at_most] { pairs_.show(at_most); });
}

void relay_worker::report(any_event e) {
    if (untold_.empty()) {
        asio::post(thread_.loop(), [this] { tell(); });
    }
    untold_.push_back(std::move(e));
}

void relay_worker::tell() {
    asio::post(decides_, [this, all = std::exchange(untold_, {})] {
        for (const auto& e : all) {
            told_(e);
        }
    });
}

} // namespace repeater
