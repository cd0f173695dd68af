// Takes the prefix and the part behind `=` off, and reads the rest as an address.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/listen_address.hpp"

#include "net/text/listen_at.hpp"
#include "net/text/unix_path.hpp"
#include "wsgate/text/ascii.hpp"

#include <boost/system/error_code.hpp>

#include <array>
#include <string>
#include <utility>

namespace wsgate {

namespace {

speech take_speech(std::string_view& text) {
    static constexpr std::array<std::pair<std::string_view, speech>, 3> words{
        {{"plain:", speech::plain}, {"tls:", speech::tls}, {"sniff:", speech::sniffed}}};
    for (const auto& [word, meaning] : words) {
        if (equal_but_for_case(text.substr(0, word.size()), word)) {
            text.remove_prefix(word.size());
            return meaning;
        }
    }
    return speech::by_certificate;
}

/// Takes off what stands behind the first `=`, and reads it. False where it is unknown.
bool take_mode(std::string_view& text, std::optional<catch_all>& leads_to) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
        return true;
    }
    const auto mode = text.substr(equals + 1);
    text = text.substr(0, equals);
    if (mode == "routes") {
        return true;
    }
    if (mode == "server" || mode == "viewer") {
        leads_to = catch_all{mode == "server" ? visitor::server : visitor::viewer};
        return true;
    }
    auto to = parse_target(mode);
    if (to) {
        leads_to = catch_all{visitor::viewer, std::move(to)};
    }
    return leads_to.has_value();
}

bool parse_address(std::string_view text, listen_address& at) {
    if (const auto path = net::parse_unix_path(text)) {
        at.unix_path = *path;
        return true;
    }
    const auto where = net::parse_listen_at(text);
    if (!where) {
        return false;
    }
    at.address = where->address;
    at.port = where->port;
    return true;
}

} // namespace

std::optional<listen_address> parse_listen(std::string_view text) {
    listen_address at;
    at.speaks = take_speech(text);
    if (!take_mode(text, at.leads_to) || !parse_address(text, at)) {
        return std::nullopt;
    }
    return at;
}

} // namespace wsgate
