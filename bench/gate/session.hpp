// Makes sessions through a gateway: a WebSocket client and the target's end.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/gate/target_end.hpp"
#include "bench/gate/ws_client.hpp"
#include "bench/test.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

struct gate_session {
    ws_client client;
    unique_fd target; ///< blocking; a chain's server
    speech target_speaks = speech::bytes;
};

/// Makes a session that is open both ways: a first byte has gone from the target to the client.
[[nodiscard]] gate_session make_gate_session(running_subject&);

/// Errors: std::runtime_error where they cannot be made in time.
[[nodiscard]] std::vector<gate_session> make_gate_sessions(const slice&, std::size_t count);

/// Closes both ends with RST.
void reset(gate_session);
void reset(std::vector<gate_session>);

[[nodiscard]] std::vector<test> gate_bulk_tests();
[[nodiscard]] std::vector<test> gate_ping_pong_tests();
[[nodiscard]] std::vector<test> gate_set_up_tests();
[[nodiscard]] std::vector<test> gate_tls_tests();
[[nodiscard]] std::vector<test> gate_memory_tests();
[[nodiscard]] std::vector<test> gate_crowd_tests();
[[nodiscard]] std::vector<test> gate_integrity_tests();

} // namespace bench
