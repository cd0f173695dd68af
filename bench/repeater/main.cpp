// repeater_bench: measures any repeater or relay, and referees between several.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/program.hpp"

int main(int argc, char** argv) {
    return bench::run_program(
        {.name = "repeater_bench",
         .description = "Measures VNC repeaters and TCP relays against each other on loopback.",
         .subjects = "KIND repeater: two ports, 250-byte blocks; relay: connects to {server_port}. "
                     "COMMAND for sh, with {viewer_port} and {server_port}"},
        argc, argv);
}
