// Accept, hand over, stop.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/server.hpp"

#include "net/deadline.hpp"
#include "wsgate/file_watch.hpp"

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

std::string what(const std::exception_ptr& escaped) {
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "unknown exception";
    }
}

net::task_group::escape report_to(journal& j) {
    return [&j](const std::exception_ptr& e) { j.defect(what(e)); };
}

std::optional<static_root> open_web(const std::string& directory) {
    if (directory.empty()) {
        return std::nullopt;
    }
    try {
        return std::optional<static_root>(directory);
    } catch (const std::system_error& e) {
        throw std::runtime_error("cannot serve files from " + directory + ": " +
                                 e.code().message() + " (choose another with --web)");
    }
}

std::vector<door> make_doors(const config& c) {
    std::vector<door> all;
    for (const auto& at : c.listen) {
        all.push_back(make_door(c, at));
    }
    return all;
}

bool needs_tls(const std::vector<door>& doors, const config& c) {
    const auto all = routes_of(doors);
    return std::any_of(all.begin(), all.end(), [&c](const route& r) { return c.target_of(r).tls; });
}

/// As sessions reach them, but without a word of TLS or of a client.
std::vector<dialler> probes_of(const std::vector<door>& doors, const config& c) {
    std::vector<target> all;
    for (const auto& r : routes_of(doors)) {
        auto to = c.target_of(r);
        to.tls = false;
        if (std::find(all.begin(), all.end(), to) == all.end()) {
            all.push_back(std::move(to));
        }
    }
    std::vector<dialler> probes;
    probes.reserve(all.size());
    for (auto& to : all) {
        probes.emplace_back([to = std::move(to), limit = c.limits.connect, tcp = c.tcp] {
            return dial(to, limit, tcp);
        });
    }
    return probes;
}

asio::awaitable<void> beat() {
    co_return;
}

} // namespace

server::station::station(journal& j) : tasks(worker.executor(), report_to(j)) {}

server::server(asio::any_io_executor executor, const config& c, wsgate::journal& j)
    : executor_(std::move(executor)), config_(c), journal_(j), doors_(make_doors(c)),
      files_(open_web(c.web)),
      ready_(executor_, probes_of(doors_, c), report_to(j)), site_{c, j, metrics_, ready_,
                                                                   files_ ? &*files_ : nullptr},
      memory_(c.access), terms_(make_terms()), accepting_(executor_, report_to(j)),
      changed_(executor_), left_(executor_) {
    if (c.process.check) {
        return;
    }
    listen();
    if (c.admin.listen) {
        admin_.emplace(executor_, c.admin, c.tcp, metrics_, ready_, report_to(j));
    }
    publish_certificates();
    for (const auto& r : routes_of(doors_)) { // seen from the start, with nil
        (void)metrics_.route(r.name);
    }
    for (std::size_t i = 0; i < c.threads; ++i) {
        stations_.push_back(std::make_unique<station>(j));
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
            door_of_.push_back(&doors_[i]);
        }
    }
}

asio::awaitable<void> server::run() {
    for (const auto& what : config_.warnings) {
        journal_.warned(what);
    }
    warn_of_open_paths();
    warn_of_certificates();
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const auto& at = *door_of_[i];
        journal_.listening(listeners_[i].name(), at.speaks != speech::plain,
                           at.routes.takes_all() ? at.routes.routes().front().name : "");
        accepting_.spawn(
            listeners_[i].run([this, &at](net::connection c) { accept(at, std::move(c)); },
                              [this](const net::error_code& ec) { journal_.accept_failed(ec); }));
    }
    if (admin_) {
        journal_.admin_listening(admin_->local());
        admin_->start([this](const net::error_code& ec) { journal_.accept_failed(ec); });
    }
    if (config_.tls.watch.count() > 0 && !config_.tls.certificates.empty()) {
        accepting_.spawn(watch_files());
    }
    if (config_.process.idle_exit.count() > 0) {
        accepting_.spawn(end_when_idle());
    }
    if (config_.process.timeout.count() > 0) {
        accepting_.spawn(end_in_time());
    }
    while (!stopping_) {
        co_await changed_.wait();
    }
    co_await accepting_.join();
    for (const auto& each : stations_) {
        ++open_stations_;
        asio::co_spawn(each->worker.executor(), close_down(*each),
                       [this](const std::exception_ptr& e) {
                           asio::post(executor_, [this, e] {
                               if (e) {
                                   journal_.defect(what(e));
                               }
                               --open_stations_;
                               changed_.notify();
                           });
                       });
    }
    while (open_stations_ > 0) {
        co_await changed_.wait();
    }
    co_await ready_.join();
    if (admin_) {
        co_await admin_->stop();
    }
}

void server::accept(const door& at, net::connection c) {
    ++present_;
    turn_ = (turn_ + 1) % stations_.size();
    auto& where = *stations_[turn_];
    const session_number number{++accepted_};
    asio::post(where.worker.executor(),
               [this, &where, number, under = terms_, &at, c = std::move(c)]() mutable {
                   begin(where, number, std::move(under), at, std::move(c));
               });
}

