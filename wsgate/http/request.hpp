// Reads an HTTP request head (RFC 9112); returns a request, or why it is refused.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/handshake_failure.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

namespace wsgate {

namespace beast = boost::beast;
namespace http = beast::http;

/// Why a request is refused: it is answered with this, and the connection is closed. The texts are
/// literals.
struct refusal {
    http::status status = http::status::bad_request;
    std::string_view why;
    handshake_failure counted = handshake_failure::bad_request; ///< what the metrics count it as
    std::string_view advice{}; ///< for the log: what an operator may do; empty: nothing

    friend bool operator==(const refusal&, const refusal&) = default;
};

/// Checks the bytes of a head as they arrive, each once, and refuses at the first one that is not
/// allowed there. Anything that two readers could understand differently is refused, since a proxy
/// in front may be the other reader (RFC 9112 2.2, 5, 11.2).
class head_scanner {
public:
    /// Sign-on proxies send cookies of 32 KiB and more.
    static constexpr std::size_t default_max_head = std::size_t{64} * 1024;
    static constexpr std::size_t max_request_line = std::size_t{8} * 1024;
    static constexpr std::size_t max_fields = 100;

    enum class state { incomplete, complete, refused };

    explicit head_scanner(std::size_t max_head = default_max_head) : max_head_(max_head) {}

    /// Bytes behind the head are not looked at.
    state feed(std::string_view);

    /// How many of all bytes that were fed belong to the head.
    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] const refusal& why() const { return why_; }

private:
    enum class place { request_line, line_start, name, value, line_end, head_end };

    [[nodiscard]] std::size_t length_of_plain(std::string_view) const;
    [[nodiscard]] state take(char);
    [[nodiscard]] state take_request_line(char);
    [[nodiscard]] state take_line_end(char);
    [[nodiscard]] state take_field(char);
    state refuse(const refusal&);

    std::size_t max_head_;
    place place_ = place::request_line;
    std::size_t size_ = 0;
    std::size_t fields_ = 0;
    refusal why_;
};

using request = http::request<http::empty_body>;
using request_field = http::fields::value_type;

[[nodiscard]] inline std::string_view value_of(const request_field& f) {
    return {f.value().data(), f.value().size()};
}

/// The value of the first field of this name; empty where there is none. Looks at one field after
/// the other: there are few, and Beast's own look-ups compare names letter by letter.
[[nodiscard]] std::string_view value_of(const request&, http::field);

/// The same for a name that Beast has no number for, in whatever case.
[[nodiscard]] std::string_view value_of(const request&, std::string_view name);

[[nodiscard]] std::size_t count_of(const request&, http::field);

/// Whether this is the field's name, in whatever case.
[[nodiscard]] bool is_named(const request_field&, std::string_view name);

/// Parses a head that a head_scanner has found complete. A target in absolute form becomes one in
/// origin form, and its authority the Host, whatever Host said (RFC 9112 3.2.2).
[[nodiscard]] std::variant<request, refusal> parse_head(std::string_view head);

/// Whether the request has a body, of whatever length but zero.
[[nodiscard]] bool has_body(const request&);

/// Whether the connection may stay open for another request.
[[nodiscard]] bool may_stay(const request&);

/// Whether all fields of the name taken together hold the token, whatever its case.
[[nodiscard]] bool has_token(const request&, http::field, std::string_view token);

} // namespace wsgate
