// Makes a ruleset with the rights that this kernel knows. glibc has no wrappers for the calls.
// SPDX-License-Identifier: EUPL-1.2
#include "service/landlock.hpp"

#include "net/unique_fd.hpp"
#include "service/line_file.hpp"
#include "service/read_file.hpp"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace service {

namespace {

namespace fs = std::filesystem;

/// LANDLOCK_ACCESS_FS_TRUNCATE, which the headers of Linux 6.1 do not have yet.
constexpr std::uint64_t truncating = std::uint64_t{1} << 14U;

/// Of ABI 1. Those of reading are left out: then they are not limited.
constexpr std::uint64_t first_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

constexpr std::uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | truncating;

/// Those that a kernel with this ABI can forbid.
std::uint64_t rights_of(long abi) {
    constexpr long with_refer = 2;
    constexpr long with_truncate = 3;
    return first_rights | (abi >= with_refer ? LANDLOCK_ACCESS_FS_REFER : 0U) |
           (abi >= with_truncate ? truncating : 0U);
}

/// The rules of one sandbox.
class ruleset {
public:
    explicit ruleset(std::uint64_t handled) : handled_(handled) {
        const landlock_ruleset_attr attributes{.handled_access_fs = handled};
        fd_ = net::unique_fd{static_cast<int>(::syscall( // NOLINT(*-vararg)
            SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0))};
    }

    /// Allows it for that file, or for all below that folder. Where there is none, nothing is to be
    /// allowed; a pipe or a socket needs no rule.
    void allow(const std::string& path, std::uint64_t rights) const {
        const net::unique_fd at{::open(path.c_str(), O_PATH | O_CLOEXEC)}; // NOLINT(*-vararg)

        struct stat found {};

        if (!at || ::fstat(at.get(), &found) != 0) {
            return;
        }
        const auto possible = S_ISDIR(found.st_mode) ? rights : rights & writing;
        const landlock_path_beneath_attr rule{.allowed_access = possible & handled_,
                                              .parent_fd = at.get()};
        (void)::syscall(SYS_landlock_add_rule, fd_.get(), // NOLINT(*-vararg)
                        LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }

    /// False: see errno.
    [[nodiscard]] bool enforce() const {
        return fd_ && ::syscall(SYS_landlock_restrict_self, fd_.get(), 0) == 0; // NOLINT(*-vararg)
    }

private:
    std::uint64_t handled_;
    net::unique_fd fd_;
};

std::string folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path().string() : ".";
}

/// Its folder, and where it is a link the folder of what it leads to. A device has only itself, as
/// other devices are beside it.
void allow_beside(const ruleset& rules, const std::string& path, std::uint64_t rights) {
    std::error_code none;
    if (path.empty() || descriptor_named(path)) {
        return;
    }
    if (fs::is_character_file(path, none)) {
        rules.allow(path, rights);
        return;
    }
    rules.allow(folder_of(path), rights);
    if (const auto real = fs::weakly_canonical(path, none); !none) {
        rules.allow(folder_of(real), rights);
    }
}

} // namespace

std::optional<std::string> confine_changes(const file_changes& changes) {
    const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, // NOLINT(*-vararg)
                               LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        return "no Landlock: " + last_error_text();
    }
    const ruleset rules(rights_of(abi));
    rules.allow("/dev/null", writing);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        rules.allow(fmt::format("/proc/self/fd/{}", fd), writing);
    }
    for (const auto& path : changes.written) {
        allow_beside(rules, path, writing | LANDLOCK_ACCESS_FS_MAKE_REG);
    }
    for (const auto& path : changes.removed) {
        allow_beside(rules, path, LANDLOCK_ACCESS_FS_REMOVE_FILE);
    }
    return rules.enforce() ? std::nullopt : std::optional{"Landlock: " + last_error_text()};
}

} // namespace service
