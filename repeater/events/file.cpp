// Appends each line by one write(2), so that lines of several writers do not mix.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/file.hpp"

#include <boost/system/errc.hpp>

#include <chrono>

namespace repeater {

std::optional<std::string> file_output::deliver(const std::string& json) {
    constexpr auto patience = std::chrono::seconds(1); // with the reader of a pipe
    if (!file_) {
        auto opened = service::line_file::open(path_, {.mode = event_file_mode});
        if (!opened) {
            return service::open_error_text(opened.error());
        }
        file_ = std::move(*opened);
    }
    const auto line = json + '\n';
    const auto until = std::chrono::steady_clock::now() + patience;
    const auto error = file_->write(line, service::room_until(until)).error;
    if (!file_->is_descriptor() && !file_->owes_a_rest()) {
        file_.reset();
    }
    if (error == boost::system::errc::operation_would_block) {
        return "nobody reads it";
    }
    return error ? std::optional{error.message()} : std::nullopt;
}

} // namespace repeater
