// The command line of `wsgate tunnel`.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/early_exit.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/tunnel/proxy_choice.hpp"
#include "wsgate/tunnel/tunnel_config.hpp"

#include <variant>

namespace wsgate {

/// `argv[0]` is "tunnel" or the name of Help-Channel's tunnel program; with the latter,
/// Help-Channel's file is read unless --config names another. Never throws for what a user wrote.
/// Exit codes: 0 for help, 64 for a wrong command line, 78 for an unusable file.
[[nodiscard]] std::variant<tunnel_config, service::early_exit>
parse_tunnel_command_line(int argc, const char* const* argv, const environment&);

/// The configuration file of Help-Channel's client.
inline constexpr auto helpchannel_conf_file = "/etc/helpchannel.conf";

/// Whether the program was called as Help-Channel's tunnel, such as "/usr/bin/hctunnel.py" or
/// "hctunnel", whose place it then takes.
[[nodiscard]] bool is_hctunnel(std::string_view program);

} // namespace wsgate
