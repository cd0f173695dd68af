// What the repeater was told to do: command line, environment and file as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/log.hpp"
#include "net/network.hpp"
#include "repeater/arguments.hpp"
#include "repeater/http_url.hpp"
#include "repeater/mode1.hpp"
#include "repeater/rendezvous.hpp"
#include "rfb/hello.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace repeater {

enum class log_format { compat, text, json };

/// How IDs appear outside of this process; the compat log has them in plain, as the Perl's.
enum class id_form { hashed, full };

/// The Perl's -L: a parent process that starts the repeater again when it ends.
enum class supervision { off, foreground, background };

/// Whether a direction may move through a pipe instead of being copied.
enum class splicing {
    automatic, ///< while it streams
    on,        ///< from its first large read on
    off
};

struct limits {
    std::chrono::milliseconds handshake{10'000};   ///< from accept to the whole hello block
    std::chrono::milliseconds proxy_header{3'000}; ///< from accept to its end
    std::size_t early_bytes = 1024;                ///< kept of a peer that waits
    std::chrono::milliseconds viewer_wait{0};      ///< for a partner; 0: for ever
    std::chrono::milliseconds server_wait{0};
    std::chrono::milliseconds connect{10'000}; ///< Mode I: each address
    std::chrono::milliseconds name_lookup{5'000};
    std::chrono::milliseconds first_bytes{10'000}; ///< Mode I: until the far end has spoken
    /// Mode I: a refusal takes at least so long, so that it tells nothing about our network.
    std::chrono::milliseconds refusal{1'000};
    /// For a viewer to take the reason why it gets no session.
    std::chrono::milliseconds explanation{5'000};
    /// After one side's EOF the other direction may be silent for so long.
    std::chrono::milliseconds linger{1'000};
    /// ... and so long where its receiver is slow to take what we hold for it.
    std::chrono::milliseconds linger_stalled{10'000};
};

/// Who else hears of events. security G5
struct output_config {
    std::string file;              ///< JSON lines; empty: none
    std::vector<std::string> exec; ///< program and its arguments; empty: none
    std::optional<http_url> url;
    id_form ids = id_form::hashed;

    friend bool operator==(const output_config&, const output_config&) = default;
};

struct config {
    std::uint16_t viewer_port = 5900; ///< 0: any free port
    std::uint16_t server_port = 5500;
    std::vector<asio::ip::address> bind;  ///< empty: all addresses, IPv4 and IPv6
    std::vector<net::network> proxy_from; ///< whose connections begin with a PROXY header
    rfb::hello_rules hello;
    bool greet_viewers = true;
    bool explain = false; ///< tell viewers, in RFB, why they get no session
    duplicate_policy duplicates = duplicate_policy::replace;
    repeater::mode1_policy mode1;
    repeater::limits limits;
    net::tcp_options tcp;
    std::size_t threads = 1; ///< relay workers
    splicing splice = splicing::automatic;
    repeater::log_format log_format = repeater::log_format::compat;
    id_form log_ids = id_form::hashed;
    net::log_level log_level = net::log_level::info;
    std::string log_file; ///< empty: standard error
    std::string pid_file; ///< empty: none
    output_config events;
    supervision loop = supervision::off;
    std::string file; ///< that was read; empty: none
    bool debug = false;
    std::vector<std::string> warnings; ///< for the log
};

/// The command line asked for text (usage, version) or was wrong: print it, exit with the code.
struct farewell {
    std::string text;
    int exit_code = 0;
};

/// Command line before environment before file (--config) before defaults. Never throws for what a
/// user wrote. Exit codes: 0 for help, version and a good --check-config; 64 for a bad command line
/// or environment; 78 for a bad file, and for anything bad under --check-config.
[[nodiscard]] std::variant<config, farewell> configure(const std::vector<std::string>& command_line,
                                                       const environment&);

} // namespace repeater
