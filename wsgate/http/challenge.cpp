// Splits at commas, which stand between challenges and between their parameters alike.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/challenge.hpp"

#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wsgate {

namespace {

bool is_token_character(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           marks.find(c) != std::string_view::npos;
}

/// Takes off and returns the part before the next comma that is not inside quotes.
std::string_view take_element(std::string_view& rest) {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && (quoted || rest[at] != ','); ++at) {
        if (rest[at] == '\\' && quoted && at + 1 < rest.size()) {
            ++at;
        } else if (rest[at] == '"') {
            quoted = !quoted;
        }
    }
    const auto element = rest.substr(0, at);
    rest = at < rest.size() ? rest.substr(at + 1) : std::string_view{};
    return element;
}

void skip_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view take_token(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_token_character);
    const auto token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(token.size());
    return token;
}

std::string without_quotes(std::string_view text) {
    if (!text.starts_with('"')) {
        return std::string{text.substr(0, text.find_last_not_of(blanks) + 1)};
    }
    std::string plain;
    for (std::size_t at = 1; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) {
            ++at;
        }
        plain += text[at];
    }
    return plain;
}

/// Reads a parameter such as `realm="x"`.
std::optional<net::client_response_field> parameter_in(std::string_view text) {
    skip_blanks(text);
    const auto name = take_token(text);
    skip_blanks(text);
    if (name.empty() || !text.starts_with('=')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    skip_blanks(text);
    return net::client_response_field{std::string{name}, without_quotes(text)};
}

/// Adds an element to the list: "Basic realm=..." and "Negotiate" begin a challenge, "qop=auth" is
/// a parameter of the last one.
void take_over(std::string_view element, std::vector<challenge>& all) {
    auto parameter = parameter_in(element);
    if (!parameter) {
        skip_blanks(element);
        const auto scheme = take_token(element);
        const bool at_blank = element.empty() || blanks.find(element.front()) != blanks.npos;
        if (scheme.empty() || !at_blank) {
            return;
        }
        all.push_back({std::string{scheme}, {}});
        parameter = parameter_in(element);
    }
    if (parameter && !all.empty()) {
        all.back().parameters.push_back(std::move(*parameter));
    }
}

} // namespace

const std::string* challenge::find(std::string_view name) const {
    const auto found = std::find_if(
        parameters.begin(), parameters.end(),
        [name](const net::client_response_field& p) { return equal_but_for_case(p.name, name); });
    return found == parameters.end() ? nullptr : &found->value;
}

std::vector<challenge> challenges_in(const net::client_response& r, std::string_view field) {
    std::vector<challenge> all;
    for (auto rest : r.values(field)) {
        while (!rest.empty()) {
            take_over(take_element(rest), all);
        }
    }
    return all;
}

} // namespace wsgate
