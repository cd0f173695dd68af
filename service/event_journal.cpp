// Writes lines at level info, or at error where something is wrong.
// SPDX-License-Identifier: EUPL-1.2
#include "service/event_journal.hpp"

#include "net/text/escape.hpp"

namespace service {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_defect = 300;

} // namespace

log_notice event_journal::notice(log_format f) {
    return [f](log_level, std::string_view event, const json::object& fields) {
        return log_line(f, event, fields);
    };
}

void event_journal::write(log_level level, std::string_view event, const json::object& fields) {
    log_.line(level, log_line(format_, event, fields));
}

void event_journal::write_words(std::string_view words, std::string_view event,
                                const json::object& fields) {
    if (format_ == log_format::json) {
        write(log_level::info, event, fields);
    } else {
        log_.line(log_level::info, words);
    }
}

void event_journal::accept_failed(const net::error_code& ec) {
    write(log_level::error, "accept_failed", {{"error", ec.message()}, {"pause", "100ms"}});
}

void event_journal::stopping(std::string_view how) {
    write(log_level::info, "stopping", {{"how", show(how)}});
}

void event_journal::defect(std::string_view what) {
    write(log_level::error, "defect", {{"what", net::escaped(what, longest_defect)}});
}

json::string_view show(std::string_view text) {
    return {text.data(), text.size()};
}

double seconds_of(std::chrono::milliseconds d) {
    return static_cast<double>(d.count()) / 1000.0;
}

} // namespace service
