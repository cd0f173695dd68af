// Builds the log from spdlog's asynchronous logger and sinks of our own.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log.hpp"

#include "net/unique_fd.hpp"
#include "service/syslog.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace service {

namespace {

spdlog::level::level_enum to_spdlog(log_level level) {
    switch (level) {
    case log_level::debug:
        return spdlog::level::debug;
    case log_level::info:
        return spdlog::level::info;
    case log_level::warn:
        return spdlog::level::warn;
    case log_level::error:
        break;
    }
    return spdlog::level::err;
}

/// A sink for standard error that collects the lines of a burst and writes them at once; spdlog's
/// own sink makes a system call for each line.
class stderr_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    stderr_sink() : to_(::dup(STDERR_FILENO)) {}

protected:
    void sink_it_(const spdlog::details::log_msg& line) override {
        constexpr std::size_t enough = 65536;
        spdlog::memory_buf_t text;
        formatter_->format(line, text);
        pending_.append(text.data(), text.size());
        if (pending_.size() >= enough) {
            flush_();
        }
    }

    void flush_() override {
        std::string_view rest = pending_;
        while (!rest.empty()) {
            const auto written = ::write(to_.get(), rest.data(), rest.size());
            if (written <= 0 && errno != EINTR) {
                break; // the lines are lost: there is nowhere to report it
            }
            rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
        }
        pending_.clear();
    }

private:
    net::unique_fd to_; ///< none where standard error is closed: lines are lost
    std::string pending_;
};

syslog_severity severity_of(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
        return syslog_severity::debug;
    case spdlog::level::info:
        return syslog_severity::info;
    case spdlog::level::warn:
        return syslog_severity::warning;
    default:
        return syslog_severity::error;
    }
}

/// A sink for syslog. Sends the line without its pattern, since the daemon adds time and level
/// itself.
class syslog_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    syslog_sink(const std::string& destination, const std::string& tag) : to_(destination, tag) {}

protected:
    void sink_it_(const spdlog::details::log_msg& line) override {
        to_.write(severity_of(line.level), {line.payload.data(), line.payload.size()});
    }

    void flush_() override {}

private:
    syslog_writer to_;
};

std::vector<spdlog::sink_ptr> open_sinks(const log::options& options) {
    std::vector<spdlog::sink_ptr> all;
    if (!options.file.empty()) {
        try {
            all.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file));
        } catch (const spdlog::spdlog_ex& e) {
            throw std::runtime_error(e.what());
        }
    }
    if (!options.syslog.empty()) {
        all.push_back(std::make_shared<syslog_sink>(options.syslog, options.tag));
    }
    if (all.empty()) {
        all.push_back(std::make_shared<stderr_sink>());
    }
    for (const auto& each : all) {
        each->set_pattern(options.pattern);
    }
    return all;
}

} // namespace

std::string_view name_of(log_level level) {
    const auto name = spdlog::level::to_string_view(to_spdlog(level));
    return {name.data(), name.size()};
}

namespace {

/// Passes lines to all sinks, and flushes them when nothing more is queued: at once after a single
/// line, once after a burst. Then the log's thread sleeps for 5 ms, since waking it for each line
/// of a burst costs more than writing the lines.
class sink_group final : public spdlog::sinks::dist_sink_mt {
public:
    explicit sink_group(spdlog::details::thread_pool& queue) : queue_(queue) {}

protected:
    void sink_it_(const spdlog::details::log_msg& line) override {
        spdlog::sinks::dist_sink_mt::sink_it_(line);
        if (queue_.queue_size() == 0) {
            flush_();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

private:
    spdlog::details::thread_pool& queue_;
};

} // namespace

struct log::sinks {
    explicit sinks(const log::options& o)
        : options(o), pool(std::make_shared<spdlog::details::thread_pool>(o.queue, 1)),
          current(std::make_shared<sink_group>(*pool)) {
        current->set_sinks(open_sinks(options));
        logger = std::make_shared<spdlog::async_logger>(
            "", current, pool, spdlog::async_overflow_policy::overrun_oldest);
        logger->set_level(to_spdlog(options.from));
        // A line that cannot be written is lost: there is nowhere to report it.
        logger->set_error_handler([](const std::string&) {});
    }

    ~sinks() {
        logger.reset();
        pool.reset(); // writes what is queued and joins its thread
        try {
            current->flush();
        } catch (const spdlog::spdlog_ex&) { // the disk is full: lines are lost
        }
    }

    sinks(const sinks&) = delete;
    sinks& operator=(const sinks&) = delete;

    log::options options;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<sink_group> current;
    std::shared_ptr<spdlog::async_logger> logger;
};

log::log(const options& o) : sinks_(std::make_unique<sinks>(o)) {}

log::~log() = default;

void log::line(log_level level, std::string_view text) {
    sinks_->logger->log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

void log::reopen() {
    // Opens the new files first, so that the old sinks stay in use where that throws.
    sinks_->current->set_sinks(open_sinks(sinks_->options));
}

} // namespace service
