// Request heads: any cut means the same, and whatever is taken for a request can be decided.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/http/request.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/http_answer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace {

using wsgate::head_scanner;

void check(const wsgate::http_answer& answer, const wsgate::request& request, bool has_files) {
    if (const auto* text = std::get_if<wsgate::text_response>(&answer)) {
        const auto wire = wsgate::serialized(*text, request.method());
        fuzz::require(wire.starts_with("HTTP/1.1 ") && wire.find("\r\n\r\n") != std::string::npos);
        fuzz::require(!wsgate::has_body(request) || !text->keep_alive());
    } else if (const auto* file = std::get_if<wsgate::send_file>(&answer)) {
        fuzz::require(has_files && !file->path.starts_with('/'));
    } else {
        fuzz::require(!wsgate::has_body(request) && request.method() == wsgate::http::verb::get);
    }
}

void decide(std::string_view head) {
    static const std::array tables = {
        wsgate::route_table(wsgate::default_routes()),
        wsgate::route_table::catch_all({"/wsServer", "server", wsgate::visitor::server})};
    static const wsgate::access_options tokens;
    const auto parsed = wsgate::parse_head(head);
    if (const auto* refused = std::get_if<wsgate::refusal>(&parsed)) {
        fuzz::require(static_cast<unsigned>(refused->status) >= 400);
        return;
    }
    const auto& request = std::get<wsgate::request>(parsed);
    fuzz::require(request.count(wsgate::http::field::host) <= 1);
    const auto shown = wsgate::path_to_show({request.target().data(), request.target().size()});
    fuzz::require(shown.find('?') == std::string_view::npos);
    for (const auto& routes : tables) {
        for (const bool has_files : {false, true}) {
            const auto has_page = [](const std::string& directory) { return directory.empty(); };
            check(wsgate::decide(request, {routes, tokens, {}, has_files, has_page}), request,
                  has_files);
        }
    }
}

} // namespace

// Input: a step, then the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const std::string_view stream{reinterpret_cast<const char*>(input) + 1, size - 1};
    head_scanner whole;
    const auto state = whole.feed(stream);
    head_scanner split;
    auto now = head_scanner::state::incomplete;
    const std::size_t step = input[0] + std::size_t{1};
    for (std::size_t at = 0; at < stream.size() && now == head_scanner::state::incomplete;
         at += step) {
        now = split.feed(stream.substr(at, step));
    }
    fuzz::require(now == state && split.size() == whole.size() && split.why() == whole.why());
    if (state == head_scanner::state::complete) {
        decide(stream.substr(0, whole.size()));
    }
    return 0;
}
