// Finds out which version it is and where it ends; line and block read what it says.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"

#include "net/proxy/block.hpp"
#include "net/proxy/line.hpp"

#include <algorithm>
#include <string_view>

namespace net {

namespace {

using bytes = std::span<const std::byte>;

std::string text_of(bytes b) {
    std::string text;
    std::transform(b.begin(), b.end(), std::back_inserter(text),
                   [](std::byte c) { return static_cast<char>(c); });
    return text;
}

bool may_become(bytes got, std::string_view start) {
    return std::equal(got.begin(),
                      got.begin() + static_cast<std::ptrdiff_t>(std::min(got.size(), start.size())),
                      start.begin(), [](std::byte a, char b) { return static_cast<char>(a) == b; });
}

} // namespace

std::size_t proxy_reader::feed(bytes more) {
    std::size_t taken = 0;
    while (taken < more.size() && !done()) {
        const auto missing = size_ > got_.size() ? size_ - got_.size() : 1;
        const auto part = more.subspan(taken, std::min(missing, more.size() - taken));
        got_.insert(got_.end(), part.begin(), part.end());
        taken += part.size();
        result_ = look();
    }
    return taken;
}

proxy_reader::step proxy_reader::look() {
    if (may_become(got_, proxy_line::start)) {
        return look_at_line();
    }
    if (may_become(got_, proxy_block::start)) {
        return look_at_block();
    }
    return proxy_error::no_header;
}

proxy_reader::step proxy_reader::look_at_line() const {
    if (got_.size() <= proxy_line::start.size()) {
        return std::nullopt;
    }
    const auto last = static_cast<char>(got_.back());
    const bool behind_cr = got_[got_.size() - 2] == std::byte{'\r'};
    if (behind_cr != (last == '\n')) {
        return proxy_error::bad_line;
    }
    if (behind_cr) {
        const auto line = text_of(bytes(got_).subspan(proxy_line::start.size()));
        return proxy_line::parse(
            std::string_view{line}.substr(0, line.size() - proxy_line::end.size()));
    }
    return got_.size() < proxy_header::max_line ? step{} : proxy_error::too_long;
}

proxy_reader::step proxy_reader::look_at_block() {
    if (got_.size() < proxy_block::fixed_size) {
        return std::nullopt;
    }
    if (got_.size() == proxy_block::fixed_size) {
        const auto size = proxy_block::size_of(bytes(got_).first<proxy_block::fixed_size>());
        if (!size) {
            return size.error();
        }
        size_ = *size;
    }
    return got_.size() < size_ ? step{} : proxy_block::parse(got_);
}

std::vector<std::byte> format_proxy_header(const proxy_header& header, proxy_version version) {
    if (version == proxy_version::v2) {
        return proxy_block::format(header);
    }
    const auto line = proxy_line::format(header);
    const auto raw = std::as_bytes(std::span(line));
    return {raw.begin(), raw.end()};
}

} // namespace net
