// What a request for a file is answered with, decided without reading it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/byte_range.hpp"
#include "wsgate/http/preconditions.hpp"
#include "wsgate/http/response.hpp"
#include "wsgate/http/static_files.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <variant>

namespace wsgate {

struct file_options {
    std::chrono::seconds max_age{3600}; ///< for all but HTML, which is asked for again each time
    std::string frame_options;          ///< X-Frame-Options; empty: none, for who embeds the viewer
};

[[nodiscard]] validators validators_of(const static_file&);

/// A head, and then these bytes of the file; none for HEAD and 304.
struct file_part {
    head_response head;
    byte_range content;
};

/// The file that the request wants, compressed where its client takes that and there is one.
/// `path` is from file_path(). Nothing: no such file.
[[nodiscard]] std::optional<static_file> open_file(const request&, const static_root&,
                                                   const std::string& path);

/// 200, 206, 304; 301 for a directory's name without its slash, so that the page's own links work;
/// 412, 416. The connection stays where may_stay() says so.
[[nodiscard]] std::variant<text_response, file_part>
answer_file(const request&, const static_file&, const file_options&, std::time_t now);

} // namespace wsgate
