// One function a command; each reads its options and answers with a text.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/id_tool/id_command.hpp"

#include "net/text/lines.hpp"
#include "repeater/id_tool/key_rotation.hpp"
#include "repeater/ids/id_files.hpp"
#include "rfb/repeater_id.hpp"
#include "service/command_line.hpp"
#include "service/key_file.hpp"

#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iterator>
#include <sysexits.h>

namespace repeater {

namespace {

using service::early_exit;
using words = std::vector<std::string>;

constexpr auto our_name = "repeater-id";
constexpr std::string_view id_prefix = "ID:";

/// Where a file of keys is to blame.
early_exit unusable(const std::exception& e) {
    return {fmt::format("{}: {}\n", our_name, e.what()), EX_CONFIG};
}

service::option_list options_of(const char* command, const char* purpose) {
    return service::option_list({.name = fmt::format("{} {}", our_name, command),
                                 .purpose = purpose,
                                 .has_version = false});
}

void add_key_file(service::option_list& options, std::string& path) {
    options
        .text("--key-file", path, "FILE", service::on_reload::never,
              "The file of keys, as the repeater's --id-key-file")
        .required();
}

early_exit generate_key(const words& arguments) {
    auto options =
        options_of("keygen", "Makes a new key the current one of a file, which keeps the "
                             "one before it: IDs that were signed with that stay good.");
    std::string file;
    add_key_file(options, file);
    options.parse(arguments);
    try {
        rotate_key(file);
    } catch (const std::exception& e) {
        return unusable(e);
    }
    return {fmt::format("{} has a new key; HUP makes a running repeater read it\n", file),
            EXIT_SUCCESS};
}

early_exit make_id(const words& arguments, std::uint64_t now) {
    constexpr std::size_t ten_years = std::size_t{10} * 366 * 86400;
    auto options = options_of("make", "Prints a signed ID of this name, which the viewer and the "
                                      "server are told, until it expires.");
    std::string file;
    std::string name;
    std::size_t seconds = 86400;
    add_key_file(options, file);
    options.number("--ttl", seconds, service::between<std::size_t>{1, ten_years},
                   service::on_reload::never, "How long it is good, in seconds");
    options.positional("NAME", name, "Letters, digits and underscores");
    options.parse(arguments);
    if (!is_name(name)) {
        throw service::bad_option("NAME", fmt::format("it has 1 to {} letters, digits and "
                                                      "underscores",
                                                      longest_signed_name));
    }
    try {
        const auto key = service::read_keys(file, most_id_keys).front();
        return {fmt::format("{}{}\n", id_prefix, sign_id(key, {name, now + seconds})),
                EXIT_SUCCESS};
    } catch (const std::exception& e) {
        return unusable(e);
    }
}

std::string words_for(const std::variant<signed_id, id_fault>& checked) {
    if (const auto* const good = std::get_if<signed_id>(&checked)) {
        return fmt::format("good: {} until {:%Y-%m-%dT%H:%M:%SZ}\n", good->name,
                           fmt::gmtime(static_cast<std::time_t>(good->expiry)));
    }
    switch (std::get<id_fault>(checked)) {
    case id_fault::expired:
        return "expired\n";
    case id_fault::wrong_signature:
        return "wrong signature\n";
    default:
        return "not a signed ID\n";
    }
}

early_exit check_id(const words& arguments, std::uint64_t now,
                    const std::function<std::string()>& read_line) {
    auto options =
        options_of("check", "Says whether a signed ID is good: exit code 0, otherwise 1. "
                            "Without ID it reads a line of standard input.");
    std::string file;
    std::string id;
    add_key_file(options, file);
    options.positional("ID", id, "With or without ID:");
    options.parse(arguments);
    const auto line = id.empty() ? read_line() : id;
    auto text = net::stripped(line);
    text.remove_prefix(text.starts_with(id_prefix) ? id_prefix.size() : 0);
    try {
        const auto checked = check_signed_id(service::read_keys(file, most_id_keys), text, now);
        return {words_for(checked),
                std::holds_alternative<signed_id>(checked) ? EXIT_SUCCESS : EXIT_FAILURE};
    } catch (const std::exception& e) {
        return unusable(e);
    }
}

early_exit run(const words& all, std::uint64_t now, const std::function<std::string()>& read_line) {
    const auto command = all.empty() ? std::string{} : all.front();
    const words arguments(all.empty() ? all.begin() : std::next(all.begin()), all.end());
    if (command == "keygen") {
        return generate_key(arguments);
    }
    if (command == "make") {
        return make_id(arguments, now);
    }
    if (command == "check") {
        return check_id(arguments, now, read_line);
    }
    service::option_list options(
        {.name = our_name,
         .purpose = "Makes and checks IDs that a repeater with --id-policy signed admits.",
         .footer = "Commands, each with a --help of its own: keygen, make, check."});
    options.parse(all);
    throw service::bad_option("a command is missing: keygen, make or check");
}

} // namespace

early_exit run_id_command(const std::vector<std::string>& words, std::uint64_t now,
                          const std::function<std::string()>& read_line) {
    try {
        service::refuse_missing_values(words);
        return run(words, now, read_line);
    } catch (const service::text_asked_for& text) {
        return {text.what(), EXIT_SUCCESS};
    } catch (const service::bad_option& e) {
        return service::complaint(our_name, e.what(), EX_USAGE);
    }
}

} // namespace repeater
