// A file's request: no range leads out of the file, and what is answered fits together.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/http/content_coding.hpp"
#include "wsgate/http/date.hpp"
#include "wsgate/http/file_answer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace {

namespace http = wsgate::http;

constexpr std::time_t now = 784111777;

void check(const wsgate::file_part& part, std::uint64_t size) {
    const auto& [first, count] = part.content;
    fuzz::require(first <= size && count <= size - first);
    const auto status = part.head.result_int();
    fuzz::require(status == 200 || status == 206 || status == 304);
    fuzz::require(status != 206 || count > 0);
    fuzz::require(status != 200 || (first == 0 && count == size));
    fuzz::require(status != 304 || count == 0);
    fuzz::require((status == 206) == (part.head.count(http::field::content_range) == 1));
    fuzz::require(wsgate::serialized(part.head).ends_with("\r\n\r\n"));
}

} // namespace

// Input: two bytes of size, then the values of the fields, a line each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    std::string_view rest{reinterpret_cast<const char*>(input) + 2, size - 2};
    wsgate::static_file file;
    file.size = input[0] + 256U * input[1];
    file.name = "a.js";
    file.modified.tv_sec = now - 1;
    wsgate::request r;
    r.method(http::verb::get);
    for (const auto name : {http::field::range, http::field::if_range, http::field::if_none_match,
                            http::field::if_match, http::field::if_modified_since,
                            http::field::if_unmodified_since, http::field::accept_encoding}) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (!line.empty()) {
            r.set(name, {line.data(), line.size()});
        }
        (void)wsgate::accepts_gzip(line);
        if (const auto date = wsgate::parse_http_date(line)) {
            fuzz::require(*date < 0 ||
                          wsgate::parse_http_date(wsgate::to_http_date(*date)) == *date);
        }
    }
    const auto answer = wsgate::answer_file(r, file, {}, now);
    if (const auto* part = std::get_if<wsgate::file_part>(&answer)) {
        check(*part, file.size);
    } else {
        const auto status = std::get<wsgate::text_response>(answer).result_int();
        fuzz::require(status == 412 || status == 416);
    }
    return 0;
}
