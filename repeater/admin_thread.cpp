// Asks the other threads by what it posts to them, and waits for their answers for so long.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/admin_thread.hpp"

#include "net/deadline.hpp"
#include "net/handoff.hpp"
#include "net/text/number.hpp"
#include "repeater/metrics_page.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace repeater {

namespace {

using namespace asio::experimental::awaitable_operators;

/// A thread that has not answered by then hangs.
constexpr auto longest_answer = std::chrono::seconds(2);

// Statuses of HTTP.
constexpr unsigned all_well = 200;
constexpr unsigned bad_request = 400;
constexpr unsigned not_found = 404;
constexpr unsigned conflict = 409;
constexpr unsigned unavailable = 503;

/// The number in /sessions/NUMBER/policy.
std::optional<session_number> session_in(std::string_view path) {
    constexpr std::string_view before = "/sessions/";
    constexpr std::string_view behind = "/policy";
    if (!path.starts_with(before) || !path.ends_with(behind) ||
        path.size() < before.size() + behind.size()) {
        return std::nullopt;
    }
    path.remove_prefix(before.size());
    path.remove_suffix(behind.size());
    const auto number = net::parse_number<std::uint64_t>(path);
    return number ? std::optional{session_number{*number}} : std::nullopt;
}

} // namespace

admin_thread::admin_thread(const service::admin_options& options,
                           service::admin_listeners listeners, admin_questions questions,
                           const net::task_group::escape& on_escape)
    : questions_(std::move(questions)),
      admin_(thread_.executor(), options, std::move(listeners),
             {"ultravnc_repeater", [this] { return tell_numbers(); },
              [this] { return tell_health(); }, [this] { return tell_readiness(); },
              [this](service::admin_order o) { return obey(std::move(o)); }},
             on_escape) {}

void admin_thread::gate::pass(const asio::any_io_executor& to, std::function<void()> act) {
    const std::lock_guard lock(mutex);
    if (is_open) {
        asio::post(to, std::move(act));
    }
}

/// What `question` says on the event loop of `whom`. Nothing where that loop does not come to it in
/// time; then it may be called later, or never.
template <class Answer>
asio::awaitable<std::optional<Answer>> admin_thread::ask(asio::any_io_executor whom,
                                                         std::function<Answer()> question) {
    const auto here = co_await asio::this_coro::executor;
    // Shared with what runs over there, since whoever asks may be gone by then.
    const auto given = std::make_shared<net::handoff<Answer>>(here);
    asio::post(whom, [here, given, back = gate_, question = std::move(question)] {
        back->pass(here, [given, answer = question()] { given->give(answer); });
    });
    auto first = co_await (given->take() || net::expire_after(longest_answer));
    co_return first.index() == 0 ? std::move(std::get<0>(first)) : std::nullopt;
}

admin_thread::~admin_thread() {
    {
        const std::lock_guard lock(gate_->mutex);
        gate_->is_open = false;
    }
    asio::co_spawn(thread_.executor(), admin_.stop(), asio::use_future).wait();
    thread_.join();
}

void admin_thread::leave_file() {
    asio::post(thread_.loop(), [this] { admin_.leave_file(); });
}

void admin_thread::start(on_error on_accept_failed) {
    asio::post(thread_.loop(),
               [this, report = std::move(on_accept_failed)] { admin_.start(report); });
}

asio::awaitable<std::optional<std::string>> admin_thread::tell_numbers() {
    const auto now = co_await ask<numbers>(questions_.decides, questions_.count);
    if (!now) {
        co_return std::nullopt;
    }
    co_return metrics_page(*now);
}

/// Every thread that peers depend on must come to what is posted to it.
asio::awaitable<service::admin_state> admin_thread::tell_health() {
    auto all = questions_.workers;
    all.push_back(questions_.decides);
    for (const auto& each : all) {
        const auto alive = co_await ask<bool>(each, [] { return true; });
        if (!alive) {
            co_return service::admin_state{false, "a thread hangs"};
        }
    }
    co_return service::admin_state{true, "ok"};
}

asio::awaitable<service::admin_state> admin_thread::tell_readiness() {
    const auto stopping = co_await ask<bool>(questions_.decides, questions_.is_stopping);
    if (!stopping) {
        co_return service::admin_state{false, "a thread hangs"};
    }
    co_return *stopping ? service::admin_state{false, "shutting down"}
                        : service::admin_state{true, "ready"};
}

/// POST /sessions/NUMBER/policy?view-only=no&...
asio::awaitable<service::admin_reply> admin_thread::obey(service::admin_order o) {
    const auto number = session_in(o.path);
    if (!number) {
        co_return service::admin_reply{not_found, "nothing here; there is /sessions/NUMBER/policy"};
    }
    std::string words;
    for (const auto& [key, value] : o.values) {
        words.append(key).append(1, '=').append(value).append(1, ' ');
    }
    auto parsed = parse_policy_change(words);
    if (!parsed || o.values.empty()) {
        co_return service::admin_reply{bad_request, parsed ? "say what to change, as ?view-only=no"
                                                           : parsed.error()};
    }
    const auto outcome = co_await change(*number, std::move(*parsed));
    if (!outcome) {
        co_return service::admin_reply{unavailable, "a thread hangs"};
    }
    switch (*outcome) {
    case change_outcome::unknown:
        co_return service::admin_reply{not_found, "there is no such session"};
    case change_outcome::fixed:
        co_return service::admin_reply{
            conflict, "this session has no policy that is read from its start; write [policy "
                      "\"...\"] with changeable = yes, or with what is to be changed"};
    case change_outcome::changed:
        break;
    }
    co_return service::admin_reply{all_well, "changed"};
}

asio::awaitable<std::optional<change_outcome>> admin_thread::change(session_number pair,
                                                                    policy_change what) {
    const auto here = co_await asio::this_coro::executor;
    const auto given = std::make_shared<net::handoff<change_outcome>>(here);
    asio::post(questions_.decides, [here, given, back = gate_, act = questions_.change_policy, pair,
                                    what = std::move(what)]() mutable {
        act(pair, std::move(what), [here, given, back](change_outcome done) {
            back->pass(here, [given, done] { given->give(done); });
        });
    });
    auto first = co_await (given->take() || net::expire_after(longest_answer));
    co_return first.index() == 0 ? std::get<0>(first) : std::nullopt;
}

} // namespace repeater
