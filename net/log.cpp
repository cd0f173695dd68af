// The asynchronous log on spdlog.
// SPDX-License-Identifier: EUPL-1.2
#include "net/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <utility>

namespace net {

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

spdlog::sink_ptr open_sink(const log::options& options) {
    spdlog::sink_ptr sink;
    if (options.file.empty()) {
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
        try {
            sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
        } catch (const spdlog::spdlog_ex& e) {
            throw std::runtime_error(e.what());
        }
    }
    sink->set_pattern(options.pattern);
    return sink;
}

} // namespace

std::string_view name_of(log_level level) {
    const auto name = spdlog::level::to_string_view(to_spdlog(level));
    return {name.data(), name.size()};
}

struct log::sinks {
    explicit sinks(const log::options& o)
        : options(o), current(std::make_shared<spdlog::sinks::dist_sink_mt>()) {
        current->add_sink(open_sink(options));
        pool = std::make_shared<spdlog::details::thread_pool>(o.queue, 1);
        logger = std::make_shared<spdlog::async_logger>(
            "", current, pool, spdlog::async_overflow_policy::overrun_oldest);
        logger->set_level(to_spdlog(options.from));
        logger->flush_on(spdlog::level::trace);
        // A line that cannot be written is lost; there is nobody to tell.
        logger->set_error_handler([](const std::string&) {});
    }

    log::options options;
    std::shared_ptr<spdlog::sinks::dist_sink_mt> current;
    std::shared_ptr<spdlog::async_logger> logger;
    /// Goes first: its destructor writes what is queued and joins its thread.
    std::shared_ptr<spdlog::details::thread_pool> pool;
};

log::log(const options& o) : sinks_(std::make_unique<sinks>(o)) {}

log::~log() = default;

void log::line(log_level level, std::string_view text) {
    sinks_->logger->log(to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
}

void log::reopen() {
    sinks_->current->set_sinks({open_sink(sinks_->options)});
}

} // namespace net
