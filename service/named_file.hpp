// What the files are that options name.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace service {

enum class file_kind {
    secret,      ///< a secret, or a log: strangers must not read it
    certificate, ///< for everybody, unless a private key is in the file, too
    shared,      ///< made to be read by others, or a socket
};

struct named_file {
    std::string option; ///< with its dashes
    std::string path;   ///< also of a directory: then its files are meant
    file_kind kind = file_kind::secret;

    friend bool operator==(const named_file&, const named_file&) = default;
};

} // namespace service
