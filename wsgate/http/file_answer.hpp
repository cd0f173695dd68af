// Decides what a request for a file is answered with, without reading the file.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/byte_range.hpp"
#include "wsgate/http/preconditions.hpp"
#include "wsgate/http/response.hpp"
#include "wsgate/http/static_files.hpp"

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

struct file_options {
    std::chrono::seconds max_age{3600}; ///< for all but HTML, which browsers must revalidate
    std::string frame_options; ///< X-Frame-Options; empty: none, so that pages may embed the viewer
};

[[nodiscard]] validators validators_of(const static_file&);

/// A response's head and the bytes of the file that follow it; none for HEAD and 304.
struct file_part {
    head_response head;
    byte_range content;
};

/// Opens the file that the request wants, or its compressed neighbour where there is one and the
/// client takes gzip. `path` is from file_path().
[[nodiscard]] boost::system::result<static_file, absence>
open_file(const request&, const static_root&, const std::string& path);

/// Redirects a directory's path that lacks its slash: "/a/app?x" to "./app/?x". The location is
/// relative, so that it is also right behind a proxy that strips a part of the path.
[[nodiscard]] text_response add_slash(const request&, std::string_view directory);

/// 200, 206, 304; 301 for a directory's name without its slash, so that the page's own links work;
/// 412, 416. The connection stays open where may_stay() says so.
[[nodiscard]] std::variant<text_response, file_part>
answer_file(const request&, const static_file&, const file_options&, std::time_t now);

} // namespace wsgate
