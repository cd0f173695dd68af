// What a daemon gives up of its rights once all is open: root's, and what a crash would tell.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/landlock.hpp"
#include "service/option_list.hpp"
#include "service/privileges.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace service {

enum class sandboxing {
    automatic, ///< as far as this system and other options let us
    on,        ///< or we do not start
    off
};

struct rights_options {
    std::string user;        ///< to become; empty: stay who we are
    bool allow_root = false; ///< keep the capabilities, root's or others
    sandboxing sandbox = sandboxing::automatic;
    bool core_dumps = false; ///< leave a crash its core file, and debuggers their way

    friend bool operator==(const rights_options&, const rights_options&) = default;
};

/// Describes the options, under the same names in every program.
void add_rights_options(option_list&, rights_options&, on_reload);

/// What a daemon still does when it has started.
struct still_needed {
    file_changes files;
    std::string programs{}; ///< the option that has it run other people's; empty: none
};

/// To be made first, and asked to give_up() once all is open that needs rights, and before there
/// are threads.
class rights {
public:
    /// Looks the user up, and ends core dumps. Throws std::runtime_error where there is no such
    /// user.
    explicit rights(const rights_options&);

    /// Who we become, or are.
    [[nodiscard]] uid_t user() const;

    /// Makes an empty file that belongs to the user, where nothing has that name yet. Without a
    /// user, or with an empty path, does nothing. Where it cannot be made, whoever opens it later
    /// finds out why.
    void make_file(const std::string& path, mode_t) const;

    /// Gives the file of a Unix socket to the user, if there is one.
    void hand_over_socket(const std::string& path) const;

    /// Becomes the user, gives up all capabilities for good, and enters the sandbox: only these
    /// files can be changed, and the system calls of forbid_system_calls() end the process. Throws
    /// std::runtime_error where that fails. Returns what the log should say of it.
    [[nodiscard]] std::vector<std::string> give_up(const still_needed&) const;

    /// Whether a program that is started after that has less than this one had, or the system may
    /// let us start none.
    [[nodiscard]] bool takes_from_programs(const still_needed& needs) const {
        return user_ || (options_.sandbox != sandboxing::off && needs.programs.empty());
    }

private:
    [[nodiscard]] std::string why_no_sandbox(const still_needed&) const;

    rights_options options_;
    std::optional<identity> user_;
};

} // namespace service
