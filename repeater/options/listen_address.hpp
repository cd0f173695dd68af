// Where peers of one side connect beside the two ports, as configured.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/listen_at.hpp"
#include "rfb/side.hpp"

#include <string>
#include <string_view>

namespace repeater {

/// An address and port; or a Unix socket, where each connection begins with a PROXY header.
struct listen_address {
    rfb::side side{};
    net::listen_at at{};
    std::string unix_path{}; ///< empty: no Unix socket

    friend bool operator==(const listen_address&, const listen_address&) = default;
};

/// Reads "192.0.2.7:5901=viewer", "[2001:db8::7]:5501=server", "*:5901=viewer" and
/// "unix:/PATH=server"; a path may have `=` in it. Throws service::bad_option that says what is
/// wrong.
[[nodiscard]] listen_address parse_listen(std::string_view);

} // namespace repeater
