// Changes the groups before the user: without root's rights that is not allowed.
// SPDX-License-Identifier: EUPL-1.2
#include "service/privileges.hpp"

#include "net/text/number.hpp"
#include "service/read_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <grp.h>
#include <iterator>
#include <linux/capability.h>
#include <optional>
#include <pwd.h>
#include <stdexcept>
#include <string_view>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace service {

namespace {

/// Calls one of getpwnam_r(3) and its sisters with as much room as the entry needs. True where
/// there is an entry, which refers to `text`. Throws std::system_error where nobody can say.
template <class Entry, class LookUp>
bool found(const LookUp& look_up, Entry& entry, std::vector<char>& text) {
    constexpr std::size_t most = std::size_t{1} << 24;
    text.resize(std::size_t{1} << 12);
    for (;;) {
        Entry* there = nullptr;
        const int error = look_up(&entry, text.data(), text.size(), &there);
        if (error == ERANGE && text.size() < most) {
            text.resize(text.size() * 4);
            continue;
        }
        if (error == EIO || error == EMFILE || error == ENFILE || error == ENOMEM ||
            error == ERANGE) {
            throw std::system_error(error, std::generic_category());
        }
        return there != nullptr; // systems without a list of users report different errors
    }
}

/// A number of a user or a group; the largest stands for none in the system's calls.
std::optional<std::uint32_t> number_of(std::string_view text) {
    constexpr std::uint32_t none = 0xffff'ffff;
    const auto number = net::parse_number<std::uint32_t>(text);
    return number == none ? std::nullopt : number;
}

void find_user(const std::string& user, identity& who) {
    passwd entry{};
    std::vector<char> text;
    const auto number = number_of(user);
    const bool is_listed =
        found([&](auto... room) { return ::getpwnam_r(user.c_str(), room...); }, entry, text) ||
        (number &&
         found([&](auto... room) { return ::getpwuid_r(*number, room...); }, entry, text));
    if (is_listed) {
        who.user = entry.pw_uid;
        who.group = entry.pw_gid;
        who.name = entry.pw_name;
    } else if (number) {
        who.user = who.group = *number;
    } else {
        throw std::runtime_error("no such user");
    }
}

gid_t find_group(const std::string& group) {
    ::group entry{};
    std::vector<char> text;
    if (found([&](auto... room) { return ::getgrnam_r(group.c_str(), room...); }, entry, text)) {
        return entry.gr_gid;
    }
    const auto number = number_of(group);
    if (!number) {
        throw std::runtime_error(fmt::format("no such group: {}", group));
    }
    return *number;
}

/// The user's groups, and `own`.
std::vector<gid_t> groups_of(const std::string& name, gid_t own) {
    std::vector<gid_t> all(64);
    auto count = static_cast<int>(all.size());
    while (::getgrouplist(name.c_str(), own, all.data(), &count) < 0) {
        all.resize(static_cast<std::size_t>(count));
    }
    all.resize(static_cast<std::size_t>(count));
    return all;
}

/// Whether we are, already and for good.
bool are(const identity& who) {
    uid_t real = 0;
    uid_t effective = 0;
    uid_t saved = 0;
    (void)::getresuid(&real, &effective, &saved);
    return who.user != 0 && real == who.user && effective == who.user && saved == who.user &&
           (!who.group_named || (::getgid() == who.group && ::getegid() == who.group));
}

/// ThreadSanitizer's own, which is there from the start, does not count: then the number is 1.
std::ptrdiff_t threads() {
#ifdef __SANITIZE_THREAD__
    return 1;
#else
    const std::filesystem::directory_iterator all("/proc/self/task");
    return std::distance(begin(all), end(all));
#endif
}

[[noreturn]] void cannot_give_up(const std::string& why) {
    throw std::runtime_error("cannot give up capabilities: " + why);
}

using capability_sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

/// glibc has no wrappers for these two system calls.
long call_for_capabilities(long which, capability_sets& sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(which, &header, sets.data()); // NOLINT(*-vararg)
}

bool has_any(const capability_sets& sets) {
    return std::any_of(sets.begin(), sets.end(), [](const auto& each) {
        return (each.effective | each.permitted | each.inheritable) != 0;
    });
}

[[noreturn]] void cannot_become(const std::string& whom, const std::string& why) {
    throw std::runtime_error(fmt::format("cannot become user {}: {}", whom, why));
}

} // namespace

identity find_identity(const std::string& text) {
    identity who;
    who.text = text;
    try {
        const auto colon = text.find(':');
        find_user(text.substr(0, colon), who);
        if (colon != std::string::npos) {
            who.group = find_group(text.substr(colon + 1));
            who.group_named = true;
        }
        if (!who.name.empty()) {
            who.groups = groups_of(who.name, who.group);
        }
    } catch (const std::exception& e) {
        cannot_become(text, e.what());
    }
    return who;
}

void become(const identity& who) {
    if (are(who)) {
        return;
    }
    if (::setgroups(who.groups.size(), who.groups.data()) != 0 ||
        ::setresgid(who.group, who.group, who.group) != 0 ||
        ::setresuid(who.user, who.user, who.user) != 0) {
        cannot_become(who.text, last_error_text() + " (only root can)");
    }
    if (who.user != 0 && ::setuid(0) == 0) {
        cannot_become(who.text, "it could become root again");
    }
}

/// The bounding set can be emptied by whoever has CAP_SETPCAP only; no-new-privileges makes up for
/// it.
void give_up_capabilities() {
    if (threads() != 1) {
        cannot_give_up("there are threads already");
    }
    // NOLINTBEGIN(*-vararg): the system's
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        cannot_give_up("no-new-privileges: " + last_error_text());
    }
    for (unsigned long each = 0; ::prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each) {
        (void)::prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
    }
    (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    // NOLINTEND(*-vararg)
    capability_sets none{};
    if (call_for_capabilities(SYS_capset, none) != 0 ||
        call_for_capabilities(SYS_capget, none) != 0) {
        cannot_give_up(last_error_text());
    }
    if (has_any(none)) {
        cannot_give_up("some are left");
    }
}

} // namespace service
