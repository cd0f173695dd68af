// Polls the output together with an eventfd, by which other threads wake it.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log_writer.hpp"

#include "net/text/escape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace service {

namespace {

constexpr std::size_t enough = 65536; ///< bytes that are worth a write
constexpr std::size_t longest_reason = 300;

/// By memchr(3): most texts are one line, and looking at each byte is what a line costs most here.
std::size_t lines_in(std::string_view text) {
    std::size_t lines = 0;
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        ++lines;
    }
    return lines;
}

syslog_severity severity_of(log_level level) {
    switch (level) {
    case log_level::debug:
        return syslog_severity::debug;
    case log_level::info:
        return syslog_severity::info;
    case log_level::warn:
        return syslog_severity::warning;
    case log_level::error:
        break;
    }
    return syslog_severity::error;
}

} // namespace

log_writer::log_writer(log_options o, pattern p)
    : options_(std::move(o)), pattern_(std::move(p)), to_(open()),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      end_(clock::time_point::max().time_since_epoch().count()) {}

log_writer::outputs log_writer::open() const {
    outputs all;
    if (!options_.file.empty()) {
        auto file = line_file::open(
            options_.file,
            {.makes_directories = true, .holds_fifo = true, .write = options_.write});
        if (!file) {
            throw std::runtime_error(fmt::format("cannot open the log file {}: {}", options_.file,
                                                 open_error_text(file.error())));
        }
        all.file = std::move(*file);
    }
    if (!options_.syslog.empty()) {
        all.syslog.emplace(options_.syslog, options_.tag);
    }
    if (!all.file && !all.syslog) {
        if (auto standard_error = line_file::of_descriptor(STDERR_FILENO, options_.write)) {
            all.file = std::move(*standard_error);
        }
    }
    return all;
}

void log_writer::add(log_level level, std::string_view line, std::string_view plain) {
    reopen_if_wanted();
    if (to_.syslog) {
        send_to_syslog(level, plain);
    }
    if (!to_.file) {
        return;
    }
    pending_.append(line);
    unwritten_ += lines_in(line);
    if (pending_.size() >= enough) {
        write_pending();
    }
}

void log_writer::flush() {
    reopen_if_wanted();
    write_pending();
}

void log_writer::lose(std::size_t lines, std::string why) {
    write_pending(); // what came before them
    if (to_.file) {
        count_lost(lines);
    }
    if (to_.syslog) {
        lost_by_syslog_ += lines;
        lost_in_all_ += lines;
    }
    why_ = std::move(why);
    update_unwritten();
}

void log_writer::request_reopen() {
    reopens_ = true;
    (void)::eventfd_write(wake_.get(), 1);
}

void log_writer::end_at(clock::time_point when) {
    end_ = when.time_since_epoch().count();
    (void)::eventfd_write(wake_.get(), 1);
}

bool log_writer::is_over() const {
    return clock::now().time_since_epoch().count() >= end_;
}

/// Opens the new files first, so that the old ones stay in use where that fails. A descriptor that
/// we were started with is kept: its number may mean another one now.
void log_writer::reopen_if_wanted() {
    if (!reopens_) {
        return;
    }
    write_pending(); // as far as there is room at once
    reopens_ = false;
    try {
        auto fresh = open();
        if (to_.file && to_.file->owes_a_rest()) {
            count_lost(1);
            why_ = "nobody read the log";
        }
        if (!to_.file || !to_.file->is_descriptor()) {
            to_.file = std::move(fresh.file);
        }
        to_.syslog = std::move(fresh.syslog);
        syslog_is_deaf_ = false;
    } catch (const std::exception& e) {
        add_notice(log_level::error, "log_not_reopened",
                   {{"why", net::escaped(e.what(), longest_reason)}});
    }
}

