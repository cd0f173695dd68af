// Changes the groups before the user: without root's rights that is not allowed.
// SPDX-License-Identifier: EUPL-1.2
#include "service/privileges.hpp"

#include "net/text/number.hpp"

#include <cerrno>
#include <cstdint>
#include <fmt/format.h>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <stdexcept>
#include <string_view>
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
        cannot_become(who.text, std::generic_category().message(errno) + " (only root can)");
    }
    if (who.user != 0 && ::setuid(0) == 0) {
        cannot_become(who.text, "it could become root again");
    }
}

} // namespace service
