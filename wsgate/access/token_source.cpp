// Compares the files' stamps, and reads the files only when those have changed.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/token_source.hpp"

#include "net/text/lines.hpp"
#include "service/key_file.hpp"
#include "service/read_file.hpp"

#include <algorithm>
#include <dirent.h>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace wsgate {

namespace {

constexpr std::size_t largest_file = std::size_t{16} * 1024 * 1024;
constexpr std::size_t shortest_key = 16;
constexpr std::size_t largest_key = 4096;

/// The names in a directory, sorted; nothing where it is no directory.
std::optional<std::vector<std::string>> names_in(const std::string& directory) {
    struct close {
        void operator()(DIR* d) const { ::closedir(d); }
    };

    const std::unique_ptr<DIR, close> all(::opendir(directory.c_str()));
    if (!all) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    while (const auto* entry = ::readdir(all.get())) { // NOLINT: safe: no other thread has this DIR
        names.emplace_back(&entry->d_name[0]);
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// What is in a file of one line, without white space around it.
std::string_view only_line(std::string_view text) {
    if (text.starts_with(net::byte_order_mark)) {
        text.remove_prefix(net::byte_order_mark.size());
    }
    return net::stripped(text);
}

bool is_directory(const std::string& path) {
    struct stat about {};

    return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

} // namespace

token_source::token_source(token_options o, complaint c)
    : options_(std::move(o)), complain_(std::move(c)) {
    using kind = token_options::kind;
    for (const auto& file : options_.keys) {
        keys_.push_back(read_token_key(file));
    }
    if (options_.what == kind::file_name && !is_directory(options_.path)) {
        throw std::runtime_error(
            fmt::format("{}: not a directory whose files are named for tokens", options_.path));
    }
    if (options_.what == kind::file || options_.what == kind::read_once) {
        if (::access(options_.path.c_str(), R_OK) != 0) {
            throw std::runtime_error(fmt::format("{}: cannot read tokens: {}", options_.path,
                                                 service::last_error_text()));
        }
        seen_ = look();
        looked_ = std::chrono::steady_clock::now();
        table_ = load(seen_);
    }
}

std::variant<target, std::string_view> token_source::find(std::string_view token,
                                                          std::uint64_t unix_seconds) {
    std::string_view why = "unknown token";
    std::optional<target> found;
    if (!keys_.empty()) {
        auto checked = check_signed_token(keys_, token, unix_seconds);
        if (auto* to = std::get_if<target>(&checked)) {
            found = std::move(*to);
        } else {
            why = to_string(std::get<token_fault>(checked));
        }
    }
    if (!found && options_.what == token_options::kind::file_name) {
        found = find_by_file_name(token);
    } else if (!found && options_.what != token_options::kind::none) {
        found = current()->find(token);
    }
    if (!found) {
        return why;
    }
    const auto& allow = options_.allow;
    if (!allow.empty() && std::none_of(allow.begin(), allow.end(),
                                       [&](const auto& rule) { return rule.covers(*found); })) {
        return std::string_view{"target not in --allow-target"};
    }
    return std::move(*found);
}

std::vector<token_source::seen_file> token_source::look() const {
    std::vector<seen_file> files;
    const auto add = [&files](const std::string& path) {
        if (const auto stamp = service::stamp_of(path); stamp && stamp->is_regular) {
            files.push_back({path, *stamp});
        }
    };
    if (const auto names = names_in(options_.path)) {
        for (const auto& name : *names) {
            add(fmt::format("{}/{}", options_.path, name));
        }
    } else {
        add(options_.path);
    }
    return files;
}

std::shared_ptr<const token_table> token_source::load(const std::vector<seen_file>& files) const {
    auto table = std::make_shared<token_table>();
    if (files.empty() && !is_directory(options_.path)) {
        complain_(fmt::format("{}: is no file any more: its tokens are gone", options_.path));
    }
    for (const auto& file : files) {
        const auto text = service::read_file(file.name, largest_file);
        if (!text) {
            complain_(fmt::format("{}: skipped: {}", file.name, service::last_error_text()));
            continue;
        }
        for (const auto& line : read_token_lines(*text, *table)) {
            complain_(fmt::format("{}:{}: skipped: {}", file.name, line.number, line.why));
        }
    }
    return table;
}

/// The tokens of the files as they are now, or were at the last look.
std::shared_ptr<const token_table> token_source::current() {
    const auto now = std::chrono::steady_clock::now();
    if (const std::unique_lock mine(refreshing_, std::try_to_lock);
        mine && options_.what == token_options::kind::file &&
        now - looked_ >= options_.look_again) {
        looked_ = now;
        if (auto files = look(); files != seen_) {
            auto fresh = load(files);
            seen_ = std::move(files);
            const std::lock_guard lock(table_mutex_);
            table_ = std::move(fresh);
        }
    }
    const std::lock_guard lock(table_mutex_);
    return table_;
}

std::optional<target> token_source::find_by_file_name(std::string_view token) const {
    constexpr std::size_t longest_name = 255;
    constexpr std::size_t longest_content = 4096;
    if (token.empty() || token.size() > longest_name || token.front() == '.' ||
        token.find_first_of(std::string_view{"/\0", 2}) != std::string_view::npos) {
        return std::nullopt;
    }
    const auto text =
        service::read_file(fmt::format("{}/{}", options_.path, token), longest_content);
    return text ? parse_token_target(only_line(*text)) : std::nullopt;
}

std::string read_token_key(const std::string& path) {
    auto key = service::read_key_file(path, largest_key);
    key.erase(key.find_last_not_of("\r\n") + 1);
    if (key.size() < shortest_key) {
        throw std::runtime_error(fmt::format(
            "{}: a key has {} bytes at least: openssl rand -base64 32", path, shortest_key));
    }
    return key;
}

} // namespace wsgate
