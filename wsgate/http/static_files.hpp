// Opens files below one directory, and never anything outside of it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"
#include "wsgate/http/content_coding.hpp"
#include "wsgate/http/request.hpp"

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

/// Makes a path relative to the root, without `..`: "/a/./b//c.js" -> "a/b/c.js", "/" -> "", "/a/"
/// and "/a/b/.." -> "a/". Refused with 400: control bytes, backslash, not UTF-8, `//` in front (a
/// host to some readers); with 404: anything above the root, and names that begin with a dot.
[[nodiscard]] std::variant<std::string, refusal> file_path(std::string_view decoded_path);

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

class static_root {
public:
    /// How symbolic links are kept from leading out of the root: resolve_beneath has the kernel see
    /// to it (openat2(2)); follow_nothing follows none at all, for kernels that cannot do that.
    enum class guard { resolve_beneath, follow_nothing };

    /// Throws std::system_error.
    explicit static_root(const std::string& directory, guard = guard::resolve_beneath);

    /// Opens a regular file; for a directory its index.html, or else its vnc.html. `path` is from
    /// file_path(). Where `accepted` is gzip and there is an "a.js.gz" that is not older than
    /// "a.js", opens that.
    [[nodiscard]] std::optional<static_file>
    open(const std::string& path, content_coding accepted = content_coding::identity) const;

private:
    [[nodiscard]] std::optional<static_file> find(const std::string& path) const;
    void look_for_gzip(static_file&, content_coding accepted) const;
    [[nodiscard]] net::unique_fd open_beneath(const std::string& path) const;
    [[nodiscard]] net::unique_fd open_by_component(const std::string& path) const;

    net::unique_fd root_;
    guard guard_;
};

} // namespace wsgate
