// Answers of a proxy: any cut means the same, only the head is taken, and logs of it are tame.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/tunnel/connect_proxy.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using net::client_response_reader;

client_response_reader::state read(client_response_reader& reader, std::string_view text,
                                   std::size_t step) {
    auto state = client_response_reader::state::incomplete;
    for (std::size_t at = 0; at < text.size() && state == client_response_reader::state::incomplete;
         at += step) {
        const std::string part{text.substr(at, step)}; // exactly as large
        state = reader.feed(part);
    }
    return state;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const std::string text(input, input + size);
    client_response_reader whole;
    client_response_reader single;
    const auto state = read(whole, text, std::max<std::size_t>(size, 1));
    fuzz::require(state == read(single, text, 1));
    fuzz::require(whole.size() == single.size() && whole.why() == single.why());
    fuzz::require(whole.value() == single.value() && whole.size() <= size);
    if (state != client_response_reader::state::complete) {
        return 0;
    }
    for (const auto* const user : {"", "user"}) {
        const auto problem =
            wsgate::connect_problem(whole.value(), {"proxy.example", 3128, {user, "s3cret"}});
        fuzz::require(problem.has_value() == (whole.value().status / 100 != 2));
        const auto shown = problem.value_or("");
        fuzz::require(
            std::all_of(shown.begin(), shown.end(), [](char c) { return c >= ' ' && c <= '~'; }));
        for (const bool digest_only : {false, true}) {
            const auto sent = wsgate::second_credentials(
                whole.value(), {"proxy.example", 3128, {user, "s3cret"}, digest_only}, "desk:443",
                "random");
            fuzz::require(
                !sent || (sent->find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos &&
                          sent->find("s3cret") == std::string::npos));
        }
    }
    return 0;
}
