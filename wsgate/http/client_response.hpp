// Reads the head of an HTTP response where we are the client (RFC 9112), as it arrives.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

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

    /// Whether the comma-separated lists in the fields of that name hold the token, whatever its
    /// case.
    [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;

    friend bool operator==(const client_response&, const client_response&) = default;
};

/// Takes what old proxies send: HTTP/1.0, no reason, LF without CR, folded fields. Refuses heads
/// that are too large, and control bytes.
class client_response_reader {
public:
    static constexpr std::size_t max_head = std::size_t{16} * 1024;
    static constexpr std::size_t max_fields = 100;

    enum class state { incomplete, complete, refused };

    /// Bytes behind the head are not looked at.
    state feed(std::string_view);

    /// How many of all bytes that were fed belong to the head.
    [[nodiscard]] std::size_t size() const { return size_; }

    /// Why the head was refused; a literal.
    [[nodiscard]] std::string_view why() const { return why_; }

    /// The response; only once it is complete.
    [[nodiscard]] const client_response& value() const { return response_; }

private:
    [[nodiscard]] state take(char);
    [[nodiscard]] state end_line();
    [[nodiscard]] state read_status_line();
    [[nodiscard]] state read_field();
    state refuse(std::string_view why);

    std::string line_;
    bool has_status_ = false;
    std::size_t size_ = 0;
    std::string_view why_;
    client_response response_;
};

} // namespace wsgate
