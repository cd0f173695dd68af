// Prints the text and returns the exit code.
// SPDX-License-Identifier: EUPL-1.2
#include "service/early_exit.hpp"

#include "service/line_file.hpp"

#include <chrono>
#include <iostream>
#include <unistd.h>

namespace service {

int print(const early_exit& bye) {
    if (bye.exit_code == 0) {
        std::cout << bye.text;
    } else {
        print_error(bye.text);
    }
    return bye.exit_code;
}

void print_error(std::string_view text) {
    constexpr auto patience = std::chrono::seconds(1);
    if (auto to = line_file::of_descriptor(STDERR_FILENO)) {
        (void)to->write(text, room_until(std::chrono::steady_clock::now() + patience));
    }
}

} // namespace service
