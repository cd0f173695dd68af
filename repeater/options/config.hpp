// What the repeater was told to do, as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/text/address_range.hpp"
#include "repeater/events/output_config.hpp"
#include "repeater/limits/limit_options.hpp"
#include "repeater/options/listen_address.hpp"
#include "repeater/rules/mode1.hpp"
#include "repeater/rules/rendezvous.hpp"
#include "rfb/hello.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace repeater {

/// The Perl's -L: a parent process that starts the repeater again when it ends.
enum class supervision { off, foreground, background };

/// Whether a direction may move through a pipe instead of being copied.
enum class splicing {
    automatic, ///< while it streams
    on,        ///< from its first large read on
    off
};

struct limits {
    /// From accept to the whole hello block; in Mode I from the connection to the far end's
    /// version.
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds proxy_header{3'000}; ///< from accept to its end
    std::size_t early_bytes = 1024;                ///< kept of a peer that waits
    std::chrono::milliseconds viewer_wait{0};      ///< for a partner; 0: for ever
    std::chrono::milliseconds server_wait{0};
    std::chrono::milliseconds connect{10'000}; ///< Mode I: each address
    std::chrono::milliseconds name_lookup{5'000};
    /// Mode I: a refusal takes at least so long, so that it tells nothing about our network.
    std::chrono::milliseconds refusal{1'000};
    /// For a viewer to take the reason why it gets no session.
    std::chrono::milliseconds explain{5'000};
    /// After one side's EOF the other direction may be silent for so long.
    std::chrono::milliseconds linger{1'000};
    /// ... and so long where its receiver is slow to take what we hold for it.
    std::chrono::milliseconds linger_stalled{10'000};
    /// Live pairs are ended so long after TERM; 0: they end by themselves.
    std::chrono::milliseconds drain{0};
};

struct config {
    std::uint16_t viewer_port = 5900; ///< 0: any free port
    std::uint16_t server_port = 5500;
    std::vector<asio::ip::address> bind;        ///< empty: all addresses, IPv4 and IPv6
    std::vector<listen_address> listen;         ///< beside the two ports
    unsigned unix_mode = 0600;                  ///< of the files of Unix sockets
    std::vector<net::address_range> proxy_from; ///< whose connections begin with a PROXY header
    rfb::hello_rules hello;
    bool greet_viewers = true;
    bool explain = false; ///< tell viewers, in RFB, why they get no session
    duplicate_policy duplicates = duplicate_policy::replace;
    repeater::mode1_policy mode1;
    repeater::limits limits;
    limit_options source_limits;
    net::tcp_options tcp;
    std::size_t threads = 1; ///< relay workers
    splicing splice = splicing::automatic;
    log_config log;
    std::string pid_file; ///< empty: none
    output_config events;
    supervision loop = supervision::off;
    std::string file; ///< that was read; empty: none
    bool debug = false;
    std::vector<std::string> warnings; ///< for the log
};

} // namespace repeater
