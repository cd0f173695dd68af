// Dials all targets in one round at a time, and reuses its result for a while.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ops/readiness.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

} // namespace

readiness::readiness(const asio::any_io_executor& home, std::vector<dialler> targets,
                     net::task_group::escape on_escape, const readiness_options& o)
    : home_(home), targets_(std::move(targets)), options_(o), probes_(home, std::move(on_escape)) {}

asio::awaitable<ready_state> readiness::ask() {
    const auto executor = co_await asio::this_coro::executor;
    // Shared with the task on `home` that answers, since whoever asks may be gone by then.
    const auto answer = std::make_shared<net::handoff<ready_state>>(executor);
    asio::post(home_, [this, executor, answer] {
        want([executor, answer](ready_state s) {
            asio::post(executor, [answer, s] { answer->give(s); });
        });
    });
    co_return (co_await answer->take()).value_or(ready_state::stopping);
}

void readiness::want(reply tell) {
    if (stopped_) {
        tell(ready_state::stopping);
        return;
    }
    if (open_ == 0 && asked_at_ && net::clock::now() - *asked_at_ < options_.fresh) {
        tell(last_);
        return;
    }
    waiting_.push_back(std::move(tell));
    if (open_ == 0) {
        begin();
    }
}

void readiness::begin() {
    if (targets_.empty()) {
        settle(ready_state::ready);
        return;
    }
    open_ = targets_.size();
    all_answer_ = true;
    for (const auto& each : targets_) {
        probes_.spawn(try_target(each));
    }
}

asio::awaitable<void> readiness::try_target(dialler dial) {
    const auto first = co_await (dial() || net::expire_after(options_.probe));
    const bool answers = first.index() == 0 && std::get<0>(first).stream != nullptr;
    all_answer_ = all_answer_ && answers;
    if (--open_ == 0) {
        settle(all_answer_ ? ready_state::ready : ready_state::no_target);
    }
}

void readiness::settle(ready_state s) {
    last_ = s;
    asked_at_ = is_of_others_ ? std::nullopt : std::optional{net::clock::now()};
    is_of_others_ = false;
    for (const auto& tell : std::exchange(waiting_, {})) {
        tell(s);
    }
}

void readiness::targets(std::vector<dialler> all) {
    targets_ = std::move(all);
    asked_at_.reset();
    is_of_others_ = open_ > 0;
}

void readiness::stop() {
    stopped_ = true;
    probes_.cancel();
    settle(ready_state::stopping);
}

asio::awaitable<void> readiness::join() {
    return probes_.join();
}

service::admin_state state_of(ready_state s) {
    switch (s) {
    case ready_state::ready:
        return {true, "ready"};
    case ready_state::stopping:
        return {false, "shutting down"};
    case ready_state::no_target:
        break;
    }
    return {false, "a target does not answer"};
}

text_response answer_of(ready_state s) {
    const auto [good, text] = state_of(s);
    return text_answer(good ? http::status::ok : http::status::service_unavailable, text);
}

} // namespace wsgate
