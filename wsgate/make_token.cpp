// Reads key, target and time to live from the command line, and prints the token in one line.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/make_token.hpp"

#include "service/command_line.hpp"
#include "wsgate/access/signed_token.hpp"
#include "wsgate/access/token_source.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <string>
#include <sysexits.h>
#include <vector>

namespace wsgate {

namespace {

struct token_words {
    std::string key;
    std::string target;
    std::size_t seconds = 3600; ///< how long the token is valid
};

/// Throws service::text_asked_for or service::bad_option.
token_words read_words(const std::vector<std::string>& arguments) {
    using enum service::on_reload;
    constexpr std::size_t ten_years = std::size_t{10} * 366 * 86400;
    token_words words;
    service::option_list options({.name = "wsgate make-token",
                                  .purpose = "Prints a token that leads a viewer to a target until "
                                             "it expires: give it to noVNC as "
                                             "path=websockify?token=TOKEN.",
                                  .has_version = false});
    options
        .text("--key", words.key, "FILE", never,
              "The key's file, as for --token-key; new: openssl rand -base64 32")
        .required();
    options
        .text("--target", words.target, "TEXT", never,
              "Where it leads: HOST:PORT, tls:HOST:PORT or unix:PATH")
        .required();
    options.number("--ttl", words.seconds, service::between<std::size_t>{1, ten_years}, never,
                   "How long it is good, in seconds");
    service::refuse_missing_values(arguments);
    options.parse(arguments);
    return words;
}

int print_token(const token_words& words) {
    const auto to = parse_token_target(words.target);
    if (!to) {
        std::cerr << "wsgate make-token: " << words.target
                  << " is neither HOST:PORT, such as 10.0.0.7:5900 or [::1]:5900, nor unix:PATH\n";
        return EX_USAGE;
    }
    try {
        const auto now = static_cast<std::uint64_t>(std::time(nullptr));
        std::cout << sign_token(read_token_key(words.key), *to, now + words.seconds) << '\n';
    } catch (const std::exception& e) {
        std::cerr << "wsgate make-token: " << e.what() << '\n';
        return EX_CONFIG;
    }
    return std::cout.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int make_token(int argc, const char* const* argv) {
    try {
        return print_token(read_words({argv + 1, argv + argc}));
    } catch (const service::text_asked_for& text) {
        return service::print({text.what(), EXIT_SUCCESS});
    } catch (const service::bad_option& e) {
        return service::print(service::complaint("wsgate make-token", e.what(), EX_USAGE));
    }
}

} // namespace wsgate
