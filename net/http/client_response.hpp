// Reads the answer to a request of ours up to the end of its head (RFC 9112), as it arrives.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace net {

struct client_response_field {
    std::string name;
    std::string value; ///< without blanks around it

    friend bool operator==(const client_response_field&, const client_response_field&) = default;
};

struct client_response {
    int status = 0;
    std::string reason; ///< often empty
    std::vector<client_response_field> fields;

    /// The values of all fields of the name, whatever its case.
    [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const;

    friend bool operator==(const client_response&, const client_response&) = default;
};

/// Where a response with a status of 3xx leads to: its Location, escaped for a log, without user,
/// password, query and fragment, which may hold passwords and tokens; "?..." stands for a query.
/// Empty where it leads nowhere. `origin`: what was asked, such as "https://desk.example", which a
/// path is put behind.
[[nodiscard]] std::string redirected_to(const client_response&, std::string_view origin);

/// Skips interim responses (1xx) but for 101, which is final. What comes behind the head is left
/// alone, so that the first bytes of a WebSocket, or of a tunnel through a proxy, are not lost, and
/// bodies that are not our business need not even arrive.
///
/// This is not Beast's parser, since that one (1.81) refuses answers that are good for us: lines
/// without a CR (RFC 9112 2.2), status lines that end behind the status, and heads of wrong or
/// contradictory lengths of a body, which a 2xx to CONNECT has to be believed with (RFC 9110 9.3.6)
/// and which are of no interest where no body is read. Refused are heads that are too large, and
/// control bytes.
class client_response_reader {
public:
    /// Of all heads of an answer together. Proxies with a sign-on set cookies of 64 KiB.
    static constexpr std::size_t max_head = std::size_t{256} * 1024;
    static constexpr std::size_t max_fields = 1000; ///< of one head

    enum class state { incomplete, complete, refused };

    /// Bytes behind the head are not looked at.
    state feed(std::string_view);

    /// How many of all bytes that were fed belong to the head, or to interim responses before it.
    [[nodiscard]] std::size_t size() const { return size_; }

    /// Why the head was refused; a literal.
    [[nodiscard]] std::string_view why() const { return why_; }

    /// The response; only once it is complete.
    [[nodiscard]] const client_response& value() const { return response_; }

private:
    [[nodiscard]] state take(char);
    [[nodiscard]] state end_line();
    [[nodiscard]] state end_head();
    [[nodiscard]] state read_status_line();
    [[nodiscard]] state read_field();
    state refuse(std::string_view why);

    std::string line_;
    bool has_status_ = false;
    std::size_t size_ = 0;
    std::string_view why_;
    client_response response_;
};

} // namespace net
