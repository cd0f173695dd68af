// Hashes IDs with a key that is new for each process (HMAC-SHA-256).
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/id_printer.hpp"

#include "net/text/escape.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace repeater {

id_printer::id_printer(id_form how) : how_(how) {
    if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
        throw std::runtime_error("no random bytes to be had from the system");
    }
}

std::string id_printer::operator()(std::string_view text) const {
    if (how_ == id_form::full) {
        return net::escaped(text, rfb::repeater_id::max_size);
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    const auto shown = std::min<std::size_t>(4, text.size() / 2); // never most of a short one
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(text.data()), // NOLINT: OpenSSL's bytes
         text.size(), mac.data(), nullptr);
    return fmt::format("{}~{:02x}{:02x}{:02x}", net::escaped(text.substr(0, shown)), mac[0], mac[1],
                       mac[2]);
}

} // namespace repeater
