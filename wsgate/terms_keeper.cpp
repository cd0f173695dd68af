// Builds new terms as a whole before they replace the old ones, so that a failure changes nothing.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/terms_keeper.hpp"

#include "net/deadline.hpp"
#include "wsgate/options/gateway_options.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
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

/// The files that standard output and standard error are, where somebody has redirected the log.
std::vector<service::named_file> standard_files() {
    std::vector<service::named_file> all;
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        std::error_code ec;
        const auto path = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd), ec);
        if (!ec && std::filesystem::is_regular_file(path, ec)) {
            all.push_back({fd == STDERR_FILENO ? "standard error" : "standard output",
                           path.string(), service::file_kind::secret});
        }
    }
    return all;
}

} // namespace

terms_keeper::terms_keeper(const asio::any_io_executor& executor, const config& c, journal& j,
                           metrics& m)
    : journal_(j), metrics_(m), memory_(c.access), files_(watch_of(c)), current_(build(c, nullptr)),
      renewed_(executor) {
    publish();
}

std::shared_ptr<const terms> terms_keeper::build(config c, const tls_server* before) {
    hidden_->add(c.own_files);
    hidden_->add(standard_files());
    return std::make_shared<const terms>(
        std::move(c), memory_, tickets_,
        [&j = journal_](std::string_view what) { j.skipped(what); }, hidden_, before);
}

/// Takes the stamps before it reads the files, so that a change during the reading is noticed at
/// the next look.
void terms_keeper::renew(config next) {
    auto watch = watch_of(next);
    auto built = build(std::move(next), current_->tls.get());
    {
        const std::lock_guard lock(mutex_);
        current_.swap(built);
    }
    files_ = std::move(watch);
    publish();
    renewed_.notify();
}

void terms_keeper::reload() {
    try {
        // Opens everything anew: a directory may have been replaced by another one of the same
        // name.
        renew(current_->conf);
        journal_.reloaded({});
        warn_of_own_files();
        warn_of_certificates();
    } catch (const std::exception& e) {
        journal_.reload_failed(e.what());
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
        journal_.reload_failed(e.what());
        return false;
    }
}

/// A change may come in several steps, for example a certificate before its key. Files that cannot
/// be used in between are read again once they have changed again.
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

/// Makes the metrics of all routes exist with value 0 before anything happens on them.
void terms_keeper::publish() {
    publish_certificates();
    for (const auto& r : routes_of(current_->listeners)) {
        (void)metrics_.route(r.name);
    }
}

/// Certificates are named by their files in the metrics, since two may be for one host name.
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
    warn_of_own_files();
    warn_of_open_paths();
    warn_of_certificates();
}

/// Warns of secrets and logs where files are served from. They are not served, but another program
/// may serve that directory, too.
void terms_keeper::warn_of_own_files() {
    const auto& web = current_->conf.web;
    for (const auto& each :
         web.empty() ? std::vector<service::named_file>{} : hidden_->below(web)) {
        journal_.warned(fmt::format("{} ({}) lies below --web: it is never served, but belongs "
                                    "somewhere else",
                                    each.path, each.option));
    }
}

/// Warns of paths on which any web page may open sessions. Only viewers' paths matter: servers come
/// through tunnels, and a browser has nothing to do with those.
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
