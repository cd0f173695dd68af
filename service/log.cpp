// Builds the log from spdlog's asynchronous logger and a sink of our own.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log.hpp"

#include "service/early_exit.hpp"
#include "service/log_writer.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <fmt/format.h>
#include <future>
#include <thread>
#include <utility>

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

log_level from_spdlog(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
        return log_level::debug;
    case spdlog::level::info:
        return log_level::info;
    case spdlog::level::warn:
        return log_level::warn;
    default:
        return log_level::error;
    }
}

spdlog::string_view_t show_to_spdlog(std::string_view text) {
    return {text.data(), text.size()};
}

/// Formats lines and gives them to the writer, which it flushes when nothing more is queued: at
/// once after a single line, once after a burst. Then the log's thread sleeps for 5 ms, since
/// waking it for each line of a burst costs more than writing the lines. No lock: the log's thread
/// alone comes here, and nobody may wait for it.
class writer_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    writer_sink(const log_options& o, spdlog::details::thread_pool& queue)
        : queue_(queue), writer_(o, [this](log_level level, std::string_view text) {
              return formatted({{}, to_spdlog(level), show_to_spdlog(text)});
          }) {}

    [[nodiscard]] log_writer& writer() { return writer_; }

protected:
    void sink_it_(const spdlog::details::log_msg& line) override {
        notice_overruns();
        writer_.add(from_spdlog(line.level), formatted(line),
                    {line.payload.data(), line.payload.size()});
        if (queue_.queue_size() == 0) {
            flush_();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    void flush_() override { writer_.flush(); }

private:
    std::string formatted(const spdlog::details::log_msg& line) {
        spdlog::memory_buf_t text;
        formatter_->format(line, text);
        return {text.data(), text.size()};
    }

    void notice_overruns() {
        const auto so_far = queue_.overrun_counter();
        if (so_far > overruns_) {
            writer_.lose(so_far - std::exchange(overruns_, so_far), "nobody read the log");
        }
    }

    spdlog::details::thread_pool& queue_;
    std::size_t overruns_ = 0; ///< lines that a full queue has dropped
    log_writer writer_;
};

} // namespace

std::string_view name_of(log_level level) {
    const auto name = spdlog::level::to_string_view(to_spdlog(level));
    return {name.data(), name.size()};
}

struct log::parts {
    explicit parts(const log_options& o)
        : options(o), pool(std::make_shared<spdlog::details::thread_pool>(o.queue, 1)),
          sink(std::make_shared<writer_sink>(o, *pool)) {
        sink->set_pattern(o.pattern);
        logger = std::make_shared<spdlog::async_logger>(
            "", sink, pool, spdlog::async_overflow_policy::overrun_oldest);
        logger->set_level(to_spdlog(o.from));
        // A line that cannot be written is lost: there is nowhere to report it.
        logger->set_error_handler([](const std::string&) {});
    }

    /// Waits until all that is queued is written or lost.
    void end() {
        pool.reset(); // joins its thread
        sink->flush();
        logger.reset(); // not before: what was queued refers to it, too
    }

    log_options options;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<writer_sink> sink;
    std::shared_ptr<spdlog::async_logger> logger;
};

namespace {

void tell_standard_error(const log_options& o, std::size_t lines) {
    print_error(fmt::format("{}: {} lines of the log were lost at the end\n",
                            o.tag.empty() ? "log" : o.tag, lines));
}

} // namespace

log::log(const options& o) : parts_(std::make_shared<parts>(o)) {}

/// A disk that hangs holds the log's thread in the kernel for ever. Then that thread, and the one
/// that waits for it, are left behind with what they use.
log::~log() {
    const auto patience = parts_->options.patience;
    constexpr auto for_giving_up = std::chrono::milliseconds(200);
    auto& writer = parts_->sink->writer();
    writer.end_at(log_writer::clock::now() + patience);
    std::promise<void> ended;
    const auto end = ended.get_future();
    std::thread last([parts = parts_, ended = std::move(ended)]() mutable {
        parts->end();
        ended.set_value();
    });
    if (end.wait_for(patience + for_giving_up) == std::future_status::ready) {
        last.join();
    } else {
        last.detach();
    }
    const auto lost = writer.unwritten();
    const bool elsewhere = !parts_->options.file.empty() || !parts_->options.syslog.empty();
    if (lost > 0 && elsewhere) {
        tell_standard_error(parts_->options, lost);
    }
}

void log::line(log_level level, std::string_view text) {
    parts_->logger->log(to_spdlog(level), show_to_spdlog(text));
}

void log::reopen() {
    parts_->sink->writer().request_reopen();
    parts_->logger->flush(); // wakes the thread where it waits for a line
}

} // namespace service
