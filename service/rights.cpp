// Core dumps first; then, when asked: the user, the capabilities, the sandbox.
// SPDX-License-Identifier: EUPL-1.2
#include "service/rights.hpp"

#include "net/unique_fd.hpp"
#include "service/core_dumps.hpp"
#include "service/seccomp.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace service {

namespace {

constexpr auto root_warning =
    "it runs as root, without root's capabilities: --user NAME makes it somebody else, "
    "--allow-root keeps them";

const choices<sandboxing> sandbox_names{
    {"auto", sandboxing::automatic}, {"on", sandboxing::on}, {"off", sandboxing::off}};

#ifdef VNC_INSTRUMENTED
constexpr bool is_instrumented = true;
#else
constexpr bool is_instrumented = false;
#endif

} // namespace

void add_rights_options(option_list& options, rights_options& r, on_reload what) {
    options.text("--user", r.user, "USER[:GROUP]", what,
                 "Become this user, by name or number, once it listens");
    options.flag("--allow-root", r.allow_root, what,
                 "Keep capabilities, which are otherwise given up once it listens");
    options.choice("--sandbox", r.sandbox, sandbox_names, "auto|on|off", what,
                   "From then on the system lets us run no program and change no files but ours");
    options.flag("--core-dumps", r.core_dumps, what,
                 "Let a crash write a core file, with all secrets in memory");
}

rights::rights(const rights_options& o) : options_(o) {
    allow_core_dumps(o.core_dumps);
    if (!o.user.empty()) {
        user_ = find_identity(o.user);
    }
}

/// O_EXCL follows no link, so that nobody can have us give away a file that is not ours.
uid_t rights::user() const {
    return user_ ? user_->user : ::geteuid();
}

void rights::make_file(const std::string& path, mode_t mode) const {
    if (!user_ || path.empty()) {
        return;
    }
    const net::unique_fd made{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)}; // NOLINT(*-vararg)
    if (made) {
        (void)!::fchown(made.get(), user_->user, user_->group);
    }
}

void rights::hand_over_socket(const std::string& path) const {
    struct stat found {};

    if (user_ && ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
        (void)!::lchown(path.c_str(), user_->user, user_->group);
    }
}

/// Enters it. Returns why not, or nothing.
std::string rights::why_no_sandbox(const still_needed& needs) const {
    if (is_instrumented) {
        return "this build counts or checks what it runs";
    }
    if (!needs.programs.empty()) {
        return needs.programs + " runs programs, which need more";
    }
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) { // NOLINT(*-vararg): the system's
        return "this system has no no-new-privileges";
    }
    const auto files = confine_changes(needs.files);
    const auto calls = forbid_system_calls();
    const auto all = files.value_or("") + (files && calls ? "; " : "") + calls.value_or("");
    return all.empty() ? "" : all + "; what it has is in force";
}

std::vector<std::string> rights::give_up(const still_needed& needs) const {
    if (user_) {
        become(*user_);
        allow_core_dumps(options_.core_dumps);
    }
    std::vector<std::string> advice;
    if (!options_.allow_root) {
        give_up_capabilities();
        if (::geteuid() == 0) {
            advice.emplace_back(root_warning);
        }
    }
    if (options_.sandbox == sandboxing::off) {
        return advice;
    }
    if (const auto why = why_no_sandbox(needs); !why.empty()) {
        if (options_.sandbox == sandboxing::on) {
            throw std::runtime_error("--sandbox on: " + why);
        }
        advice.push_back(fmt::format("there is no sandbox: {} (--sandbox off says nothing)", why));
    }
    return advice;
}

} // namespace service
