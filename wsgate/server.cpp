// Lets all workers accept, and stops in order.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/server.hpp"

#include "net/deadline.hpp"
#include "net/handoff.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <fmt/format.h>
#include <malloc.h>
#include <utility>

namespace wsgate {

namespace {

net::task_group::escape report_to(journal& j) {
    return [&j](const std::exception_ptr& e) { j.defect(net::what(e)); };
}

/// The listener would not answer if the process did not work.
asio::awaitable<service::admin_state> tell_health() {
    co_return service::admin_state{true, "ok"};
}

asio::awaitable<void> end_accepting(worker& where) {
    co_await where.stop_accepting();
}

using use = moved_listener::use;

service::heirloom of(service::inherited_listeners& all, use whose) {
    return {all, static_cast<std::uint8_t>(whose)};
}

} // namespace

server::server(asio::any_io_executor executor, const config& c, wsgate::journal& j,
               inheritance from)
    : executor_(std::move(executor)), config_(c), journal_(j),
      terms_(executor_, c, journal_, metrics_),
      ready_(executor_, terms_.current()->probes(), report_to(j)), chores_(executor_, report_to(j)),
      changed_(executor_), left_(executor_), attendance_(wanted_news()) {
    listen(from.listeners);
    if (c.admin.is_on()) {
        admin_.emplace(executor_, c.admin,
                       service::open_admin(c.admin, c.tcp, of(from.listeners, use::operators)),
                       pages(), report_to(j));
    }
    terms_.tickets().restore(std::move(from.ticket_keys));
    attendance_.go_on_from(from.accepted);
    metrics_.add(from.counts);
}

void server::listen_now() {
    for (auto& each : listeners_) {
        each.listen();
    }
    if (admin_) {
        admin_->listen_now();
    }
}

service::admin_pages server::pages() {
    return {server_name, [this] { return metrics_page(); }, tell_health,
            [this] { return tell_ready(); }};
}

asio::awaitable<std::optional<std::string>> server::metrics_page() {
    co_return metrics_.text();
}

asio::awaitable<service::admin_state> server::tell_ready() {
    const auto now = co_await ready_.ask();
    co_return state_of(now);
}

/// Returns one listener, or one for IPv4 and one for IPv6.
std::vector<net::listener> server::listen_at(const listen_address& at,
                                             service::inherited_listeners& inherited) {
    const auto from = of(inherited, use::clients);
    std::vector<net::listener> all;
    if (at.inherited >= 0) {
        all.emplace_back(net::unique_fd{at.inherited}, fmt::format("descriptor {}", at.inherited),
                         config_.tcp);
        return all;
    }
    if (!at.unix_path.empty()) {
        socket_files_.push_back(service::socket_file_at(at.unix_path, config_.unix_mode, from));
        all.emplace_back(socket_files_.back().take(), "unix:" + at.unix_path, config_.tcp);
        return all;
    }
    return service::listen_on({at.address, at.port}, config_.tcp, from);
}

void server::listen(service::inherited_listeners& inherited) {
    for (std::size_t i = 0; i < config_.listen.size(); ++i) {
        for (auto& each : listen_at(config_.listen[i], inherited)) {
            listeners_.push_back(std::move(each));
            rules_of_.push_back(i);
        }
    }
}

void server::start_workers() {
    const services shared{journal_, metrics_, ready_};
    for (std::size_t i = 0; i < config_.threads; ++i) {
        workers_.push_back(std::make_unique<worker>(shared, terms_, attendance_));
    }
}

void server::start() {
    start_workers();
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
            journal_.admin_listening(each.name());
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
    if (workers_.empty()) {
        start();
    }
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
    wanted.crowd_gone = [this] { asio::post(executor_, [this] { crowd_gone(); }); };
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

void server::crowd_gone() {
    if (!stopping_) {
        chores_.spawn(give_back_memory());
    }
}

/// The C library keeps what was freed for the next ones, which may never be so many again. It is
/// asked for it here, where no connection waits for the time that this takes.
asio::awaitable<void> server::give_back_memory() {
    co_await net::expire_after(std::chrono::seconds{1}); // until the last ones have freed theirs
    (void)::malloc_trim(0);
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

std::vector<server::listening> server::all_listeners() const {
    std::vector<listening> all;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const auto& at = config_.listen[rules_of_[i]];
        const bool is_managers = at.inherited >= 0;
        all.push_back({{is_managers ? use::managers : use::clients,
                        is_managers ? at.inherited_name : listeners_[i].name()},
                       listeners_[i].native_handle()});
    }
    if (admin_) {
        for (const auto& each : admin_->listeners()) {
            all.push_back({{use::operators, each.name()}, each.native_handle()});
        }
    }
    return all;
}

asio::awaitable<void> server::stop_accepting() {
    for (const auto& each : workers_) {
        co_await asio::co_spawn(each->executor(), end_accepting(*each), asio::use_awaitable);
    }
}

void server::accept_again() {
    if (!stopping_) {
        start_accepting();
    }
}

asio::awaitable<void> server::leave() {
    for (auto& each : socket_files_) {
        each.leave();
    }
    co_await close_listeners();
    if (admin_) {
        admin_->leave_file();
        co_await admin_->stop();
        admin_.reset();
    }
}

asio::awaitable<std::vector<std::unique_ptr<session_aside>>>
server::set_aside(std::size_t at_most) {
    using sessions = std::vector<std::unique_ptr<session_aside>>;
    sessions some;
    for (auto each = workers_.begin(); some.empty() && each != workers_.end(); ++each) {
        const auto given = std::make_shared<net::handoff<sessions>>(executor_);
        asio::post((*each)->executor(), [given, here = executor_, &where = **each, at_most] {
            auto found = where.set_aside(at_most);
            asio::post(here, [given, found = std::move(found)]() mutable {
                given->give(std::move(found));
            });
        });
        auto taken = co_await given->take();
        some = taken ? std::move(*taken) : sessions{};
    }
    co_return some;
}

void server::go_on(std::unique_ptr<session_aside> from) {
    worker::least_loaded(workers_).go_on(std::move(from));
}

void server::receive(moved_session what, std::vector<net::unique_fd> sockets) {
    const auto& doorman = terms_.current()->doorman;
    auto from = std::make_unique<session_aside>();
    from->connection = doorman.restore_connection(net::address_of(what.peer));
    from->session = doorman.restore_session(what.client);
    from->client.socket = std::move(sockets.front());
    if (sockets.size() > 1) {
        from->target.socket = std::move(sockets[1]);
    }
    from->what = std::move(what);
    go_on(std::move(from));
}

/// The workers stop to accept first: they watch the sockets.
asio::awaitable<void> server::close_listeners() {
    ready_.stop();
    co_await stop_accepting();
    for (auto& each : listeners_) {
        each.close();
    }
    socket_files_.clear();
}

std::vector<asio::any_io_executor> server::loops() const {
    std::vector<asio::any_io_executor> all;
    for (const auto& each : workers_) {
        all.push_back(each->executor());
    }
    return all;
}

void server::stop_now() {
    stop();
    journal_.stopping("now");
    for (const auto& each : workers_) {
        asio::post(each->executor(), [&where = *each] { where.cut(); });
    }
}

} // namespace wsgate
