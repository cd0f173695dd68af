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

std::optional<struct stat> about(const net::unique_fd& fd) {
    struct stat found {};

    return fd && ::fstat(fd.get(), &found) == 0 ? std::optional{found} : std::nullopt;
}

struct place {
    net::unique_fd fd;
    file_identity id;
};

class walk {
public:
    using result = boost::system::result<found_below, absence>;

    walk(int root, std::string_view path) {
        put_in_front(path);
        if (auto fd = open_at(root, ".", place_flags | O_DIRECTORY); const auto is = about(fd)) {
            root_id_ = identity_of(*is);
            inside_.push_back({std::move(fd), root_id_});
        }
    }

    result run() {
        while (!inside_.empty() || outside_.fd) {
            if (rest_.empty()) {
                return end_at_directory();
            }
            auto name = std::move(rest_.back());
            rest_.pop_back();
            if (name == "..") {
                go_up();
            } else if (name != ".") {
                if (auto end = look_up(std::move(name))) {
                    return std::move(*end);
                }
            }
        }
        return failed(errno);
    }

private:
    [[nodiscard]] const place& here() const { return inside_.empty() ? outside_ : inside_.back(); }

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

    void enter(net::unique_fd fd, file_identity id) {
        if (id == root_id_) { // by whatever name we came
            inside_.clear();
        }
        if (id == root_id_ || !inside_.empty()) {
            inside_.push_back({std::move(fd), id});
        } else {
            outside_ = {std::move(fd), id};
        }
    }

    void leave_to(net::unique_fd fd) {
        inside_.clear();
        outside_ = {};
        if (const auto is = about(fd)) {
            enter(std::move(fd), identity_of(*is));
        }
    }

    /// Only from the root, or outside of it, is the kernel asked what lies above.
    void go_up() {
        if (inside_.size() > 1) {
            inside_.pop_back();
        } else {
            leave_to(open_at(here().fd.get(), "..", place_flags | O_DIRECTORY));
        }
    }

    /// What the walk ends with; nothing where it goes on.
    std::optional<result> look_up(std::string name) {
        auto fd = open_at(here().fd.get(), name.c_str(), place_flags);
        const auto is = about(fd);
        if (!is) {
            return failed(errno);
        }
        if (S_ISDIR(is->st_mode)) {
            enter(std::move(fd), identity_of(*is));
            return std::nullopt;
        }
        names_.push_back({here().id, name});
        if (S_ISLNK(is->st_mode)) {
            return follow(fd);
        }
        if (inside_.empty()) {
            return leads_out();
        }
        if (!rest_.empty()) {
            return failed(ENOTDIR);
        }
        return S_ISREG(is->st_mode)
                   ? end_at_file(std::move(name))
                   : result(absence{"it is no regular file", "sockets and devices are not served"});
    }

    std::optional<result> follow(const net::unique_fd& link) {
        std::array<char, longest_link> text{};
        const auto size = ::readlinkat(link.get(), "", text.data(), text.size());
        if (size <= 0) {
            return failed(size == 0 ? ENOENT : errno);
        }
        if (++steps_ > most_links) {
            return failed(ELOOP);
        }
        const std::string_view target{text.data(), static_cast<std::size_t>(size)};
        if (target.front() == '/') {
            leave_to(open_at(AT_FDCWD, "/", place_flags | O_DIRECTORY));
        }
        put_in_front(target);
        return std::nullopt;
    }

    /// Opens the file to be read. Something else may have taken its name since it was looked at;
    /// then the name is looked up again.
    std::optional<result> end_at_file(std::string name) {
        found_below found;
        found.fd = open_at(here().fd.get(), name.c_str(), read_flags);
        const auto is = about(found.fd);
        if (is && S_ISREG(is->st_mode)) {
            found.about = *is;
            found.names = std::move(names_);
            return result(std::move(found));
        }
        if ((is || errno == ELOOP) && ++steps_ <= most_links) {
            rest_.push_back(std::move(name));
            return std::nullopt;
        }
        return failed(errno);
    }

    result end_at_directory() {
        if (inside_.empty()) {
            return leads_out();
        }
        found_below found;
        found.fd = std::move(inside_.back().fd);
        if (const auto is = about(found.fd)) {
            found.about = *is;
        }
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
            return inside_.empty() ? leads_out() : result(missing_file);
        default:
            return absence{"it cannot be opened", "see whether the file system is in order"};
        }
    }

    file_identity root_id_;
    std::vector<place> inside_; ///< from the root to here; empty: we are outside
    place outside_;
    std::vector<std::string> rest_; ///< the next name is the last
    std::vector<name_on_the_way> names_;
    int steps_ = 0; ///< links that were followed, and names that changed under us
};

} // namespace

boost::system::result<found_below, absence> open_below(int root, std::string_view path) {
    return walk(root, path).run();
}

} // namespace wsgate
