// Reads the status line, the fields and the empty line behind them, one line at a time.
// SPDX-License-Identifier: EUPL-1.2
#include "net/http/client_response.hpp"

#include "net/text/ascii.hpp"
#include "net/text/escape.hpp"

#include <algorithm>
#include <utility>

namespace net {

namespace {

constexpr std::string_view http_start = "HTTP/1.";
constexpr std::size_t longest_location = 200;

} // namespace

std::vector<std::string_view> client_response::values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& field : fields) {
        if (equal_but_for_case(field.name, name)) {
            found.emplace_back(field.value);
        }
    }
    return found;
}

std::string redirected_to(const client_response& r, std::string_view origin) {
    const auto all = r.values("Location");
    if (r.status / 100 != 3 || all.empty()) {
        return {};
    }
    const auto written = all.front().substr(0, all.front().find('#'));
    const auto query = written.find('?');
    std::string url{written.substr(0, query)};
    if (url.starts_with("//")) { // RFC 3986 4.2: the same scheme, another host
        url.insert(0, origin.substr(0, origin.find("//")));
    } else if (url.starts_with('/')) {
        url.insert(0, origin);
    }
    // A login stands between "//" and the last "@" before the path.
    if (const auto slashes = url.find("//"); slashes != url.npos) {
        const auto login = url.rfind('@', url.find('/', slashes + 2));
        if (login != url.npos && login > slashes) {
            url.erase(slashes + 2, login - slashes - 1);
        }
    }
    return escaped(url, longest_location) + (query == written.npos ? "" : "?...");
}

client_response_reader::state client_response_reader::feed(std::string_view bytes) {
    for (const char c : bytes) {
        if (const auto now = take(c); now != state::incomplete) {
            return now;
        }
    }
    return state::incomplete;
}

client_response_reader::state client_response_reader::take(char c) {
    if (++size_ > max_head) {
        return refuse("the head is too long");
    }
    if (c == '\n') {
        if (line_.ends_with('\r')) {
            line_.pop_back();
        }
        const auto now = end_line();
        line_.clear();
        return now;
    }
    // A CR is kept until the next byte: before an LF it ends the line, before anything else it is
    // an error.
    if (line_.ends_with('\r') || (c != '\r' && c != '\t' && is_control(c))) {
        return refuse(has_status_ ? "control bytes in the head" : "this is not HTTP");
    }
    line_ += c;
    const auto start = std::min(line_.size(), http_start.size());
    if (!has_status_ && line_.compare(0, start, http_start, 0, start) != 0) {
        // Refused at once: a server of another protocol may never end its line.
        return refuse("this is not HTTP");
    }
    return state::incomplete;
}

client_response_reader::state client_response_reader::end_line() {
    if (!has_status_) {
        return read_status_line();
    }
    return line_.empty() ? end_head() : read_field();
}

client_response_reader::state client_response_reader::end_head() {
    constexpr int switching = 101;
    if (response_.status / 100 != 1 || response_.status == switching) {
        return state::complete;
    }
    response_ = {};
    has_status_ = false;
    return state::incomplete;
}

/// Reads "HTTP/1.1 200 OK", also without the reason and the blank before it.
client_response_reader::state client_response_reader::read_status_line() {
    constexpr std::size_t version_size = http_start.size() + 1;
    constexpr std::size_t status_size = 3;
    const std::string_view line = line_;
    const bool good_version = line.size() > version_size && is_digit(line[http_start.size()]);
    if (!good_version || line[version_size] != ' ') {
        return refuse("this is not HTTP");
    }
    const auto rest = trimmed(line.substr(version_size));
    const auto digits = rest.substr(0, status_size);
    if (digits.size() < status_size || !std::all_of(digits.begin(), digits.end(), is_digit) ||
        digits.front() == '0' || (rest.size() > status_size && rest[status_size] != ' ')) {
        return refuse("this is not HTTP");
    }
    for (const char digit : digits) {
        response_.status = response_.status * 10 + (digit - '0');
    }
    response_.reason = trimmed(rest.substr(status_size));
    has_status_ = true;
    return state::incomplete;
}

client_response_reader::state client_response_reader::read_field() {
    // A line that begins with a blank continues the one before (RFC 9112 5.2).
    if (blanks.find(line_.front()) != std::string_view::npos) {
        if (response_.fields.empty()) {
            return refuse("a field without a name");
        }
        auto& value = response_.fields.back().value;
        value += ' ';
        value += trimmed(line_);
        return state::incomplete;
    }
    const auto colon = line_.find(':');
    if (colon == std::string::npos || colon == 0 || line_.find_first_of(blanks) < colon) {
        return refuse("a field without a name");
    }
    if (response_.fields.size() == max_fields) {
        return refuse("too many fields");
    }
    const std::string_view line = line_;
    response_.fields.push_back(
        {std::string{line.substr(0, colon)}, std::string{trimmed(line.substr(colon + 1))}});
    return state::incomplete;
}

client_response_reader::state client_response_reader::refuse(std::string_view why) {
    why_ = why;
    return state::refused;
}

} // namespace net
