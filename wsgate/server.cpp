// Accept, hand over, stop.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/server.hpp"

#include "net/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fmt/format.h>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

net::task_group::escape report_to(journal& j) {
    return [&j](const std::exception_ptr& e) { j.defect(net::what(e)); };
}

service::file_watch watch_of(const config& c) {
    auto files = files_of(c.tls);
    files.push_back(c.target_tls.ca_file);
    return service::file_watch(std::move(files));
}

asio::awaitable<void> beat() {
    co_return;
}

} // namespace

server::server(asio::any_io_executor executor, const config& c, wsgate::journal& j)
    : executor_(std::move(executor)), config_(c), journal_(j), memory_(c.access),
      watch_(watch_of(c)), terms_(make_terms(std::make_shared<const setup>(c))),
      ready_(executor_, terms_.setup->probes(), report_to(j)), accepting_(executor_, report_to(j)),
      changed_(executor_), left_(executor_), reloaded_(executor_) {
    if (c.process.check) {
        return;
    }
    listen();
    if (c.admin.listen) {
        admin_.emplace(executor_, c.admin, c.tcp, metrics_, ready_, report_to(j));
    }
    publish();
    for (std::size_t i = 0; i < c.threads; ++i) {
        workers_.push_back(std::make_unique<worker>(j, metrics_, ready_, [this](bool had_session) {
            asio::post(executor_, [this, had_session] { left(had_session); });
        }));
    }
}

/// One, or one for each family.
std::vector<net::listener> server::listen_at(const listen_address& at) {
    std::vector<net::listener> all;
    if (at.inherited >= 0) {
        all.emplace_back(executor_, net::unique_fd{at.inherited},
                         fmt::format("descriptor {}", at.inherited), config_.tcp);
        return all;
    }
    if (!at.unix_path.empty()) {
        socket_files_.emplace_back(at.unix_path, config_.unix_mode);
        all.emplace_back(executor_, socket_files_.back().take(), "unix:" + at.unix_path,
                         config_.tcp);
        return all;
    }
    std::vector<asio::ip::address> addresses;
    if (at.address) {
        addresses.push_back(*at.address);
    }
    return net::listen_on(executor_, addresses, at.port, config_.tcp);
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
    warn();
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const auto which = rules_of_[i];
        const auto& at = terms_.setup->listeners[which];
        journal_.listening(listeners_[i].name(), at.speaks != speech::plain,
                           at.routes.takes_all() ? at.routes.routes().front().name : "");
        accepting_.spawn(
            listeners_[i].run([this, which](net::connection c) { accept(which, std::move(c)); },
                              [this](const net::error_code& ec) { journal_.accept_failed(ec); }));
    }
    if (admin_) {
        journal_.admin_listening(admin_->local());
        admin_->start([this](const net::error_code& ec) { journal_.accept_failed(ec); });
    }
    accepting_.spawn(watch_files());
    if (config_.process.idle_exit.count() > 0) {
        accepting_.spawn(end_when_idle());
    }
    if (config_.process.timeout.count() > 0) {
        accepting_.spawn(end_in_time());
    }
}

