// What the repeater was told to do, as values.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/resolver.hpp"
#include "net/text/address_range.hpp"
#include "repeater/authorize/authorize_options.hpp"
#include "repeater/events/output_config.hpp"
#include "repeater/ids/id_rules.hpp"
#include "repeater/limits/limit_options.hpp"
#include "repeater/limits/session_limits.hpp"
#include "repeater/options/door.hpp"
#include "repeater/options/listen_address.hpp"
#include "repeater/policy/policy_book.hpp"
#include "repeater/rules/mode1.hpp"
#include "repeater/rules/rendezvous.hpp"
#include "rfb/hello.hpp"
#include "service/admin/admin_options.hpp"
#include "service/rights.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
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
    std::chrono::milliseconds handshake{10'000};   ///< from accept to the whole hello block
    std::chrono::milliseconds proxy_header{3'000}; ///< from accept to its end
    std::chrono::milliseconds viewer_wait{0};      ///< for a partner; 0: for ever
    std::chrono::milliseconds server_wait{0};
    std::chrono::milliseconds connect{10'000};  ///< Mode I: each address
    std::chrono::milliseconds greeting{10'000}; ///< Mode I: from connecting to the version
    std::chrono::milliseconds name_lookup{5'000};
    net::lookup_limits lookups{64, 256}; ///< Mode I
    /// Mode I: a refusal takes at least so long, so that it tells nothing about our network. Under
    /// --id-policy each takes just so long.
    std::chrono::milliseconds refusal{1'000};
    /// For a viewer to take the reason why it gets no session.
    std::chrono::milliseconds explain{5'000};
    session_limits session;
    std::uint64_t total_bandwidth = 0; ///< bytes a second of all sessions, each way; 0: no limit
    /// Live pairs are ended so long after TERM; 0: they end by themselves.
    std::chrono::milliseconds drain{0};
};

struct config {
    std::uint16_t viewer_port = 5900; ///< 0: any free port
    std::uint16_t server_port = 5500;
    std::vector<asio::ip::address> bind; ///< empty: all addresses, IPv4 and IPv6
    std::vector<listen_address> listen;  ///< beside the two ports
    std::vector<door> doors;             ///< for viewers that name no ID
    std::vector<door> server_doors;
    unsigned unix_mode = 0600;                  ///< of the files of Unix sockets
    std::vector<net::address_range> proxy_from; ///< whose connections begin with a PROXY header
    rfb::hello_rules hello;
    bool greet_viewers = true;
    bool explain = false; ///< tell viewers, in RFB, why they get no session
    duplicate_policy duplicates = duplicate_policy::replace;
    id_options ids;
    /// What the files of `ids` say; configure() reads them.
    std::shared_ptr<const id_rules> admitted_ids = std::make_shared<const id_rules>();
    repeater::mode1_policy mode1;
    repeater::limits limits;
    limit_options source_limits;
    std::vector<policy_rule> policies; ///< the first whose pattern fits holds
    bool has_insight = false;          ///< sessions without a policy are read as well
    net::tcp_options tcp{.most_unsent = unsent_at_first};
    std::size_t threads = 1; ///< relay workers
    splicing splice = splicing::automatic;
    log_config log;
    std::string pid_file; ///< empty: none
    service::rights_options rights;
    output_config events;
    service::admin_options admin;
    authorize_options authorize;
    supervision loop = supervision::off;
    bool has_keeper = false; ///< also without `loop`
    std::string file;        ///< that was read; empty: none
    bool debug = false;
    std::vector<std::string> warnings; ///< for the log
};

} // namespace repeater
