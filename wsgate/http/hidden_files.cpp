// Compares device, inode and names. Looks at the files anew each time, since they may be replaced.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/hidden_files.hpp"

#include <algorithm>
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

std::optional<file_identity> identity_at(const std::string& path) {
    const auto found = look(path);
    return found ? std::optional{identity_of(*found)} : std::nullopt;
}

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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

bool is_copy_of(const found_below& found, const fs::path& original) {
    const auto name = original.filename().string();
    const bool may_be = std::any_of(found.names.begin(), found.names.end(), [&](const auto& each) {
        return is_name_of_copy(each.name, name);
    });
    const auto directory = may_be ? identity_at(original.parent_path().string()) : std::nullopt;
    return directory && std::any_of(found.names.begin(), found.names.end(), [&](const auto& each) {
               return each.directory == *directory && is_name_of_copy(each.name, name);
           });
}

/// A file of a directory that an option names was looked up there, or has another name there.
bool is_in(const found_below& found, const std::string& directory, const file_identity& id) {
    return std::any_of(found.names.begin(), found.names.end(),
                       [&id](const auto& each) { return each.directory == id; }) ||
           (found.about.st_nlink > 1 && has_name_in(directory, found.about));
}

bool covers(const named_file& hidden, const found_below& found) {
    const auto now = look(hidden.path);
    if (now && S_ISDIR(now->st_mode)) {
        return is_in(found, hidden.path, identity_of(*now));
    }
    const bool is_it = now && identity_of(*now) == identity_of(found.about);
    return (is_it || is_copy_of(found, hidden.path)) &&
           (hidden.kind == file_kind::secret || !is_public_certificate(found.fd.get()));
}

/// The links in a directory of tokens lead to files that may be anywhere.
void add_links_in(const named_file& directory, std::vector<named_file>& all) {
    std::error_code ec;
    for (fs::directory_iterator each(directory.path, ec), end; !ec && each != end;
         each.increment(ec)) {
        std::error_code of_link;
        if (each->is_symlink(of_link) && !each->is_directory(of_link)) {
            all.push_back({directory.option, each->path().string(), directory.kind});
        }
    }
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
    if (name.starts_with('#') || name.starts_with('.')) {
        name.remove_prefix(1);
    }
    const auto dot = original.rfind('.');
    const bool has_end = dot != std::string_view::npos && dot > 0;
    return goes_on_from(name, original) || (has_end && name.ends_with(original.substr(dot)) &&
                                            goes_on_from(name, original.substr(0, dot)));
}

void hidden_files::add(const std::vector<named_file>& more) {
    const std::lock_guard lock(mutex_);
    auto next = *all_;
    const auto hide = [&next](named_file file) {
        if (std::find(next.begin(), next.end(), file) == next.end()) {
            next.push_back(std::move(file));
        }
    };
    for (auto each : more) {
        if (each.kind == file_kind::shared || each.path.empty()) {
            continue;
        }
        each.path = fs::absolute(each.path).string();
        hide(each);
        std::vector<named_file> others;
        add_links_in(each, others);
        std::for_each(others.begin(), others.end(), hide);
        std::error_code ec;
        if (const auto real = fs::canonical(each.path, ec); !ec && real != each.path) {
            hide({each.option, real.string(), each.kind});
        }
    }
    all_ = std::make_shared<const files>(std::move(next));
}

bool hidden_files::hides(const found_below& found) const {
    const auto hidden = all();
    return std::any_of(hidden->begin(), hidden->end(),
                       [&found](const auto& each) { return covers(each, found); });
}

std::vector<named_file> hidden_files::below(const std::string& root) const {
    std::vector<named_file> found;
    const auto is = identity_at(root);
    for (const auto& each : is ? *all() : files{}) {
        const auto path = fs::path(each.path);
        const bool is_directory = identity_at(each.path) == is;
        if ((is_directory || is_below(path.parent_path(), *is)) && holds_a_secret(each)) {
            found.push_back(each);
        }
    }
    return found;
}

std::shared_ptr<const hidden_files::files> hidden_files::all() const {
    const std::lock_guard lock(mutex_);
    return all_;
}

} // namespace wsgate
