// Compares device, inode and names. Looks at the files anew each time, since they may be replaced.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/hidden_files.hpp"

#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <unistd.h>
#include <utility>

namespace wsgate {

namespace {

namespace fs = std::filesystem;
using service::file_kind;
using service::named_file;

std::optional<struct stat> look(const std::string& path) {
    struct stat found {};

    return ::stat(path.c_str(), &found) == 0 ? std::optional{found} : std::nullopt;
}

/// As look(), or what was there before where we are not allowed to.
std::optional<struct stat> look_or(const std::string& path,
                                   const std::optional<struct stat>& then) {
    auto now = look(path);
    return now || errno != EACCES ? now : then;
}

std::optional<file_identity> identity_at(const std::string& path) {
    const auto found = look(path);
    return found ? std::optional{identity_of(*found)} : std::nullopt;
}

/// Whether the name goes on behind this beginning with something that belongs to no word.
bool goes_on_from(std::string_view name, std::string_view beginning) {
    return !beginning.empty() && name.starts_with(beginning) &&
           (name.size() == beginning.size() || !is_letter_or_digit(name[beginning.size()]));
}

/// Whether the file's text is a certificate, or several, without a private key. What is no text,
/// such as a compressed copy, is none.
bool is_public_certificate(int fd) {
    constexpr std::size_t largest = std::size_t{1024} * 1024;
    std::string text(largest, '\0');
    std::size_t size = 0;
    while (size < largest) {
        const auto n = ::pread(fd, text.data() + size, largest - size, static_cast<off_t>(size));
        if (n <= 0) {
            break;
        }
        size += static_cast<std::size_t>(n);
    }
    text.resize(size);
    return size < largest && text.find("-----BEGIN ") != std::string::npos &&
           text.find("PRIVATE KEY") == std::string::npos;
}

/// Whether a file of several names has one of them in this directory.
bool has_name_in(const std::string& directory, const struct stat& file) {
    std::error_code ec;
    for (fs::directory_iterator each(directory, ec), end; !ec && each != end; each.increment(ec)) {
        if (identity_at(each->path().string()) == identity_of(file)) {
            return true;
        }
    }
    return false;
}

/// A file of a directory that an option names was looked up there, or has another name there.
bool is_in(const found_below& found, const std::string& directory, const file_identity& id) {
    return std::any_of(found.names.begin(), found.names.end(),
                       [&id](const auto& each) { return each.directory == id; }) ||
           (found.about.st_nlink > 1 && has_name_in(directory, found.about));
}

/// The links in a directory of tokens, which lead to files that may be anywhere.
std::vector<named_file> links_in(const named_file& directory) {
    std::vector<named_file> all;
    std::error_code ec;
    for (fs::directory_iterator each(directory.path, ec), end; !ec && each != end;
         each.increment(ec)) {
        std::error_code of_link;
        if (each->is_symlink(of_link) && !each->is_directory(of_link)) {
            all.push_back({directory.option, each->path().string(), directory.kind});
        }
    }
    return all;
}

/// Whether the directory is `root` or below it, also where one of them is mounted in two places.
bool is_below(fs::path directory, const file_identity& root) {
    for (;;) {
        const auto here = identity_at(directory.string());
        if (!here || *here == root) {
            return here.has_value();
        }
        directory /= "..";
        if (identity_at(directory.string()) == here) { // "/"
            return false;
        }
    }
}

bool holds_a_secret(const named_file& file) {
    if (file.kind == file_kind::secret) {
        return true;
    }
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system call's own signature
    const net::unique_fd fd{::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    return fd && !is_public_certificate(fd.get());
}

} // namespace

bool is_name_of_copy(std::string_view name, std::string_view original) {
    const auto dot = original.rfind('.');
    const bool has_end = dot != std::string_view::npos && dot > 0;
    const auto is_copy = [&](std::string_view n) {
        return goes_on_from(n, original) || (has_end && n.ends_with(original.substr(dot)) &&
                                             goes_on_from(n, original.substr(0, dot)));
    };
    const bool is_marked = name.starts_with('#') || name.starts_with('.');
    return is_copy(name) || (is_marked && is_copy(name.substr(1)));
}

bool hidden_files::hidden_file::is_copied_by(const found_below& found) const {
    const fs::path original = named.path;
    const auto is_copy = [name = original.filename().string()](const auto& each) {
        return is_name_of_copy(each.name, name);
    };
    if (std::none_of(found.names.begin(), found.names.end(), is_copy)) {
        return false;
    }
    const auto directory = look_or(original.parent_path().string(), directory_then);
    return directory && std::any_of(found.names.begin(), found.names.end(), [&](const auto& each) {
               return each.directory == identity_of(*directory) && is_copy(each);
           });
}

bool hidden_files::hidden_file::covers(const found_below& found) const {
    const auto now = look_or(named.path, then);
    if (now && S_ISDIR(now->st_mode)) {
        return is_in(found, named.path, identity_of(*now));
    }
    const bool is_it = now && identity_of(*now) == identity_of(found.about);
    return (is_it || is_copied_by(found)) &&
           (named.kind == file_kind::secret || !is_public_certificate(found.fd.get()));
}

void hidden_files::hide(const named_file& file, files& all) {
    const auto known = std::any_of(all.begin(), all.end(),
                                   [&file](const auto& each) { return each.named == file; });
    if (!known) {
        all.push_back({file, look(file.path), look(fs::path(file.path).parent_path().string())});
    }
}

void hidden_files::add(const std::vector<named_file>& more) {
    const std::lock_guard lock(mutex_);
    auto next = *all_;
    for (auto each : more) {
        if (each.kind == file_kind::shared || each.path.empty()) {
            continue;
        }
        each.path = fs::absolute(each.path).string();
        hide(each, next);
        for (const auto& link : links_in(each)) {
            hide(link, next);
        }
        std::error_code ec;
        if (const auto real = fs::canonical(each.path, ec); !ec && real != each.path) {
            hide({each.option, real.string(), each.kind}, next);
        }
    }
    all_ = std::make_shared<const files>(std::move(next));
}

bool hidden_files::hides(const found_below& found) const {
    const auto hidden = all();
    return std::any_of(hidden->begin(), hidden->end(),
                       [&found](const auto& each) { return each.covers(found); });
}

std::vector<named_file> hidden_files::below(const std::string& root) const {
    std::vector<named_file> found;
    std::vector<file_identity> told; // a file may have several names and several options
    const auto is_root = identity_at(root);
    const auto hidden = all();
    for (const auto& [named, then, directory_then] : *hidden) {
        const fs::path path = named.path;
        const auto is = identity_at(named.path);
        const bool is_there = is_root && (is == is_root || is_below(path.parent_path(), *is_root));
        const bool is_told = is && std::find(told.begin(), told.end(), *is) != told.end();
        if (is_there && !is_told && holds_a_secret(named)) {
            found.push_back(named);
            if (is) {
                told.push_back(*is);
            }
        }
    }
    return found;
}

std::shared_ptr<const hidden_files::files> hidden_files::all() const {
    const std::lock_guard lock(mutex_);
    return all_;
}

} // namespace wsgate
