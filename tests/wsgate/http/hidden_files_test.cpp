// Secrets and logs below the root: known by what they are, and their copies by their names.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/scratch_directory.hpp"
#include "wsgate/http/hidden_files.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <string>
#include <vector>

namespace hidden_files_test {

namespace {

namespace fs = std::filesystem;
using service::file_kind;
using strings = std::vector<std::string>;

class hidden : public testing::Test {
protected:
    hidden() {
        fs::create_directories(base / "web/sub");
        fs::create_directories(base / "etc");
    }

    void make(const std::string& name, const std::string& text = "text") const {
        (void)scratch.file(name, text);
    }

    void hide(const std::string& name, file_kind kind = file_kind::secret) {
        files.add({{"--option", base / name, kind}});
    }

    [[nodiscard]] bool hides(const std::string& path) const {
        const net::unique_fd root{::open((base / "web").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        const auto found = wsgate::open_below(root.get(), path);
        return found ? files.hides(*found) : throw std::runtime_error(path);
    }

    /// The names of the files that are warned of.
    [[nodiscard]] strings below(const std::string& root = "web") const {
        strings names;
        for (const auto& each : files.below(base / root)) {
            names.push_back(fs::path(each.path).lexically_relative(base));
        }
        return names;
    }

    support::scratch_directory scratch;
    fs::path base = scratch.path();
    wsgate::hidden_files files;
};

} // namespace

TEST(NameOfCopy, FollowsTheTable) {
    struct row {
        std::string name;
        std::string original;
        bool is_copy;
    };

    const std::vector<row> table{
        {"log", "log", true},
        {"log.1", "log", true},
        {"log.2.gz", "log", true},
        {"log-20261129", "log", true},
        {"log.txt", "log", true},
        {"login.html", "log", false},
        {"blog", "log", false},
        {"users~", "users", true},
        {"#users#", "users", true},
        {".users.swp", "users", true},
        {".htpasswd", ".htpasswd", true},
        {".htpasswd.swp", ".htpasswd", true},
        {"users (copy)", "users", true},
        {"users2", "users", false},
        {"self.pem", "self.pem", true},
        {"self.pem.bak", "self.pem", true},
        {"self.pem_old", "self.pem", true},
        {"self-old.pem", "self.pem", true},
        {"self.1.pem", "self.pem", true},
        {"self.html", "self.pem", false},
        {"selfish.pem", "self.pem", false},
        {"other.pem", "self.pem", false},
        {"index.html", "", false},
    };
    for (const auto& [name, original, is_copy] : table) {
        EXPECT_EQ(wsgate::is_name_of_copy(name, original), is_copy) << name << " of " << original;
    }
}

TEST_F(hidden, AreKnownByWhateverName) {
    make("web/key");
    make("web/page");
    hide("web/key");
    fs::create_symlink("key", base / "web/link");
    fs::create_hard_link(base / "web/key", base / "web/hard");
    EXPECT_TRUE(hides("key"));
    EXPECT_TRUE(hides("link"));
    EXPECT_TRUE(hides("hard"));
    EXPECT_FALSE(hides("page"));
}

TEST_F(hidden, AreKnownWhereTheyAreOutsideAsWell) {
    make("etc/key");
    hide("etc/key");
    fs::create_hard_link(base / "etc/key", base / "web/hard");
    EXPECT_TRUE(hides("hard"));
    make("web/key.bak");
    EXPECT_FALSE(hides("key.bak")) << "of another directory";
    EXPECT_EQ(below(), strings{});
}

TEST_F(hidden, StaySoWhenTheyAreReplaced) {
    make("web/log");
    hide("web/log");
    fs::rename(base / "web/log", base / "web/log.1");
    EXPECT_TRUE(hides("log.1"));
    make("web/log");
    EXPECT_TRUE(hides("log"));
    hide("web/other"); // which is not there yet
    make("web/other");
    EXPECT_TRUE(hides("other"));
    EXPECT_TRUE(hides("log"));
}

TEST_F(hidden, AreKnownBehindLinksOfTheirOwn) {
    make("web/sub/real.pem");
    fs::create_symlink("../web/sub/real.pem", base / "etc/key.pem");
    hide("etc/key.pem");
    EXPECT_TRUE(hides("sub/real.pem"));
    make("web/sub/real.pem.bak");
    EXPECT_TRUE(hides("sub/real.pem.bak"));
    EXPECT_EQ(below(), strings{"web/sub/real.pem"});
}

TEST_F(hidden, AreAllFilesOfADirectoryOfTokens) {
    fs::create_directories(base / "web/tokens/sub");
    make("web/tokens/a");
    make("web/tokens/sub/page");
    make("web/sub/target");
    make("web/sub/page");
    fs::create_symlink("../sub/target", base / "web/tokens/b");
    fs::create_hard_link(base / "web/tokens/a", base / "web/hard");
    hide("web/tokens");
    make("web/tokens/later");
    for (const auto* const name : {"tokens/a", "tokens/b", "tokens/later", "hard", "sub/target"}) {
        EXPECT_TRUE(hides(name)) << name;
    }
    EXPECT_FALSE(hides("sub/page"));
    EXPECT_FALSE(hides("tokens/sub/page"));
}

TEST_F(hidden, CertificatesAreNotUnlessTheyHoldAKey) {
    const std::string certificate = "-----BEGIN CERTIFICATE-----\nMII\n";
    const std::string key = "-----BEGIN EC PRIVATE KEY-----\nMII\n";
    make("web/ca.pem", certificate);
    make("web/self.pem", certificate + key);
    hide("web/ca.pem", file_kind::certificate);
    hide("web/self.pem", file_kind::certificate);
    EXPECT_FALSE(hides("ca.pem"));
    EXPECT_TRUE(hides("self.pem"));
    EXPECT_EQ(below(), strings{"web/self.pem"});
    make("web/ca.pem", key);
    EXPECT_TRUE(hides("ca.pem")) << "now it holds one";
    make("web/self.pem.gz", "compressed");
    EXPECT_TRUE(hides("self.pem.gz"));
    make("web/page", "page");
    hide("web/page", file_kind::shared);
    EXPECT_FALSE(hides("page"));
}

TEST_F(hidden, AreToldOnceEachWhereTheyAreBelowTheRoot) {
    make("web/sub/key");
    make("etc/users");
    hide("web/sub/key");
    hide("web/sub/../sub/key");
    hide("etc/users");
    hide("web/log"); // which is not there yet
    EXPECT_EQ(below(), (strings{"web/sub/key", "web/log"}));
    fs::create_directory_symlink("web", base / "alias");
    EXPECT_EQ(below("alias"), (strings{"web/sub/key", "web/log"}));
    fs::create_directories(base / "web/tokens");
    hide("web/tokens");
    EXPECT_EQ(below("web/tokens"), strings{"web/tokens"}) << "it is the root";
    EXPECT_EQ(below("none"), strings{});
}

} // namespace hidden_files_test
