// A filter by libseccomp, which knows the numbers of the calls on each machine.
// SPDX-License-Identifier: EUPL-1.2
#include "service/seccomp.hpp"

#include "net/uninterrupted.hpp"
#include "net/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace service {

namespace {

/// A daemon that has started makes none of these.
constexpr std::array deadly{
    // Programs, other processes, and what is in them.
    "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev",
    "process_madvise", "pidfd_getfd", "kcmp", "userfaultfd", "personality",
    // Files by handles, mounts and namespaces.
    "open_by_handle_at", "name_to_handle_at", "mount", "umount", "umount2", "pivot_root", "chroot",
    "fsopen", "fsconfig", "fsmount", "fspick", "move_mount", "open_tree", "mount_setattr",
    "unshare", "setns", "swapon", "swapoff", "quotactl", "quotactl_fd", "acct", "fanotify_init",
    // The kernel, its code and its keys; io_uring goes past filters.
    "bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "kexec_load",
    "kexec_file_load", "init_module", "finit_module", "delete_module", "syslog", "add_key",
    "request_key", "keyctl", "lookup_dcookie", "vmsplice", "modify_ldt",
    // The machine.
    "reboot", "settimeofday", "stime", "clock_settime", "clock_settime64", "clock_adjtime",
    "clock_adjtime64", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm", "vhangup",
    "nfsservctl"};

/// These are refused as if the file system did. Landlock does not know them.
constexpr std::array refused{
    "chmod",     "fchmod",      "fchmodat",     "chown",        "fchown",   "lchown",
    "fchownat",  "chown32",     "fchown32",     "lchown32",     "setxattr", "lsetxattr",
    "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "truncate", "truncate64"};

constexpr std::array families{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

/// Throws std::system_error.
void check(int result) {
    if (result < 0) {
        throw std::system_error(-result, std::generic_category());
    }
}

/// Conditions on the call's arguments; it is for all calls of the name without any.
template <class... Condition>
void add(scmp_filter_ctx filter, std::uint32_t action, const char* name, Condition... conditions) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) {
        return; // newer than this libseccomp
    }
    const std::array<scmp_arg_cmp, sizeof...(conditions)> all{conditions...};
    check(::seccomp_rule_add_array(filter, action, number, all.size(), all.data()));
}

scmp_arg_cmp first_argument(scmp_compare how, scmp_datum_t a, scmp_datum_t b = 0) {
    return {0, how, a, b};
}

/// Threads are processes to the system. Of clone3(2) a filter cannot see the flags: without it
/// glibc uses clone(2).
void add_new_processes(scmp_filter_ctx filter) {
    add(filter, SCMP_ACT_KILL_PROCESS, "clone",
        first_argument(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    add(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3");
}

void add_sockets(scmp_filter_ctx filter) {
    constexpr auto no = SCMP_ACT_ERRNO(EAFNOSUPPORT);
    constexpr scmp_datum_t last = AF_NETLINK;
    for (scmp_datum_t family = 0; family <= last; ++family) {
        if (std::find(families.begin(), families.end(), static_cast<int>(family)) ==
            families.end()) {
            add(filter, no, "socket", first_argument(SCMP_CMP_EQ, family));
        }
    }
    add(filter, no, "socket", first_argument(SCMP_CMP_GT, last));
}

/// Keys that are typed into our terminal for whoever reads it next.
void add_terminals(scmp_filter_ctx filter) {
    add(filter, SCMP_ACT_ERRNO(EPERM), "ioctl", scmp_arg_cmp{1, SCMP_CMP_EQ, TIOCSTI, 0});
}

/// Writes the filter as the kernel takes it.
void write_filter(int to_fd) {
    const std::unique_ptr<void, decltype(&::seccomp_release)> filter(::seccomp_init(SCMP_ACT_ALLOW),
                                                                     ::seccomp_release);
    if (!filter) {
        throw std::system_error(ENOMEM, std::generic_category());
    }
    auto* const to = filter.get();
    check(::seccomp_attr_set(to, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    // A tree in the place of a list. Calls that are always allowed the kernel remembers.
    check(::seccomp_attr_set(to, SCMP_FLTATR_CTL_OPTIMIZE, 2));
    for (const auto* const name : deadly) {
        add(to, SCMP_ACT_KILL_PROCESS, name);
    }
    for (const auto* const name : refused) {
        add(to, SCMP_ACT_ERRNO(EPERM), name);
    }
    add_new_processes(to);
    add_sockets(to);
    add_terminals(to);
    check(::seccomp_export_bpf(to, to_fd));
}

using instructions = std::vector<sock_filter>;

/// What comes by a pipe, up to its end.
instructions read_filter(int from) {
    instructions all;
    std::array<sock_filter, 64> some{};
    for (;;) {
        const auto got = net::uninterrupted([&] { return ::read(from, some.data(), sizeof some); });
        if (got <= 0) {
            return all;
        }
        all.insert(all.end(), some.begin(),
                   some.begin() + got / static_cast<std::ptrdiff_t>(sizeof(sock_filter)));
    }
}

/// Without memory libseccomp may go on for ever as well.
void end_in_time() {
    constexpr unsigned seconds = 2;
    (void)std::signal(SIGALRM, SIG_DFL);
    (void)::alarm(seconds);
}

/// Made in a process of its own. Empty where that did not end well.
instructions make_filter() {
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : -errno);
    const net::unique_fd ours{ends[0]};
    net::unique_fd theirs{ends[1]};
    const pid_t maker = ::fork();
    check(maker < 0 ? -errno : 0);
    if (maker == 0) {
        end_in_time();
        try {
            write_filter(theirs.get());
            std::_Exit(EXIT_SUCCESS);
        } catch (const std::system_error&) {
            std::_Exit(EXIT_FAILURE);
        }
    }
    theirs = net::unique_fd{};
    auto made = read_filter(ours.get());
    int status = 0;
    (void)net::uninterrupted([&] { return ::waitpid(maker, &status, 0); });
    return status == 0 ? made : instructions{};
}

/// Where libseccomp gets no memory it crashes, hangs, or makes another filter and says nothing. So
/// a filter counts that was made twice.
instructions make_filter_surely() {
    constexpr int attempts = 5;
    auto before = make_filter();
    for (int i = 1; i < attempts; ++i) {
        auto again = make_filter();
        const auto is_same = [](const sock_filter& a, const sock_filter& b) {
            return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
        };
        if (!again.empty() && std::ranges::equal(before, again, is_same)) {
            return again;
        }
        before = std::move(again);
    }
    throw std::system_error(ENOMEM, std::generic_category());
}

/// Of all threads that there are.
void load() {
    auto filter = make_filter_surely();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    check(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0
              ? 0
              : -errno);
}

} // namespace

std::optional<std::string> forbid_system_calls() {
    try {
        load();
        return std::nullopt;
    } catch (const std::system_error& e) {
        return "no seccomp filter: " + e.code().message();
    }
}

} // namespace service
