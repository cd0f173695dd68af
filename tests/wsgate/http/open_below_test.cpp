// Links of all kinds: those that stay below the root are followed, and no other.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/scratch_directory.hpp"
#include "wsgate/http/open_below.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace open_below_test {

namespace {

namespace fs = std::filesystem;

class below : public testing::Test {
protected:
    below() {
        make("outside/secret");
        make("web/page");
        make("web/app/page");
        make("web/.dot/page");
        fs::create_directories(base / "way");
        root = net::unique_fd{::open((base / "web").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    }

    /// A file whose text is its name.
    void make(const std::string& name) const {
        fs::create_directories((base / name).parent_path());
        (void)scratch.file(name, name);
    }

    void link(const std::string& name, const fs::path& target) const {
        fs::create_directories((base / name).parent_path());
        fs::create_symlink(target, base / name);
    }

    /// The text of the file, "directory", or why there is none.
    [[nodiscard]] std::string get(const std::string& path) const {
        const auto found = wsgate::open_below(root.get(), path);
        if (!found) {
            return std::string{found.error().why};
        }
        if (S_ISDIR(found->about.st_mode)) {
            return "directory";
        }
        std::array<char, 100> text{};
        const auto size = ::read(found->fd.get(), text.data(), text.size());
        return {text.data(), static_cast<std::size_t>(size)};
    }

    support::scratch_directory scratch;
    fs::path base = scratch.path();
    net::unique_fd root;
};

constexpr auto out = "a link leads out of --web";
constexpr auto none = "no such file";

} // namespace

TEST_F(below, FollowsLinksThatEndBelowTheRoot) {
    link("alias", "web");
    const std::vector<std::pair<fs::path, std::string>> table{
        {"page", "web/page"},
        {"./app/../page", "web/page"},
        {"app//page", "web/app/page"},
        {".dot/page", "web/.dot/page"},
        {base / "web/app/page", "web/app/page"},
        {base / "alias/app/page", "web/app/page"}, // the root by another name
        {base / "way/../web/page", "web/page"},
        {"../web/page", "web/page"},
        {"../../../../../../../../.." / base.relative_path() / "web/page", "web/page"},
        {"app", "directory"},
        {base / "web", "directory"},
        {base / "web/", "directory"},
        {"..", out},
        {"../outside/secret", out},
        {base / "outside/secret", out},
        {base / "outside", out},
        {base / "none", out}, // whether it is there is not told
        {base / "webpage", out},
        {"app/../../outside/secret", out},
        {"/", out},
        {"/etc/hostname", out},
        {"/proc/self/root", out},
        {"none", none},
        {"page/", none},
        {"page/..", none},
        {base / "web/none", none},
    };
    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto name = "link" + std::to_string(i);
        link("web/" + name, table[i].first);
        EXPECT_EQ(get(name), table[i].second) << table[i].first;
        link("web/deep/er/" + name, "../../" + name); // a link to a link
        EXPECT_EQ(get("deep/er/" + name), table[i].second) << table[i].first;
    }
}

TEST_F(below, FollowsLinksToDirectoriesOnTheWay) {
    link("web/inner", base / "web/app");
    link("web/outer", "../outside");
    link("web/again", ".");
    EXPECT_EQ(get("inner/page"), "web/app/page");
    EXPECT_EQ(get("inner/"), "directory");
    EXPECT_EQ(get("outer/secret"), out);
    EXPECT_EQ(get("outer/../web/page"), "web/page");
    EXPECT_EQ(get("again/again/app/page"), "web/app/page");
}

TEST_F(below, IsNotLedOutByTheRequestItself) {
    EXPECT_EQ(get(".."), out);
    EXPECT_EQ(get("../outside/secret"), out);
    EXPECT_EQ(get("app/../../outside/secret"), out);
    EXPECT_EQ(get("/etc/hostname"), none); // the slash in front counts for nothing
    EXPECT_EQ(get(""), "directory");
    EXPECT_EQ(get("app/.."), "directory");
}

TEST_F(below, EndsWhereLinksDoNot) {
    link("web/loop", "loop");
    link("web/ping", "pong");
    link("web/pong", "ping");
    link("web/self", ".");
    EXPECT_EQ(get("loop"), "too many links");
    EXPECT_EQ(get("ping"), "too many links");
    std::string path;
    for (int i = 0; i < 40; ++i) {
        path += "self/";
    }
    EXPECT_EQ(get(path + "page"), "web/page");
    EXPECT_EQ(get("self/" + path + "page"), "too many links");
}

TEST_F(below, OpensFilesAndDirectoriesOnly) {
    ASSERT_EQ(::mkfifo((base / "web/fifo").c_str(), 0600), 0);
    link("web/null", "/dev/null");
    EXPECT_EQ(get("fifo"), "it is no regular file");
    EXPECT_EQ(get("null"), out);
}

TEST_F(below, NamesTheLinksOnTheWay) {
    link("web/first", "app/second");
    link("web/app/second", "page");
    const auto found = wsgate::open_below(root.get(), "first");
    ASSERT_TRUE(found);
    std::vector<std::string> names;
    for (const auto& each : found->names) {
        names.push_back(each.name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"first", "second", "page"}));
    EXPECT_FALSE(found->names[0].directory == found->names[1].directory);
    EXPECT_EQ(found->names[1].directory, found->names[2].directory);
}

/// Somebody moves a directory of the root out of it and back, and makes links of files and files of
/// links, all the time.
TEST_F(below, IsNotLedOutByWhatChangesMeanwhile) {
    link("web/app/up", "../../outside/secret");
    make("web/app/deep/page");
    link("web/app/deep/up", "../../page");
    std::atomic<bool> ends = false;
    std::thread mover([&] {
        std::error_code ec;
        while (!ends) {
            fs::rename(base / "web/app/deep", base / "outside/deep", ec);
            fs::rename(base / "outside/deep", base / "web/app/deep", ec);
            fs::create_symlink("../../outside/secret", base / "web/app/next", ec);
            fs::rename(base / "web/app/next", base / "web/app/page", ec);
            make("web/app/next");
            fs::rename(base / "web/app/next", base / "web/app/page", ec);
        }
    });
    for (int i = 0; i < 3000; ++i) {
        const auto deep = get("app/deep/up"); // `..` of what was moved out would be outside
        EXPECT_TRUE(deep == "web/page" || deep == none) << deep;
        const auto page = get("app/page");
        EXPECT_TRUE(page == "web/app/next" || page == "web/app/page" || page == out || page.empty())
            << page;
    }
    ends = true;
    mover.join();
}

} // namespace open_below_test
