// Changes the groups before the user: without root's rights that is not allowed.
// SPDX-License-Identifier: EUPL-1.2
#include "service/privileges.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace service {

namespace {

[[noreturn]] void cannot_become(const std::string& name, const std::string& why) {
    throw std::runtime_error(fmt::format("cannot become user {}: {}", name, why));
}

} // namespace

void become_user(const std::string& name) {
    constexpr std::size_t room = 16384;
    std::array<char, room> text{};
    passwd entry{};
    passwd* found = nullptr;
    const auto error = ::getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
    if (found == nullptr) {
        cannot_become(name, error == 0 ? "no such user" : std::generic_category().message(error));
    }
    if (::getuid() == found->pw_uid && ::geteuid() == found->pw_uid && found->pw_uid != 0) {
        return; // we are that user already
    }
    if (::initgroups(name.c_str(), found->pw_gid) != 0 || ::setgid(found->pw_gid) != 0 ||
        ::setuid(found->pw_uid) != 0) {
        cannot_become(name, std::generic_category().message(errno) + " (only root can)");
    }
    if (found->pw_uid != 0 && ::setuid(0) == 0) {
        cannot_become(name, "it could become root again");
    }
}

} // namespace service
