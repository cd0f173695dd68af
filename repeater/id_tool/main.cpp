// repeater-id: makes and checks signed IDs, and their keys.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/id_tool/id_command.hpp"
#include "repeater/ids/id_rules.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace {

/// The first line of standard input.
std::string read_line() {
    std::string line;
    std::getline(std::cin, line);
    return line;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return service::print(repeater::run_id_command({argv + 1, argv + argc},
                                                       repeater::seconds_since_1970(), read_line));
    } catch (const std::exception& e) {
        service::print_error(std::string{"repeater-id: "} + e.what() + '\n');
        return EXIT_FAILURE;
    }
}
