// Holds the path rule and the table of types, and opens files by openat2(2).
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/static_files.hpp"

#include "wsgate/text/ascii.hpp"
#include "wsgate/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK; // a FIFO must not block us

// The system calls' own signatures.
// NOLINTBEGIN(cppcoreguidelines-pro-type-vararg)

net::unique_fd open_at(int directory, const char* name, int flags) {
    return net::unique_fd{::openat(directory, name, flags)};
}

net::unique_fd open_at(int directory, const char* name, open_how how) {
    return net::unique_fd{
        static_cast<int>(::syscall(SYS_openat2, directory, name, &how, sizeof how))};
}

// NOLINTEND(cppcoreguidelines-pro-type-vararg)

bool is_harmless(std::string_view path) {
    return is_utf8(path) && std::none_of(path.begin(), path.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\';
           });
}

/// The parts between slashes, without empty ones.
std::vector<std::string_view> components(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), part.size() + 1));
        if (!part.empty()) {
            parts.push_back(part);
        }
    }
    return parts;
}

/// What stat(2) says of the file; nothing unless it is a regular file or a directory.
std::optional<struct stat> look_at(const net::unique_fd& fd) {
    struct stat about {};

    if (!fd || ::fstat(fd.get(), &about) != 0 ||
        !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))) {
        return std::nullopt;
    }
    return about;
}

static_file regular_file(net::unique_fd fd, const struct stat& about, std::string name) {
    static_file file;
    file.fd = std::move(fd);
    file.size = static_cast<std::uint64_t>(about.st_size);
    file.name = std::move(name);
    file.modified = about.st_mtim;
    return file;
}

} // namespace

std::variant<std::string, refusal> file_path(std::string_view path) {
    constexpr auto not_found =
        refusal{http::status::not_found, "no such file", handshake_failure::not_found};
    if (!path.starts_with('/') || path.starts_with("//") || !is_harmless(path)) {
        return refusal{http::status::bad_request, "bad path"};
    }
    std::vector<std::string_view> kept;
    const auto parts = components(path);
    for (const auto part : parts) {
        if (part == "..") {
            if (kept.empty()) {
                return not_found;
            }
            kept.pop_back();
        } else if (part != ".") {
            kept.push_back(part);
        }
    }
    std::string relative;
    for (const auto part : kept) {
        if (part.front() == '.') {
            return not_found;
        }
        relative += relative.empty() ? "" : "/";
        relative += part;
    }
    // A path that ends in "." or ".." names a directory as well.
    const bool names_directory =
        path.ends_with('/') || parts.back() == "." || parts.back() == ".."; // RFC 3986 5.2.4
    if (!relative.empty() && names_directory) {
        relative += '/';
    }
    return relative;
}

std::string_view mime_type(std::string_view name) {
    using entry = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<entry, 21> table{{
        {"html", "text/html; charset=utf-8"},
        {"js", "text/javascript; charset=utf-8"},
        {"mjs", "text/javascript; charset=utf-8"},
        {"css", "text/css; charset=utf-8"},
        {"json", "application/json"},
        {"map", "application/json"},
        {"svg", "image/svg+xml"},
        {"png", "image/png"},
        {"jpg", "image/jpeg"},
        {"jpeg", "image/jpeg"},
        {"gif", "image/gif"},
        {"ico", "image/x-icon"},
        {"woff", "font/woff"},
        {"woff2", "font/woff2"},
        {"ttf", "font/ttf"},
        {"wasm", "application/wasm"},
        {"mp3", "audio/mpeg"},
        {"oga", "audio/ogg"},
        {"ogg", "audio/ogg"},
        {"txt", "text/plain; charset=utf-8"},
        {"webmanifest", "application/manifest+json"},
    }};
    const auto dot = name.rfind('.');
    const auto end = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
    const auto* const found = std::find_if(table.begin(), table.end(), [end](const entry& e) {
        return equal_but_for_case(end, e.first);
    });
    return found == table.end() ? "application/octet-stream" : found->second;
}

static_root::static_root(const std::string& directory, guard g)
    : root_(open_at(AT_FDCWD, directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), guard_(g) {
    if (!root_) {
        throw std::system_error(errno, std::generic_category(), directory);
    }
}

std::optional<static_file> static_root::open(const std::string& path,
                                             content_coding accepted) const {
    auto file = find(path);
    if (file) {
        look_for_gzip(*file, accepted);
    }
    return file;
}

std::optional<static_file> static_root::find(const std::string& path) const {
    auto fd = open_beneath(path.empty() ? "." : path);
    auto about = look_at(fd);
    if (!about) {
        return std::nullopt;
    }
    if (S_ISREG(about->st_mode)) {
        return regular_file(std::move(fd), *about, path);
    }
    const bool complete = path.empty() || path.ends_with('/');
    for (const auto* const index : {"index.html", "vnc.html"}) {
        const auto name = (complete ? path : path + "/") + index;
        fd = open_beneath(name);
        about = look_at(fd);
        if (about && S_ISREG(about->st_mode)) {
            auto file = regular_file(std::move(fd), *about, name);
            file.lacks_slash = complete ? "" : path;
            return file;
        }
    }
    return std::nullopt;
}

/// Looks for a compressed neighbour. One that is older than the file was made from a former state
/// of it. Compares seconds only, since archives keep no more of a file's time.
void static_root::look_for_gzip(static_file& file, content_coding accepted) const {
    auto fd = open_beneath(file.name + ".gz");
    const auto about = look_at(fd);
    if (!about || !S_ISREG(about->st_mode) || about->st_mtim.tv_sec < file.modified.tv_sec) {
        return;
    }
    file.has_gzip = true;
    if (accepted == content_coding::gzip) {
        file.coding = content_coding::gzip;
        file.fd = std::move(fd);
        file.size = static_cast<std::uint64_t>(about->st_size);
        file.modified = about->st_mtim;
    }
}

net::unique_fd static_root::open_beneath(const std::string& path) const {
    if (guard_ == guard::follow_nothing) {
        return open_by_component(path);
    }
    open_how how{};
    how.flags = static_cast<std::uint64_t>(open_flags);
    // Links that stay below the root are followed. Magic links (proc(5)) are not, since they lead
    // to open files, wherever those are.
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    for (int attempt = 0; attempt < 3; ++attempt) {
        auto fd = open_at(root_.get(), path.c_str(), how);
        if (fd) {
            return fd;
        }
        // An old kernel, or a sandbox, may have no openat2.
        if (errno == ENOSYS || errno == EPERM) {
            return open_by_component(path);
        }
        // EAGAIN: something was renamed meanwhile, so that the kernel could not be sure; worth
        // another attempt (openat2(2)).
        if (errno != EAGAIN) {
            break;
        }
    }
    return net::unique_fd{};
}

net::unique_fd static_root::open_by_component(const std::string& path) const {
    const auto parts = components(path);
    auto here = open_at(root_.get(), ".", open_flags | O_DIRECTORY);
    for (std::size_t i = 0; here && i < parts.size(); ++i) {
        // One component at a time without following links, so that none can lead out of the root.
        const bool must_be_directory = i + 1 < parts.size() || path.ends_with('/');
        here = open_at(here.get(), std::string{parts[i]}.c_str(),
                       open_flags | O_NOFOLLOW | (must_be_directory ? O_DIRECTORY : 0));
    }
    return here;
}

} // namespace wsgate
