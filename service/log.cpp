// Joins queue, writer and their thread. spdlog writes times and levels; its own queue takes more
// than twice as long for a line, and megabytes.
// SPDX-License-Identifier: EUPL-1.2
#include "service/log.hpp"

#include "service/early_exit.hpp"
#include "service/log_queue.hpp"
#include "service/log_writer.hpp"

#include <spdlog/pattern_formatter.h>

#include <algorithm>
#include <chrono>
#include <exception>
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

spdlog::string_view_t show_to_spdlog(std::string_view text) {
    return {text.data(), text.size()};
}

/// Puts time and level around lines, as spdlog's patterns say.
class line_formatter {
public:
    explicit line_formatter(const std::string& pattern) : formatter_(pattern) {}

    /// Valid until the next line.
    std::string_view operator()(line_batch::time at, log_level level, std::string_view text) {
        line_.clear();
        formatter_.format({at, {}, {}, to_spdlog(level), show_to_spdlog(text)}, line_);
        return {line_.data(), line_.size()};
    }

private:
    spdlog::pattern_formatter formatter_;
    spdlog::memory_buf_t line_;
};

} // namespace

std::string_view name_of(log_level level) {
    const auto name = spdlog::level::to_string_view(to_spdlog(level));
    return {name.data(), name.size()};
}

struct log::parts {
    explicit parts(const log_options& o)
        : options(o), queue(std::max<std::size_t>(o.queue, 1)), format(o.pattern),
          format_own(o.pattern), writer(o, [this](log_level level, std::string_view text) {
              return std::string{format_own(line_batch::time::clock::now(), level, text)};
          }) {}

    void start() {
        if (!thread.joinable()) {
            thread = std::thread([this] { run(); });
        }
    }

    /// The log's thread: writes batch after batch.
    void run() {
        line_batch batch;
        bool more = true;
        while (more) {
            more = queue.take(batch);
            write(batch);
        }
    }

    void write(const line_batch& batch) noexcept {
        try {
            if (batch.dropped() > 0) {
                writer.lose(batch.dropped(), "nobody read the log");
            }
            for (std::size_t i = 0; i < batch.size(); ++i) {
                const auto& line = batch[i];
                writer.add(line.level, format(line.at, line.level, line.text), line.text);
            }
            writer.flush();
        } catch (const std::exception&) {
            // A line that cannot be written is lost: there is nowhere to report it.
        }
    }

    /// Waits until all that is queued is written or lost.
    void end() {
        queue.end();
        if (thread.joinable()) {
            thread.join();
        } else {
            run();
        }
    }

    log_options options;
    log_queue queue;
    line_formatter format;     ///< for the log's thread alone, like the next one
    line_formatter format_own; ///< for lines of the log itself, which come in the midst of others
    log_writer writer;
    std::thread thread;
};

namespace {

void tell_standard_error(const log_options& o, std::size_t lines) {
    print_error(fmt::format("{}: {} lines of the log were lost at the end\n",
                            o.tag.empty() ? "log" : o.tag, lines));
}

} // namespace

log::log(const options& o) : parts_(std::make_shared<parts>(o)) {
    if (!o.starts_later) {
        start();
    }
}

void log::start() {
    parts_->start();
}

/// A disk that hangs holds the log's thread in the kernel for ever. Then that thread, and the one
/// that waits for it, are left behind with what they use.
log::~log() {
    const auto patience = parts_->options.patience;
    constexpr auto for_giving_up = std::chrono::milliseconds(200);
    auto& writer = parts_->writer;
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
    if (level >= parts_->options.from) {
        parts_->queue.put(level, text);
    }
}

std::uint64_t log::lost() const {
    return parts_->writer.lost();
}

void log::reopen() {
    parts_->writer.request_reopen();
    parts_->queue.wake();
}

} // namespace service
