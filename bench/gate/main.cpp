// gate_bench: measures any gateway from WebSockets to TCP, and referees between several.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/program.hpp"

int main(int argc, char** argv) {
    return bench::run_program(
        {.name = "gate_bench",
         .description = "Measures WebSocket gateways against each other on loopback.",
         .subjects =
             "KIND gateway: listens on {viewer_port}, connects to {server_port}; ws_proxy: as a "
             "gateway, but leads to a WebSocket server there; chain: a gateway before a repeater, "
             "whose servers connect to {server_port}, with a {hop_port} between them; {wrap} "
             "becomes "
             "plain or tls (KIND,plain: it has no TLS). COMMAND for sh",
         .beside_direct = false},
        argc, argv);
}
