// Fits gateway_options into service::read_command_line(), which both programs use.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/command_line.hpp"

#include "service/command_line.hpp"
#include "wsgate/options/gateway_options.hpp"

#include <algorithm>

namespace wsgate {

namespace {

using command_line = service::daemon_line<config, gateway_options>;

} // namespace

std::variant<config, service::early_exit> parse_command_line(int argc, const char* const* argv) {
    return service::read_command_line<command_line>("wsgate",
                                                    {argv + std::min(argc, 1), argv + argc});
}

} // namespace wsgate
