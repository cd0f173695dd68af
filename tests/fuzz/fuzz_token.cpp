// Token files and queries: whatever comes out can be written and read again.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/access/token_file.hpp"

#include <algorithm>
#include <string_view>

namespace {

void check_target(std::string_view text) {
    if (const auto to = wsgate::parse_token_target(text)) {
        fuzz::require(wsgate::parse_token_target(wsgate::to_string(*to)) == to);
        fuzz::require(to->is_unix ? to->host.starts_with('/') : to->port != 0);
        fuzz::require(to->host.find('\0') == std::string::npos);
    }
    if (const auto rules = wsgate::parse_target_rules(text)) {
        fuzz::require(!rules->empty());
        for (const auto& rule : *rules) {
            (void)rule.covers({"192.0.2.1", 5900, false});
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(input), size};
    wsgate::token_table table;
    const auto bad = wsgate::read_token_lines(text, table);
    std::size_t last = 0;
    for (const auto& line : bad) {
        fuzz::require(line.number > last && !line.why.empty());
        last = line.number;
    }
    const auto ends_line = [](char c) { return c == '\n' || c == '\r'; };
    const auto lines =
        static_cast<std::size_t>(std::count_if(text.begin(), text.end(), ends_line)) + 1;
    fuzz::require(bad.size() + table.size() <= lines);
    if (const auto token = wsgate::token_of_query(text)) {
        fuzz::require(!token->empty() && token->size() <= size);
        (void)table.find(*token);
    }
    if (const auto token = wsgate::token_of_host(text)) {
        fuzz::require(!token->empty());
    }
    check_target(text);
    return 0;
}