asio::awaitable<void> server::run() {
    start();
    while (!stopping_) {
        co_await changed_.wait();
    }
    co_await accepting_.join();
    for (const auto& each : workers_) {
        ++open_workers_;
        asio::co_spawn(each->executor(), each->close_down(config_.limits.stop),
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

void server::accept(std::size_t listener, net::connection c) {
    ++present_;
    turn_ = (turn_ + 1) % workers_.size();
    auto& where = *workers_[turn_];
    const session_number number{++accepted_};
    asio::post(where.executor(),
               [&where, number, under = terms_, listener, c = std::move(c)]() mutable {
                   where.take(number, std::move(under), listener, std::move(c));
               });
}

void server::left(bool had_session) {
    if (--present_ == 0) {
        empty_since_ = net::clock::now();
    }
    left_.notify();
    if (had_session && config_.process.run_once && !stopping_) {
        journal_.ends_itself("--run-once");
        stop();
    }
}

asio::awaitable<void> server::end_when_idle() {
    for (;;) {
        while (present_ > 0) {
            co_await left_.wait();
        }
        const auto came = accepted_;
        co_await net::expire_at(empty_since_ + config_.process.idle_exit);
        if (came == accepted_) {
            journal_.ends_itself("--idle-exit");
            stop();
            co_return;
        }
    }
}

asio::awaitable<void> server::end_in_time() {
    co_await net::expire_after(config_.process.timeout);
    close_listeners();
    journal_.ends_itself("--timeout");
    while (present_ > 0) {
        co_await left_.wait();
    }
    stop();
}

/// The log has no room for any number of lines at once.
void server::show_sessions() {
    constexpr std::size_t most = 1000;
    const auto of_each = std::max<std::size_t>(most / workers_.size(), 1);
    journal_.sessions(present_, of_each * workers_.size());
    for (const auto& each : workers_) {
        asio::post(each->executor(), [&where = *each, of_each] { where.show(of_each); });
    }
}

terms server::make_terms(std::shared_ptr<const setup> from) {
    const auto& c = from->conf;
    terms made;
    made.doorman = std::make_shared<const doorman>(
        c.access, memory_, [this](std::string_view what) { journal_.skipped(what); });
    if (!c.tls.certificates.empty()) {
        made.tls = std::make_shared<const tls_server>(c.tls, tickets_);
    }
    if (from->speaks_tls_to_targets()) {
        tls_client_options o;
        o.ca_file = c.target_tls.ca_file;
        o.verify = !c.target_tls.insecure;
        made.target_tls = std::make_shared<const tls_client>(o);
    }
    const auto needs_certificate = [](const listener_rules& d) {
        return d.speaks != speech::plain;
    };
    if (!made.tls &&
        std::any_of(from->listeners.begin(), from->listeners.end(), needs_certificate)) {
        throw std::runtime_error("a listener speaks TLS, which needs --cert FILE --key FILE");
    }
    made.setup = std::move(from);
    return made;
}

/// What numbers are told of; seen from the start, with nil.
void server::publish() {
    publish_certificates();
    for (const auto& r : routes_of(terms_.setup->listeners)) {
        (void)metrics_.route(r.name);
    }
}

/// Named by their files: two certificates may be for one name.
void server::publish_certificates() {
    std::vector<certificate_expiry> all;
    if (terms_.tls) {
        std::set<std::string> files;
        for (const auto& each : terms_.tls->certificates()) {
            if (files.insert(each.file).second) {
                all.push_back({each.file, std::chrono::system_clock::to_time_t(each.not_after)});
            }
        }
    }
    metrics_.certificates(std::move(all));
}

void server::warn() {
    for (const auto& each : terms_.setup->conf.warnings) {
        journal_.warned(each);
    }
    warn_of_open_paths();
    warn_of_certificates();
}

void server::warn_of_certificates() {
    if (terms_.tls) {
        for (const auto& what : terms_.tls->warnings(std::chrono::system_clock::now())) {
            journal_.warned(what);
        }
    }
    if (terms_.target_tls && terms_.setup->conf.target_tls.insecure) {
        journal_.warned("targets' certificates are not verified (--target-insecure)");
    }
}

/// A change may come in several steps, with files that do not fit in between: what cannot be used
/// is looked at again once it has changed again.
asio::awaitable<void> server::watch_files() {
    constexpr net::clock::duration day = std::chrono::hours{24};
    auto warned = net::clock::now();
    for (;;) {
        const net::clock::duration pause = terms_.setup->conf.tls.watch;
        const bool watches = pause.count() > 0;
        const auto first = co_await (net::expire_after(watches ? pause : day) || reloaded_.wait());
        if (watches && first.index() == 0 && watch_.has_changed()) {
            reload();
        }
        if (net::clock::now() - warned >= day) {
            warned = net::clock::now();
            warn_of_certificates();
        }
    }
}

/// Servers' tunnels are no browsers: only where viewers come in a page could do harm.
void server::warn_of_open_paths() {
    std::set<std::string> told;
    for (const auto& r : routes_of(terms_.setup->listeners)) {
        if (r.who == visitor::viewer && terms_.doorman->is_open_to_all_pages(r.path) &&
            told.insert(r.path).second) {
            journal_.any_page(r.path);
        }
    }
}

/// All of them or none. What changes while the files are read is seen at the next look.
void server::renew_terms(config next) {
    auto watch = watch_of(next);
    terms_ = make_terms(std::make_shared<const setup>(std::move(next)));
    watch_ = std::move(watch);
    publish();
    reloaded_.notify();
}

void server::reload() {
    try {
        // Built anew, since a directory may have been replaced by another of its name.
        renew_terms(terms_.setup->conf);
        journal_.reloaded({});
        warn_of_certificates();
    } catch (const std::exception& e) {
        journal_.not_reloaded(e.what());
    }
}

void server::reload(config next) {
    try {
        const auto kept = keep_what_needs_a_restart(terms_.setup->conf, next);
        renew_terms(std::move(next));
        ready_.targets(terms_.setup->probes());
        journal_.reloaded(kept);
        warn();
    } catch (const std::exception& e) {
        journal_.not_reloaded(e.what());
    }
}

void server::stop() {
    if (std::exchange(stopping_, true)) {
        return;
    }
    journal_.stopping("graceful");
    close_listeners();
    accepting_.cancel();
    changed_.notify();
}

void server::close_listeners() {
    for (auto& each : listeners_) {
        each.close();
    }
    socket_files_.clear();
    ready_.stop();
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
