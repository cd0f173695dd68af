// Opens the files below one directory that may be served, and never anything outside of it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"
#include "wsgate/http/content_coding.hpp"
#include "wsgate/http/hidden_files.hpp"
#include "wsgate/http/request.hpp"

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

/// Makes a path relative to the root, without `..`: "/a/./b//c.js" -> "a/b/c.js", "/" -> "", "/a/"
/// and "/a/b/.." -> "a/". Refused with 400: control bytes, backslash, not UTF-8, `//` in front (a
/// host to some readers); with 404: anything above the root, and names that begin with a dot but
/// for "/.well-known", which is there to be asked for (RFC 8615).
[[nodiscard]] std::variant<std::string, refusal> file_path(std::string_view decoded_path);

/// Whether this is where a certificate authority looks for its challenge (RFC 8555 8.3). It has no
/// password. `path` is from file_path().
[[nodiscard]] bool is_acme_challenge(std::string_view path);

/// The media type of a file by the end of its name, whatever its case; application/octet-stream
/// where it is unknown.
[[nodiscard]] std::string_view mime_type(std::string_view name);

struct static_file {
    net::unique_fd fd;
    std::uint64_t size = 0;
    std::string name; ///< of the file found, such as a directory's index; without .gz
    /// The name that was asked for, where that is a directory's without the slash at its end;
    /// otherwise empty.
    std::string lacks_slash;
    timespec modified{};
    content_coding coding = content_coding::identity; ///< of what `fd` reads
    bool has_gzip = false; ///< there is a .gz beside it, so the response varies by coding

    [[nodiscard]] bool is_html() const { return mime_type(name).starts_with("text/html"); }
};

/// Safe from any thread.
class static_root {
public:
    /// `hidden` is what is never served; null: nothing is hidden. Throws std::system_error where
    /// there is no such directory.
    explicit static_root(std::string directory,
                         std::shared_ptr<const hidden_files> hidden = nullptr);

    /// Opens a regular file; for a directory its index.html, or else its vnc.html. `path` is from
    /// file_path(). Where `accepted` is gzip and there is an "a.js.gz" that is not older than
    /// "a.js", opens that.
    ///
    /// The directory is looked up by its name each time, since some replace it as a whole. Where
    /// its name leads nowhere now, or cannot be followed any more (--user), the one that was there
    /// at first is used.
    [[nodiscard]] boost::system::result<static_file, absence>
    open(const std::string& path, content_coding accepted = content_coding::identity) const;

private:
    [[nodiscard]] boost::system::result<static_file, absence> find(int root,
                                                                   const std::string& path) const;
    [[nodiscard]] boost::system::result<static_file, absence>
    find_index(int root, const std::string& path) const;
    [[nodiscard]] boost::system::result<found_below, absence>
    open_unless_hidden(int root, const std::string& path) const;
    void look_for_gzip(int root, static_file&, content_coding accepted) const;

    std::string directory_;
    std::shared_ptr<const hidden_files> hidden_;
    net::unique_fd first_;
};

} // namespace wsgate
