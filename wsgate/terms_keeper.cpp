// All of the new terms come into force, or none of them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/terms_keeper.hpp"

#include "net/deadline.hpp"
#include "wsgate/options/gateway_options.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <chrono>
#include <exception>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

service::file_watch watch_of(const config& c) {
    auto files = files_of(c.tls);
    files.push_back(c.target_tls.ca_file);
    return service::file_watch(std::move(files));
}

} // namespace

terms_keeper::terms_keeper(const asio::any_io_executor& executor, const config& c, journal& j,
                           metrics& m)
    : journal_(j), metrics_(m), memory_(c.access), files_(watch_of(c)), current_(build(c)),
      renewed_(executor) {
    publish();
}

std::shared_ptr<const terms> terms_keeper::build(config c) {
    return std::make_shared<const terms>(
        std::move(c), memory_, tickets_,
        [&j = journal_](std::string_view what) { j.skipped(what); });
}

/// What changes while the files are read is seen at the next look.
void terms_keeper::renew(config next) {
    auto watch = watch_of(next);
    current_ = build(std::move(next));
    files_ = std::move(watch);
    publish();
    renewed_.notify();
}

void terms_keeper::reload() {
    try {
        // Built anew, since a directory may have been replaced by another of its name.
        renew(current_->conf);
        journal_.reloaded({});
        warn_of_certificates();
    } catch (const std::exception& e) {
        journal_.not_reloaded(e.what());
    }
}

bool terms_keeper::reload(config next) {
    try {
        const auto kept = keep_what_needs_a_restart(current_->conf, next);
        renew(std::move(next));
        journal_.reloaded(kept);
        warn();
        return true;
    } catch (const std::exception& e) {
        journal_.not_reloaded(e.what());
        return false;
    }
}

/// A change may come in several steps, with files that do not fit in between: what cannot be used
/// is looked at again once it has changed again.
asio::awaitable<void> terms_keeper::watch() {
    constexpr net::clock::duration day = std::chrono::hours{24};
    auto warned = net::clock::now();
    for (;;) {
        const net::clock::duration pause = current_->conf.tls.watch;
        const bool watches = pause.count() > 0;
        const auto first = co_await (net::expire_after(watches ? pause : day) || renewed_.wait());
        if (watches && first.index() == 0 && files_.has_changed()) {
            reload();
        }
        if (net::clock::now() - warned >= day) {
            warned = net::clock::now();
            warn_of_certificates();
        }
    }
}

/// What the metrics name is seen from the start, with nil.
void terms_keeper::publish() {
    publish_certificates();
    for (const auto& r : routes_of(current_->listeners)) {
        (void)metrics_.route(r.name);
    }
}

/// Named by their files: two certificates may be for one name.
void terms_keeper::publish_certificates() {
    std::vector<certificate_expiry> all;
    if (current_->tls) {
        std::set<std::string> files;
        for (const auto& each : current_->tls->certificates()) {
            if (files.insert(each.file).second) {
                all.push_back({each.file, std::chrono::system_clock::to_time_t(each.not_after)});
            }
        }
    }
    metrics_.certificates(std::move(all));
}

void terms_keeper::warn() {
    for (const auto& each : current_->conf.warnings) {
        journal_.warned(each);
    }
    warn_of_open_paths();
    warn_of_certificates();
}

/// Servers' tunnels are no browsers: only where viewers come in a page could do harm.
void terms_keeper::warn_of_open_paths() {
    std::set<std::string> told;
    for (const auto& r : routes_of(current_->listeners)) {
        if (r.who == visitor::viewer && current_->doorman.is_open_to_all_pages(r.path) &&
            told.insert(r.path).second) {
            journal_.any_page(r.path);
        }
    }
}

void terms_keeper::warn_of_certificates() {
    if (current_->tls) {
        for (const auto& what : current_->tls->warnings(std::chrono::system_clock::now())) {
            journal_.warned(what);
        }
    }
    if (current_->target_tls && current_->conf.target_tls.insecure) {
        journal_.warned("targets' certificates are not verified (--target-insecure)");
    }
}

} // namespace wsgate
