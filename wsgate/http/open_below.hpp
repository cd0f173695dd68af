// Opens a file below a directory, following links as long as they stay below it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace wsgate {

/// Tells one file from any other, whatever its names are.
struct file_identity {
    dev_t device{};
    ino_t inode{};

    friend bool operator==(const file_identity&, const file_identity&) = default;
};

[[nodiscard]] inline file_identity identity_of(const struct stat& about) {
    return {about.st_dev, about.st_ino};
}

/// A name on the way that was no directory's: a link's, or the file's own.
struct name_on_the_way {
    file_identity directory; ///< which has the name
    std::string name;
};

struct found_below {
    net::unique_fd fd; ///< a regular file that can be read, or a directory for openat(2)

    struct stat about {};

    std::vector<name_on_the_way> names;
};

/// Why no file is served, for the log. The texts are literals.
struct absence {
    std::string_view why;
    std::string_view advice{}; ///< what an operator may do; empty: nothing

    friend bool operator==(const absence&, const absence&) = default;
};

inline constexpr absence missing_file{"no such file"};

/// Opens `path` below the directory `root`. Links are followed wherever they lead on the way, also
/// by absolute names, but what they arrive at is opened only where it lies below the root. Opens
/// regular files and directories only.
///
/// The steps are made here and not in the kernel: every name is looked up by itself in a directory
/// that is open, without following links, and `..` takes back the last step. So nothing that is
/// renamed meanwhile can lead out of the root, and no system call is needed that sandboxes forbid,
/// as they do openat2(2).
[[nodiscard]] boost::system::result<found_below, absence> open_below(int root,
                                                                     std::string_view path);

} // namespace wsgate