void server::begin(station& where, session_number number, terms under, const door& at,
                   net::connection c) {
    if (where.closed) {
        asio::post(executor_, [this] { left(false); });
    } else {
        where.tasks.spawn(serve(where, number, std::move(under), at, std::move(c)));
    }
}

asio::awaitable<void> server::serve(station& where, session_number number, terms under,
                                    const door& at, net::connection c) {
    http_session session(site_, std::move(under), at, where.worker, number, std::move(c));

    // Leaves the list with the frame, however the task ends.
    struct entry {
        std::list<http_session*>& all;
        std::list<http_session*>::iterator mine;

        entry(std::list<http_session*>& list, http_session* s)
            : all(list), mine(list.insert(list.end(), s)) {}

        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        ~entry() { all.erase(mine); }
    };

    const entry listed(where.sessions, &session);
    std::exception_ptr escaped;
    try {
        co_await session.run();
    } catch (...) {
        escaped = std::current_exception();
    }
    asio::post(executor_, [this, had = session.had_session()] { left(had); });
    if (escaped) {
        std::rethrow_exception(escaped);
    }
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
    journal_.ends_itself("--timeout");
    close_doors();
    while (present_ > 0) {
        co_await left_.wait();
    }
    stop();
}

/// The log has no room for any number of lines at once.
void server::show_sessions() {
    constexpr std::size_t most = 1000;
    const auto of_each = std::max<std::size_t>(most / stations_.size(), 1);
    journal_.sessions(present_, of_each * stations_.size());
    for (const auto& each : stations_) {
        asio::post(each->worker.executor(),
                   [this, &where = *each, of_each] { show(where, of_each); });
    }
}

void server::show(station& where, std::size_t at_most) {
    std::size_t shown = 0;
    for (const auto* const each : where.sessions) {
        shown += each->show() ? 1U : 0U;
        if (shown == at_most) {
            break;
        }
    }
}

terms server::make_terms() {
    terms made;
    made.doorman = std::make_shared<const access>(
        config_.access, memory_, [this](std::string_view what) { journal_.skipped(what); });
    if (!config_.tls.certificates.empty()) {
        made.tls = std::make_shared<const tls_server>(config_.tls, tickets_);
    }
    if (needs_tls(doors_, config_)) {
        tls_client_options o;
        o.ca_file = config_.target_tls.ca_file;
        o.verify = !config_.target_tls.insecure;
        made.target_tls = std::make_shared<const tls_client>(o);
    }
    return made;
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

void server::warn_of_certificates() {
    if (terms_.tls) {
        for (const auto& what : terms_.tls->warnings(std::chrono::system_clock::now())) {
            journal_.warned(what);
        }
    }
    if (terms_.target_tls && config_.target_tls.insecure) {
        journal_.warned("targets' certificates are not verified (--target-insecure)");
    }
}

/// A change may come in several steps, with files that do not fit in between: what cannot be used
/// is looked at again once it has changed again.
asio::awaitable<void> server::watch_files() {
    auto files = files_of(config_.tls);
    files.push_back(config_.target_tls.ca_file);
    file_watch watch(std::move(files));
    auto warned = net::clock::now();
    for (;;) {
        co_await net::expire_after(config_.tls.watch);
        if (watch.has_changed()) {
            reload();
        }
        if (net::clock::now() - warned >= std::chrono::hours{24}) {
            warned = net::clock::now();
            warn_of_certificates();
        }
    }
}

/// Servers' tunnels are no browsers: only where viewers come in a page could do harm.
void server::warn_of_open_paths() {
    std::set<std::string> told;
    for (const auto& r : routes_of(doors_)) {
        if (r.who == visitor::viewer && terms_.doorman->is_open_to_all_pages(r.path) &&
            told.insert(r.path).second) {
            journal_.any_page(r.path);
        }
    }
}

void server::reload() {
    try {
        terms_ = make_terms();
        publish_certificates();
        journal_.reloaded();
        warn_of_certificates();
    } catch (const std::exception& e) {
        journal_.not_reloaded(e.what());
    }
}

void server::stop() {
    if (std::exchange(stopping_, true)) {
        return;
    }
    journal_.stopping("graceful");
    close_doors();
    accepting_.cancel();
    changed_.notify();
}

void server::close_doors() {
    for (auto& each : listeners_) {
        each.close();
    }
    socket_files_.clear();
    ready_.stop();
}

asio::awaitable<void> server::close_down(station& where) {
    where.closed = true;
    for (auto* const session : where.sessions) {
        session->go_away();
    }
    co_await (where.tasks.join() || net::expire_after(config_.limits.stop));
    where.tasks.cancel();
    co_await where.tasks.join();
}

asio::awaitable<void> server::pulse() {
    for (const auto& each : stations_) {
        co_await asio::co_spawn(each->worker.executor(), beat(), asio::use_awaitable);
    }
}

void server::stop_now() {
    stop();
    journal_.stopping("now");
    for (const auto& each : stations_) {
        asio::post(each->worker.executor(), [&tasks = each->tasks] { tasks.cancel(); });
    }
}

} // namespace wsgate
