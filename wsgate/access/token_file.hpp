// websockify's token files: lines of "token: host:port". Text in, a table out.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/secret.hpp"
#include "wsgate/access/token_target.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// A longer token is in no table.
inline constexpr std::size_t longest_token = 1024;

/// Tokens by their keyed digest, so that the time of a look-up tells nothing of what is in it.
class token_table {
public:
    /// The later of two lines counts, as in websockify.
    void add(std::string_view token, target);

    [[nodiscard]] std::optional<target> find(std::string_view token) const;

    [[nodiscard]] std::size_t size() const { return targets_.size(); }

private:
    std::map<digest, target> targets_;
};

/// A line that was skipped. It may hold a token: only its number is told.
struct bad_line {
    std::size_t number = 0; ///< from 1
    std::string_view why;   ///< a literal

    friend bool operator==(const bad_line&, const bad_line&) = default;
};

/// One line a token; it ends at the first colon that white space follows. Lines are trimmed, empty
/// ones and those that then begin with `#` are skipped. Returns the lines that are wrong.
std::vector<bad_line> read_token_lines(std::string_view text, token_table& into);

/// The value of `token` in "/path?a=b&token=...", decoded; the first that is not empty.
[[nodiscard]] std::optional<std::string> token_of_query(std::string_view request_target);

/// The part of a Host field before its port: the token in "token:port", "[v6]" in "[v6]:port".
[[nodiscard]] std::optional<std::string> token_of_host(std::string_view host);

} // namespace wsgate
