// Lets all workers accept, and stops in order.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/server.hpp"

#include "net/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <fmt/format.h>
#include <utility>

namespace wsgate {

namespace {

net::task_group::escape report_to(journal& j) {
    return [&j](const std::exception_ptr& e) { j.defect(net::what(e)); };
}

asio::awaitable<void> beat() {
    co_return;
}

asio::awaitable<void> stop_accepting(worker& where) {
    co_await where.stop_accepting();
}

} // namespace

server::server(asio::any_io_executor executor, const config& c, wsgate::journal& j)
    : executor_(std::move(executor)), config_(c), journal_(j),
      terms_(executor_, c, journal_, metrics_),
      ready_(executor_, terms_.current()->probes(), report_to(j)), chores_(executor_, report_to(j)),
      changed_(executor_), left_(executor_), attendance_(wanted_news()) {
    listen();
    if (c.admin.listen) {
        admin_.emplace(executor_, c.admin, c.tcp, metrics_, ready_, report_to(j));
    }
    const services shared{journal_, metrics_, ready_};
    for (std::size_t i = 0; i < c.threads; ++i) {
        workers_.push_back(std::make_unique<worker>(shared, terms_, attendance_));
    }
}

void server::listen_now() {
    for (auto& each : listeners_) {
        each.listen();
    }
    if (admin_) {
        admin_->listen_now();
    }
}

/// Returns one listener, or one for IPv4 and one for IPv6.
std::vector<net::listener> server::listen_at(const listen_address& at) {
    std::vector<net::listener> all;
    if (at.inherited >= 0) {
        all.emplace_back(net::unique_fd{at.inherited}, fmt::format("descriptor {}", at.inherited),
                         config_.tcp);
        return all;
    }
    if (!at.unix_path.empty()) {
        socket_files_.emplace_back(at.unix_path, config_.unix_mode);
        all.emplace_back(socket_files_.back().take(), "unix:" + at.unix_path, config_.tcp);
        return all;
    }
    return net::listen_on({at.address, at.port}, config_.tcp);
}

void server::listen() {
    for (std::size_t i = 0; i < config_.listen.size(); ++i) {
        for (auto& each : listen_at(config_.listen[i])) {
            listeners_.push_back(std::move(each));
            rules_of_.push_back(i);
        }
    }
}

void server::start() {
    terms_.warn();
    const auto terms = terms_.current();
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const auto& at = terms->listeners[rules_of_[i]];
        doors_.push_back({&listeners_[i], rules_of_[i]});
        journal_.listening(listeners_[i].name(), at.speaks != speech::plain,
                           at.routes.takes_all() ? at.routes.routes().front().name : "");
    }
    start_accepting();
    if (admin_) {
        for (const auto& each : admin_->listeners()) {
            journal_.admin_listening(each.local());
        }
        admin_->start([this](const net::error_code& ec) { journal_.accept_failed(ec); });
    }
    chores_.spawn(terms_.watch());
    if (config_.process.idle_exit.count() > 0) {
        chores_.spawn(end_when_idle());
    }
    if (config_.process.timeout.count() > 0) {
        chores_.spawn(end_in_time());
    }
}

void server::start_accepting() {
    for (const auto& each : workers_) {
        asio::post(each->executor(), [this, &where = *each] {
            where.accept_at(doors_, workers_,
                            [this](const net::error_code& ec) { tell_accept_failed(ec); });
        });
    }
}

/// On any thread.
void server::tell_accept_failed(const net::error_code& ec) {
    if (accept_failures_.is_due(net::clock::now())) {
        journal_.accept_failed(ec);
    }
}

asio::awaitable<void> server::run() {
    start();
    while (!stopping_) {
        co_await changed_.wait();
    }
    co_await close_listeners();
    co_await chores_.join();
    const auto grace = terms_.current()->conf.limits.stop;
    for (const auto& each : workers_) {
        ++open_workers_;
        asio::co_spawn(each->executor(), each->close_down(grace),
                       [this](const std::exception_ptr& e) {
                           asio::post(executor_, [this, e] {
                               if (e) {
                                   journal_.defect(net::what(e));
                               }
                               --open_workers_;
                               changed_.notify();
                           });
                       });
    }
    while (open_workers_ > 0) {
        co_await changed_.wait();
    }
    co_await ready_.join();
    if (admin_) {
        co_await admin_->stop();
    }
}

/// What somebody here waits for. Called on the workers' threads.
attendance::news server::wanted_news() {
    attendance::news wanted;
    if (config_.process.idle_exit.count() > 0 || config_.process.timeout.count() > 0) {
        wanted.none_left = [this] { asio::post(executor_, [this] { left_.notify(); }); };
    }
    if (config_.process.run_once) {
        wanted.session_over = [this] { asio::post(executor_, [this] { session_over(); }); };
    }
    return wanted;
}

void server::session_over() {
    if (!stopping_) {
        journal_.ends_itself("--run-once");
        stop();
    }
}

asio::awaitable<void> server::end_when_idle() {
    for (;;) {
        while (attendance_.present() > 0) {
            co_await left_.wait();
        }
        const auto came = attendance_.accepted();
        co_await net::expire_at(attendance_.empty_since() + config_.process.idle_exit);
        if (came == attendance_.accepted() && attendance_.present() == 0) {
            journal_.ends_itself("--idle-exit");
            stop();
            co_return;
        }
    }
}

asio::awaitable<void> server::end_in_time() {
    co_await net::expire_after(config_.process.timeout);
    co_await close_listeners();
    journal_.ends_itself("--timeout");
    while (attendance_.present() > 0) {
        co_await left_.wait();
    }
    stop();
}

/// Shows a bounded number of sessions, since the log's queue drops lines when too many come at
/// once.
void server::show_sessions() {
    constexpr std::size_t most = 1000;
    const auto of_each = std::max<std::size_t>(most / workers_.size(), 1);
    journal_.sessions(attendance_.present(), of_each * workers_.size());
    for (const auto& each : workers_) {
        asio::post(each->executor(), [&where = *each, of_each] { where.show(of_each); });
    }
}

void server::reload() {
    terms_.reload();
}

void server::reload(config next) {
    if (terms_.reload(std::move(next))) {
        ready_.targets(terms_.current()->probes());
    }
}

void server::stop() {
    if (std::exchange(stopping_, true)) {
        return;
    }
    journal_.stopping("graceful");
    ready_.stop();
    chores_.cancel();
    changed_.notify();
}

/// The workers stop to accept first: they watch the sockets.
asio::awaitable<void> server::close_listeners() {
    ready_.stop();
    for (const auto& each : workers_) {
        co_await asio::co_spawn(each->executor(), stop_accepting(*each), asio::use_awaitable);
    }
    for (auto& each : listeners_) {
        each.close();
    }
    socket_files_.clear();
}

asio::awaitable<void> server::pulse() {
    for (const auto& each : workers_) {
        co_await asio::co_spawn(each->executor(), beat(), asio::use_awaitable);
    }
}

void server::stop_now() {
    stop();
    journal_.stopping("now");
    for (const auto& each : workers_) {
        asio::post(each->executor(), [&where = *each] { where.cut(); });
    }
}

} // namespace wsgate
