// Hashes IDs by HMAC-SHA-256, with the key of the process where no other is given.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/id_printer.hpp"

#include "net/text/escape.hpp"
#include "service/secret.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace repeater {

id_printer::id_printer(id_form how, const std::string& key)
    : how_(how), key_(key.empty() ? service::process_key() : key) {}

std::string id_printer::operator()(std::string_view text) const {
    if (how_ == id_form::full) {
        return net::escaped(text, rfb::repeater_id::max_size);
    }
    const auto shown = std::min<std::size_t>(4, text.size() / 2); // never most of a short one
    const auto mac = service::hmac_sha256(key_, text);
    return fmt::format("{}~{:02x}{:02x}{:02x}", net::escaped(text.substr(0, shown)), mac[0], mac[1],
                       mac[2]);
}

} // namespace repeater
