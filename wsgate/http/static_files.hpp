// Files below one directory, and no way out of it.
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

/// "/a/./b//c.js" -> "a/b/c.js", "/" -> "", "/a/" and "/a/b/.." -> "a/": relative to the root,
/// without `..`.
/// Refused with 400: control bytes, backslash, not UTF-8, `//` in front (a host to some readers);
/// with 404: anything above the root, and names that begin with a dot.
[[nodiscard]] std::variant<std::string, refusal> file_path(std::string_view decoded_path);

/// From the table of types that a web page needs, by the name's end; case is ignored.
[[nodiscard]] std::string_view mime_type(std::string_view name);

struct static_file {
    net::unique_fd fd;
    std::uint64_t size = 0;
    std::string name;        ///< the one that was found, e.g. the index of a directory; never .gz
    std::string lacks_slash; ///< the name asked for, where it is a directory's without its slash
    timespec modified{};
    content_coding coding = content_coding::identity; ///< of what fd reads
    bool has_gzip = false;                            ///< there is a compressed neighbour

    [[nodiscard]] bool is_html() const { return mime_type(name).starts_with("text/html"); }
};

class static_root {
public:
    /// How symbolic links are kept from leading out: by the kernel, or, where it cannot, by
    /// following none at all.
    enum class guard { resolve_beneath, follow_nothing };

    /// Throws std::system_error.
    explicit static_root(const std::string& directory, guard = guard::resolve_beneath);

    /// A regular file; of a directory index.html or else vnc.html. `path` is from file_path().
    /// Where `accepted` is gzip, "a.js.gz" is taken for "a.js", unless it is the older one.
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
