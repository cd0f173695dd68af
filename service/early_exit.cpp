// Prints the text and returns the exit code.
// SPDX-License-Identifier: EUPL-1.2
#include "service/early_exit.hpp"

#include <iostream>

namespace service {

int print(const early_exit& bye) {
    (bye.exit_code == 0 ? std::cout : std::cerr) << bye.text;
    return bye.exit_code;
}

} // namespace service
