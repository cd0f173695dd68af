// Holds the path rule and the table of types, and looks for indexes and compressed neighbours.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/static_files.hpp"

#include "wsgate/text/ascii.hpp"
#include "wsgate/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

using file_result = boost::system::result<static_file, absence>;

constexpr std::string_view well_known = ".well-known"; // RFC 8615

net::unique_fd open_root(const std::string& directory) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system call's own signature
    return net::unique_fd{::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
}

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

bool is_base64url(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '_';
    });
}

static_file regular_file(found_below found, std::string name) {
    static_file file;
    file.fd = std::move(found.fd);
    file.size = static_cast<std::uint64_t>(found.about.st_size);
    file.name = std::move(name);
    file.modified = found.about.st_mtim;
    return file;
}

} // namespace

std::variant<std::string, refusal> file_path(std::string_view path) {
    constexpr auto not_found = [](std::string_view why) {
        return refusal{http::status::not_found, why, handshake_failure::not_found};
    };
    if (!path.starts_with('/') || path.starts_with("//") || !is_harmless(path)) {
        return refusal{http::status::bad_request, "bad path"};
    }
    std::vector<std::string_view> kept;
    const auto parts = components(path);
    for (const auto part : parts) {
        if (part == "..") {
            if (kept.empty()) {
                return not_found(missing_file.why);
            }
            kept.pop_back();
        } else if (part != ".") {
            kept.push_back(part);
        }
    }
    std::string relative;
    for (const auto part : kept) {
        if (part.front() == '.' && !(relative.empty() && part == well_known)) {
            return not_found("names that begin with a dot are not served");
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

bool is_acme_challenge(std::string_view path) {
    constexpr std::string_view directory = ".well-known/acme-challenge/";
    return path.starts_with(directory) && is_base64url(path.substr(directory.size()));
}

std::string_view mime_type(std::string_view name) {
    using entry = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<entry, 27> table{{
        {"html", "text/html; charset=utf-8"},
        {"htm", "text/html; charset=utf-8"},
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
        {"webp", "image/webp"},
        {"avif", "image/avif"},
        {"ico", "image/x-icon"},
        {"woff", "font/woff"},
        {"woff2", "font/woff2"},
        {"ttf", "font/ttf"},
        {"otf", "font/otf"},
        {"wasm", "application/wasm"},
        {"mp3", "audio/mpeg"},
        {"oga", "audio/ogg"},
        {"ogg", "audio/ogg"},
        {"wav", "audio/wav"},
        {"txt", "text/plain; charset=utf-8"},
        {"md", "text/markdown; charset=utf-8"},
        {"webmanifest", "application/manifest+json"},
    }};
    const auto dot = name.rfind('.');
    const auto end = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
    const auto* const found = std::find_if(table.begin(), table.end(), [end](const entry& e) {
        return equal_but_for_case(end, e.first);
    });
    return found == table.end() ? "application/octet-stream" : found->second;
}

static_root::static_root(std::string directory, std::shared_ptr<const hidden_files> hidden)
    : directory_(std::move(directory)), hidden_(std::move(hidden)), first_(open_root(directory_)) {
    if (!first_) {
        throw std::system_error(errno, std::generic_category(), directory_);
    }
}

file_result static_root::open(const std::string& path, content_coding accepted) const {
    const auto now = open_root(directory_);
    const int root = now ? now.get() : first_.get();
    auto file = find(root, path);
    if (file) {
        look_for_gzip(root, *file, accepted);
    }
    return file;
}

file_result static_root::find(int root, const std::string& path) const {
    auto found = open_unless_hidden(root, path);
    if (!found) {
        return found.error();
    }
    return S_ISDIR(found->about.st_mode) ? find_index(root, path)
                                         : file_result(regular_file(std::move(*found), path));
}

file_result static_root::find_index(int root, const std::string& path) const {
    const bool complete = path.empty() || path.ends_with('/');
    absence why{"directories are not listed, and this one has no index.html or vnc.html",
                "name the page that is wanted, or link index.html to it"};
    for (const auto* const index : {"index.html", "vnc.html"}) {
        const auto name = (complete ? path : path + "/") + index;
        auto found = open_unless_hidden(root, name);
        if (found && S_ISREG(found->about.st_mode)) {
            auto file = regular_file(std::move(*found), name);
            file.lacks_slash = complete ? "" : path;
            return file;
        }
        if (!found && found.error() != missing_file) {
            why = found.error();
        }
    }
    return why;
}

boost::system::result<found_below, absence>
static_root::open_unless_hidden(int root, const std::string& path) const {
    auto found = open_below(root, path);
    if (!found || !hidden_ || !S_ISREG(found->about.st_mode)) {
        return found;
    }
    if (hidden_->hides(*found)) {
        return absence{"it is a secret or a log of wsgate, or a copy of one",
                       "move secrets and logs out of --web"};
    }
    return found;
}

/// Looks for a compressed neighbour. One that is older than the file was made from a former state
/// of it. Compares seconds only, since archives keep no more of a file's time.
void static_root::look_for_gzip(int root, static_file& file, content_coding accepted) const {
    auto found = open_unless_hidden(root, file.name + ".gz");
    if (!found || !S_ISREG(found->about.st_mode) ||
        found->about.st_mtim.tv_sec < file.modified.tv_sec) {
        return;
    }
    file.has_gzip = true;
    if (accepted == content_coding::gzip) {
        file.coding = content_coding::gzip;
        file.size = static_cast<std::uint64_t>(found->about.st_size);
        file.modified = found->about.st_mtim;
        file.fd = std::move(found->fd);
    }
}

} // namespace wsgate
