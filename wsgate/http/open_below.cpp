// Walks one name at a time, with a stack of the directories between the root and here.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/open_below.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

namespace wsgate {

namespace {

constexpr int most_links = 40; // as in the kernel (path_resolution(7))
constexpr std::size_t longest_link = 4096;
constexpr int place_flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
constexpr int read_flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

net::unique_fd open_at(int directory, const char* name, int flags) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the system call's own signature
    return net::unique_fd{::openat(directory, name, flags)};
}

std::optional<struct stat> about(int fd) {
    struct stat found {};

    return fd >= 0 && ::fstat(fd, &found) == 0 ? std::optional{found} : std::nullopt;
}

std::optional<file_identity> identity(int fd) {
    const auto is = about(fd);
    return is ? std::optional{identity_of(*is)} : std::nullopt;
}

class walk {
public:
    using result = boost::system::result<found_below, absence>;

    walk(int root, std::string_view path) : root_(root) { put_in_front(path); }

    result run() {
        std::optional<result> end;
        while (!end) {
            if (rest_.empty()) {
                return end_at_directory();
            }
            auto name = std::move(rest_.back());
            rest_.pop_back();
            if (name == "..") {
                end = go_up();
            } else if (name != ".") {
                end = look_up(name);
            }
        }
        return std::move(*end);
    }

private:
    // Each step returns what the walk ends with, or nothing where it goes on.
    using step = std::optional<result>;

    [[nodiscard]] int here() const {
        if (!is_inside_) {
            return outside_.get();
        }
        return inside_.empty() ? root_ : inside_.back().get();
    }

    /// The names of the path come before those that are left. A slash at its end demands a
    /// directory, as "." does.
    void put_in_front(std::string_view path) {
        std::vector<std::string> names;
        while (!path.empty()) {
            const auto slash = std::min(path.find('/'), path.size());
            if (slash > 0) {
                names.emplace_back(path.substr(0, slash));
            }
            path.remove_prefix(slash);
            if (path == "/") {
                names.emplace_back(".");
            }
            path.remove_prefix(std::min<std::size_t>(path.size(), 1));
        }
        std::move(names.rbegin(), names.rend(), std::back_inserter(rest_));
    }

    void enter(net::unique_fd directory) {
        if (is_inside_) {
            inside_.push_back(std::move(directory));
            return;
        }
        const auto id = identity(directory.get());
        is_inside_ = id && id == identity(root_); // by whatever name we came
        outside_ = std::move(directory);
    }

    step leave_to(net::unique_fd directory) {
        is_inside_ = false;
        inside_.clear();
        if (!directory) {
            return failed(errno);
        }
        enter(std::move(directory));
        return std::nullopt;
    }

    /// Only from the root, or outside of it, is the kernel asked what lies above.
    step go_up() {
        if (is_inside_ && !inside_.empty()) {
            inside_.pop_back();
            return std::nullopt;
        }
        return leave_to(open_at(here(), "..", place_flags | O_DIRECTORY));
    }

    step look_up(const std::string& name) {
        int why_unread = 0;
        if (is_inside_ && rest_.empty()) { // most names are what they seem
            auto fd = open_at(here(), name.c_str(), read_flags);
            why_unread = fd ? 0 : errno;
            if (const auto is = about(fd.get()); is && S_ISREG(is->st_mode)) {
                return end_at_file(std::move(fd), *is, name);
            }
        } else if (auto fd = open_at(here(), name.c_str(), place_flags | O_DIRECTORY)) {
            enter(std::move(fd));
            return std::nullopt;
        }
        return why_unread == ENOENT ? failed(ENOENT) : look_closer(name, why_unread);
    }

    /// Finds out what has the name, without opening it to be read, which is not possible, or not
    /// right yet.
    step look_closer(const std::string& name, int why_unread) {
        auto fd = open_at(here(), name.c_str(), place_flags);
        const auto is = about(fd.get());
        if (!is) {
            return failed(errno);
        }
        if (S_ISDIR(is->st_mode)) {
            enter(std::move(fd));
            return std::nullopt;
        }
        if (S_ISLNK(is->st_mode)) {
            note(name);
            return follow(fd);
        }
        if (!is_inside_) {
            return leads_out();
        }
        if (!rest_.empty()) {
            return failed(ENOTDIR);
        }
        if (!S_ISREG(is->st_mode)) {
            return absence{"it is no regular file", "sockets and devices are not served"};
        }
        // It was something else when we tried to read it: the name is looked up again.
        const bool has_changed = why_unread == 0 || why_unread == ELOOP;
        if (!has_changed || ++steps_ > most_links) {
            return failed(has_changed ? ELOOP : why_unread);
        }
        rest_.push_back(name);
        return std::nullopt;
    }

    step follow(const net::unique_fd& link) {
        std::array<char, longest_link> text{};
        const auto size = ::readlinkat(link.get(), "", text.data(), text.size());
        if (size <= 0) {
            return failed(size == 0 ? ENOENT : errno);
        }
        if (++steps_ > most_links) {
            return failed(ELOOP);
        }
        const std::string_view target{text.data(), static_cast<std::size_t>(size)};
        put_in_front(target);
        return target.front() == '/' ? leave_to(open_at(AT_FDCWD, "/", place_flags | O_DIRECTORY))
                                     : std::nullopt;
    }

    void note(const std::string& name) {
        names_.push_back({identity(here()).value_or(file_identity{}), name});
    }

    result end_at_file(net::unique_fd fd, const struct stat& is, const std::string& name) {
        note(name);
        found_below found;
        found.fd = std::move(fd);
        found.about = is;
        found.names = std::move(names_);
        return found;
    }

    result end_at_directory() {
        if (!is_inside_) {
            return leads_out();
        }
        found_below found;
        found.fd = inside_.empty() ? open_at(root_, ".", place_flags | O_DIRECTORY)
                                   : std::move(inside_.back());
        const auto is = about(found.fd.get());
        if (!is) {
            return failed(errno);
        }
        found.about = *is;
        found.names = std::move(names_);
        return found;
    }

    static result leads_out() {
        return absence{"a link leads out of --web",
                       "copy what it leads to, or let it lead to a place below --web"};
    }

    /// What is missing outside is not told apart from what is there.
    [[nodiscard]] result failed(int error) const {
        switch (error) {
        case EACCES:
        case EPERM:
            return absence{"permission denied",
                           "the user that wsgate runs as (--user) must be allowed to read it"};
        case ELOOP:
            return absence{"too many links", "they lead in a circle"};
        case EMFILE:
        case ENFILE:
            return absence{"too many open files", "allow more of them (LimitNOFILE=)"};
        case ENOENT:
        case ENOTDIR:
        case ENAMETOOLONG:
            return is_inside_ ? result(missing_file) : leads_out();
        default:
            return absence{"it cannot be opened", "see whether the file system is in order"};
        }
    }

    int root_;
    bool is_inside_ = true;
    std::vector<net::unique_fd> inside_; ///< the directories from the root, without it, to here
    net::unique_fd outside_;             ///< where we are unless we are inside
    std::vector<std::string> rest_;      ///< the next name is the last
    std::vector<name_on_the_way> names_;
    int steps_ = 0; ///< links that were followed, and names that changed under us
};

} // namespace

boost::system::result<found_below, absence> open_below(int root, std::string_view path) {
    return walk(root, path).run();
}

} // namespace wsgate
