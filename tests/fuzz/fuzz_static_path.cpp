// From a request target to a file's name: whatever comes out stays below the root.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/http/static_files.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/target/route.hpp"
#include "wsgate/text/utf8.hpp"

#include <string>
#include <string_view>

namespace {

void check(const std::string& path) {
    fuzz::require(!path.starts_with('/') && wsgate::is_utf8(path));
    fuzz::require(path.find('\0') == std::string::npos && path.find('\\') == std::string::npos);
    fuzz::require(path.find("//") == std::string::npos);
    for (std::string_view rest = path; !rest.empty();) {
        const auto part = rest.substr(0, rest.find('/'));
        const bool is_first = rest.size() == path.size();
        fuzz::require(!part.starts_with('.') || (is_first && part == ".well-known"));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    (void)wsgate::mime_type(path);
    // What it gives is what it takes.
    const auto again = wsgate::file_path("/" + path);
    fuzz::require(std::holds_alternative<std::string>(again) &&
                  std::get<std::string>(again) == path);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const std::string_view target{reinterpret_cast<const char*>(input), size};
    const auto decoded = wsgate::decoded_path(target);
    if (!decoded) {
        return 0;
    }
    fuzz::require(decoded->starts_with('/'));
    const auto normal = wsgate::normal_path(*decoded);
    if (!normal) {
        return 0;
    }
    fuzz::require(normal->starts_with('/') && normal->find("//") == std::string::npos);
    fuzz::require(wsgate::normal_path(*normal) == normal);
    (void)wsgate::route_table(wsgate::default_routes()).find(*normal);
    const auto path = wsgate::file_path(*normal);
    if (const auto* good = std::get_if<std::string>(&path)) {
        check(*good);
    }
    return 0;
}
