// What an admin listener answers with.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace service {

/// 200 where it is good, 503 where it is not.
struct admin_state {
    bool good = false;
    std::string_view text; ///< for people to read, a literal
};

/// What somebody wants done, by a POST: a path, and names with values (its query).
struct admin_order {
    std::string path;
    std::vector<std::pair<std::string, std::string>> values;
};

struct admin_reply {
    unsigned status = 0; ///< of HTTP
    std::string text;    ///< for people to read
};

/// Asked on the admin listener's event loop, as often as somebody asks there.
struct admin_pages {
    std::string_view server; ///< the program's name, a literal
    /// In Prometheus' text format; nothing where the numbers cannot be had.
    std::function<boost::asio::awaitable<std::optional<std::string>>()> metrics;
    std::function<boost::asio::awaitable<admin_state>()> health;    ///< whether it works
    std::function<boost::asio::awaitable<admin_state>()> readiness; ///< whether it takes newcomers
    /// Obeys who connects to a Unix socket: its file's rights say who may. Empty: nothing can be
    /// told to do.
    std::function<boost::asio::awaitable<admin_reply>(admin_order)> obey{};
};

} // namespace service