/// Writes what is pending, and before it how many lines are lost. Gives up where the file fails,
/// and where the end has come; goes on with the new file where a reopening has been asked for.
void log_writer::write_pending() {
    tell_losses();
    while (!pending_.empty() && to_.file) {
        const auto [taken, error] = to_.file->write(
            pending_, [this](int fd) { return wait_for_room(fd, clock::time_point::max()); });
        if (taken > 0) {
            lost_ -= std::exchange(told_, 0);
        }
        pending_.erase(0, taken);
        update_unwritten();
        if (!error) {
            continue;
        }
        if (error == boost::system::errc::operation_would_block && !is_over()) {
            return; // a reopening is wanted
        }
        // The first line may be the one that tells of those which are lost already.
        count_lost(lines_in(pending_) - (told_ > 0 ? 1 : 0));
        count_lost(is_over() && to_.file->owes_a_rest() ? 1 : 0);
        told_ = 0;
        pending_.clear();
        why_ = is_over() ? "nobody read the log" : error.message();
    }
    update_unwritten();
}

/// Puts a line about lost lines in front of the pending ones.
void log_writer::tell_losses() {
    if (lost_ == 0 || told_ > 0) {
        return;
    }
    told_ = lost_;
    auto behind = std::exchange(pending_, {});
    add_notice(log_level::warn, "log_lost", {{"lines", told_}, {"why", why_}});
    pending_ += behind;
}

void log_writer::add_notice(log_level level, std::string_view event,
                            const boost::json::object& fields) {
    const auto plain = options_.notice(level, event, fields);
    if (to_.file) {
        pending_ += pattern_(level, plain);
    }
    if (to_.syslog && event != "log_lost") { // it has losses of its own
        send_to_syslog(level, plain);
    }
}

void log_writer::send_to_syslog(log_level level, std::string_view plain) {
    if (lost_by_syslog_ > 0 &&
        reaches_syslog(log_level::warn,
                       options_.notice(log_level::warn, "log_lost",
                                       {{"lines", lost_by_syslog_}, {"why", why_}}))) {
        lost_by_syslog_ = 0;
    }
    if (!reaches_syslog(level, plain)) {
        ++lost_by_syslog_;
        ++lost_in_all_;
        why_ = "the syslog daemon did not take them";
    }
    update_unwritten();
}

/// Waits for a syslog daemon that is busy, but not again before it has taken a line.
bool log_writer::reaches_syslog(log_level level, std::string_view plain) {
    using enum syslog_outcome;
    const auto end = clock::now() + options_.patience;
    auto sent = to_.syslog->write(severity_of(level), plain);
    while (sent == full && !syslog_is_deaf_ && wait_for_room(to_.syslog->native_handle(), end)) {
        sent = to_.syslog->write(severity_of(level), plain);
    }
    syslog_is_deaf_ = sent == full;
    return sent == taken;
}

/// False where the wait should end: a reopening is wanted, or the time is over.
bool log_writer::wait_for_room(int fd, clock::time_point limit) {
    for (;;) {
        const auto end = std::min(limit, clock::time_point{clock::duration{end_}});
        if (clock::now() >= end) {
            return false;
        }
        int left = -1;
        if (reopens_) {
            left = 0; // only what fits now
        } else if (end != clock::time_point::max()) {
            const auto rest = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
            left = static_cast<int>(std::max<std::int64_t>(rest.count(), 0));
        }
        std::array<pollfd, 2> on{pollfd{fd, POLLOUT, 0}, pollfd{wake_.get(), POLLIN, 0}};
        if (::poll(on.data(), on.size(), left) > 0 && on[0].revents != 0) {
            return true;
        }
        eventfd_t count = 0;
        (void)::eventfd_read(wake_.get(), &count);
        if (reopens_) {
            return false;
        }
    }
}

/// Of the file, whose readers are to be told.
void log_writer::count_lost(std::size_t lines) {
    lost_ += lines;
    lost_in_all_ += lines;
}

void log_writer::update_unwritten() {
    const auto by_file = lost_ + lines_in(pending_) - (told_ > 0 ? 1 : 0);
    unwritten_ = to_.file ? by_file : lost_by_syslog_;
}

} // namespace service
