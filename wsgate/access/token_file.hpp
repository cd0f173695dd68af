// Reads websockify's token files, lines of "token: host:port", into a table; and finds a request's
// token.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/secret.hpp"
#include "wsgate/access/token_target.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// Longer tokens are not stored, and so never found.
inline constexpr std::size_t longest_token = 1024;

/// A table of tokens by their keyed digests, so that the time of a look-up tells nothing about the
/// tokens in it.
class token_table {
public:
    /// The later of two lines counts, as in websockify.
    void add(std::string_view token, target);

    [[nodiscard]] std::optional<target> find(std::string_view token) const;

    [[nodiscard]] std::size_t size() const { return targets_.size(); }

private:
    std::map<service::digest, target> targets_;
};

/// A line that was skipped. Only its number is told, since it may hold a token.
struct bad_line {
    std::size_t number = 0; ///< from 1
    std::string_view why;   ///< a literal

    friend bool operator==(const bad_line&, const bad_line&) = default;
};

/// Adds the tokens of the lines to the table. A token ends at the first colon that white space
/// follows. Lines and tokens are trimmed; empty lines and those that begin with `#` are skipped.
/// Returns the lines that are wrong and were skipped; a text in UTF-16 is wrong in its first.
std::vector<bad_line> read_token_lines(std::string_view text, token_table& into);

/// The value of `token` in "/path?a=b&token=...", decoded and without white space at its ends, such
/// as the line end that is copied with it; the first that is not empty then.
[[nodiscard]] std::optional<std::string> token_of_query(std::string_view request_target);

/// The part of a Host field before its port: the token in "token:port", "[v6]" in "[v6]:port".
[[nodiscard]] std::optional<std::string> token_of_host(std::string_view host);

} // namespace wsgate
