// The command line of `wsgate tunnel`.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/early_exit.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/tunnel/proxy_choice.hpp"
#include "wsgate/tunnel/tunnel_config.hpp"

#include <variant>

namespace wsgate {

/// `argv[0]` is "tunnel", or the name of Help-Channel's tunnel program: then its file is read
/// unless another is named. Never throws for what a user wrote. Exit codes: 0 for help, 64 for a
/// wrong command line, 78 for an unusable file.
[[nodiscard]] std::variant<tunnel_config, service::early_exit>
parse_tunnel_command_line(int argc, const char* const* argv, const environment&);

/// Where Help-Channel's client has its configuration.
inline constexpr auto helpchannel_conf_file = "/etc/helpchannel.conf";

/// "/usr/bin/hctunnel.py" and "hctunnel": who is called so takes Help-Channel's place.
[[nodiscard]] bool is_hctunnel(std::string_view program);

} // namespace wsgate
