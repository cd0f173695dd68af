// Key, target and time to live in; one line of text out.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/make_token.hpp"

#include "wsgate/access/signed_token.hpp"
#include "wsgate/access/token_source.hpp"
#include "wsgate/options/missing_value.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <string>
#include <sysexits.h>

namespace wsgate {

int make_token(int argc, const char* const* argv) {
    std::string key;
    std::string target;
    std::uint64_t seconds = 3600;
    CLI::App app{"Prints a token that leads a viewer to a target until it expires: give it to "
                 "noVNC as path=websockify?token=TOKEN.",
                 "wsgate make-token"};
    app.add_option("--key", key, "The key's file, as for --token-key; new: openssl rand -base64 32")
        ->type_name("FILE")
        ->required();
    app.add_option("--target", target, "Where it leads: HOST:PORT, tls:HOST:PORT or unix:PATH")
        ->required();
    app.add_option("--ttl", seconds, "How long it is good, in seconds [3600]")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10} * 366 * 86400));
    try {
        refuse_missing_values({argv + 1, argv + argc});
        app.parse(argc, argv);
    } catch (const CLI::Success& e) { // help
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        std::cerr << "wsgate make-token: " << e.what() << " (--help lists the options)\n";
        return EX_USAGE;
    }
    const auto to = parse_token_target(target);
    if (!to) {
        std::cerr << "wsgate make-token: " << target
                  << " is neither HOST:PORT, such as 10.0.0.7:5900 or [::1]:5900, nor unix:PATH\n";
        return EX_USAGE;
    }
    try {
        const auto now = static_cast<std::uint64_t>(std::time(nullptr));
        std::cout << sign_token(read_token_key(key), *to, now + seconds) << '\n';
    } catch (const std::exception& e) {
        std::cerr << "wsgate make-token: " << e.what() << '\n';
        return EX_CONFIG;
    }
    return std::cout.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace wsgate
