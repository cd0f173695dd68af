// What the repeater was told to do: command line and environment as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/log.hpp"
#include "repeater/mode1.hpp"
#include "repeater/rendezvous.hpp"
#include "rfb/hello.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace repeater {

enum class log_format { compat, text };

/// How IDs appear in the text log; the compat log has them in plain, as the Perl's.
enum class log_ids { hashed, full };

struct limits {
    std::chrono::milliseconds handshake{10'000}; ///< from accept to the whole hello block
    std::size_t early_bytes = 1024;              ///< kept of a peer that waits
    std::chrono::milliseconds connect{10'000};   ///< Mode I: each address
    std::chrono::milliseconds name_lookup{5'000};
    std::chrono::milliseconds first_bytes{10'000}; ///< Mode I: until the far end has spoken
    /// Mode I: a refusal takes at least so long, so that it tells nothing about our network.
    std::chrono::milliseconds refusal{1'000};
    /// After one side's EOF the other direction may be silent for so long.
    std::chrono::milliseconds linger{1'000};
    /// ... and so long where its receiver is slow to take what we hold for it.
    std::chrono::milliseconds linger_stalled{10'000};
};

struct config {
    std::uint16_t viewer_port = 5900; ///< 0: any free port
    std::uint16_t server_port = 5500;
    std::vector<asio::ip::address> bind; ///< empty: all addresses, IPv4 and IPv6
    rfb::hello_rules hello;
    bool greet_viewers = true;
    duplicate_policy duplicates = duplicate_policy::replace;
    repeater::mode1_policy mode1;
    repeater::limits limits;
    net::tcp_options tcp;
    std::size_t threads = 1; ///< relay workers
    repeater::log_format log_format = repeater::log_format::compat;
    repeater::log_ids log_ids = repeater::log_ids::hashed;
    net::log_level log_level = net::log_level::info;
    std::string log_file; ///< empty: standard error
    std::string pid_file; ///< empty: none
};

/// The command line asked for text (usage, version) or was wrong: print it, exit with the code.
struct farewell {
    std::string text;
    int exit_code = 0;
};

/// Never throws for what a user wrote. Exit codes: 0 for help and version, 64 for errors.
[[nodiscard]] std::variant<config, farewell> parse_command_line(int argc, const char* const* argv);

} // namespace repeater
