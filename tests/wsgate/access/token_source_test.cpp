// Tokens in files and directories, as they change; signed ones; what may be reached.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/token_source.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace token_source_test {

namespace {

using namespace std::chrono_literals;
using wsgate::target;
using wsgate::token_options;
using wsgate::token_source;
using kind = token_options::kind;

class tokens : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "wsgate-tokens-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        options.path = write("tokens", "a: host:1\n");
        options.what = kind::file;
        options.look_again = 0ms;
    }

    void TearDown() override { std::filesystem::remove_all(directory_); }

    /// Replaces a file as careful programs do: under its name there is always a whole one.
    std::string write(const std::string& name, const std::string& text, mode_t mode = 0640) {
        const auto path = directory_ / name;
        const auto fresh = directory_ / ".new";
        std::ofstream(fresh) << text;
        ::chmod(fresh.c_str(), mode);
        std::filesystem::rename(fresh, path);
        return path.string();
    }

    token_source make() {
        return token_source(options,
                            [this](std::string_view text) { complaints.emplace_back(text); });
    }

    static std::string find(token_source& s, std::string_view token, std::uint64_t now = 0) {
        const auto got = s.find(token, now);
        const auto* to = std::get_if<target>(&got);
        return to != nullptr ? to_string(*to) : std::string{std::get<std::string_view>(got)};
    }

    token_options options;
    std::vector<std::string> complaints;
    std::filesystem::path directory_;
};

const auto unknown = "unknown token";

} // namespace

TEST_F(tokens, ComeFromAFileThatChanges) {
    auto s = make();
    EXPECT_EQ(find(s, "a"), "host:1");
    EXPECT_EQ(find(s, "b"), unknown);
    write("tokens", "b: host:2\n");
    EXPECT_EQ(find(s, "a"), unknown);
    EXPECT_EQ(find(s, "b"), "host:2");
    std::filesystem::remove(directory_ / "tokens");
    EXPECT_EQ(find(s, "b"), unknown) << "a file that is gone takes its tokens along";
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_NE(complaints[0].find("/tokens: is no file any more"), std::string::npos);
    write("tokens", "c: host:3\n");
    EXPECT_EQ(find(s, "c"), "host:3");
}

TEST_F(tokens, AreReadOnceWhereThatIsAsked) {
    options.what = kind::read_once;
    auto s = make();
    write("tokens", "b: host:2\n");
    EXPECT_EQ(find(s, "a"), "host:1");
    EXPECT_EQ(find(s, "b"), unknown);
}

TEST_F(tokens, AreNotLookedForTooOften) {
    options.look_again = 1h;
    auto s = make();
    write("tokens", "b: host:2\n");
    EXPECT_EQ(find(s, "a"), "host:1");
}

TEST_F(tokens, ComeFromAllFilesOfADirectory) {
    std::filesystem::create_directory(directory_ / "below");
    write("other", "b: host:2\nwrong line: with a secret\n");
    options.path = directory_.string();
    auto s = make();
    EXPECT_EQ(find(s, "a"), "host:1");
    EXPECT_EQ(find(s, "b"), "host:2");
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_NE(complaints[0].find("/other:2: skipped: the target is neither"), std::string::npos);
    EXPECT_EQ(complaints[0].find("secret"), std::string::npos);
    write("third", "c: host:3\n");
    EXPECT_EQ(find(s, "c"), "host:3");
    std::filesystem::remove(directory_ / "other");
    EXPECT_EQ(find(s, "b"), unknown);
}

TEST_F(tokens, OfADirectoryMissWhatCannotBeRead) {
    write("large", std::string(std::size_t{17} << 20U, '#'));
    options.path = directory_.string();
    auto s = make();
    EXPECT_EQ(find(s, "a"), "host:1");
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_NE(complaints[0].find("skipped: "), std::string::npos) << complaints[0];
}

TEST_F(tokens, AreNamesOfFiles) {
    write("one", " host:1 \n");
    write("two", "unix_socket:/run/two");
    write("three", "\xef\xbb\xbfhost:3\r\n");
    write("bad", "nonsense");
    write("...", "host:9");
    write("large", "host:1" + std::string(5000, ' '));
    std::filesystem::create_directory(directory_ / "below");
    ASSERT_EQ(::mkfifo((directory_ / "fifo").c_str(), 0600), 0);
    options.what = kind::file_name;
    options.path = directory_.string();
    auto s = make();
    EXPECT_EQ(find(s, "one"), "host:1");
    EXPECT_EQ(find(s, "two"), "unix:/run/two");
    EXPECT_EQ(find(s, "three"), "host:3");
    for (const std::string_view token :
         {std::string_view{"bad"}, std::string_view{"..."}, std::string_view{"large"},
          std::string_view{"below"}, std::string_view{"fifo"}, std::string_view{"."},
          std::string_view{".."}, std::string_view{""}, std::string_view{"none"},
          std::string_view{"below/../one"}, std::string_view{"./one"},
          std::string_view{"one\0x", 5}}) {
        EXPECT_EQ(find(s, token), unknown) << token;
    }
    EXPECT_EQ(find(s, std::string(300, 'x')), unknown);
}

TEST_F(tokens, MayBeSigned) {
    const std::string key = "0123456789abcdef0123456789abcdef";
    options.keys = {write("old", "another key of 24 bytes."),
                    write("new", "\xef\xbb\xbf" + key + "\r\n")};
    auto s = make();
    const auto token = wsgate::sign_token(key, {"host", 7, false}, 1000);
    EXPECT_EQ(find(s, token, 999), "host:7");
    EXPECT_EQ(find(s, token, 1000), "expired");
    EXPECT_EQ(find(s, token + "x", 999), "wrong signature");
    EXPECT_EQ(find(s, "a", 999), "host:1") << "a file beside";
    options.what = kind::none;
    auto only = make();
    EXPECT_EQ(find(only, token, 999), "host:7");
    EXPECT_EQ(find(only, "a", 999), "not a signed token");
}

TEST_F(tokens, LeadOnlyWhereTheyMay) {
    write("tokens", "a: 10.1.2.3:5900\nb: 10.1.2.3:22\nc: host:5900\nd: unix:/run/d\n");
    options.allow = *wsgate::parse_target_rules("10.0.0.0/8:5900-5999");
    auto s = make();
    const auto refused = "target not in --allow-target";
    EXPECT_EQ(find(s, "a"), "10.1.2.3:5900");
    EXPECT_EQ(find(s, "b"), refused);
    EXPECT_EQ(find(s, "c"), refused);
    EXPECT_EQ(find(s, "d"), refused);
}

TEST_F(tokens, AreRefusedAtStartWhereNothingCanBeRead) {
    options.path = (directory_ / "none").string();
    EXPECT_THROW(make(), std::runtime_error);
    options.what = kind::file_name;
    EXPECT_THROW(make(), std::runtime_error);
    options.what = kind::none;
    options.keys = {(directory_ / "none").string()};
    EXPECT_THROW(make(), std::runtime_error);
    options.keys = {write("short", "0123456789abcde\n")};
    EXPECT_THROW(make(), std::runtime_error);
    options.keys = {write("open", "0123456789abcdef\n", 0644)};
    EXPECT_THROW(make(), std::runtime_error);
    options.keys = {write("wide", std::string{"\xff\xfe"} + std::string{"0\0"
                                                                        "1\0"
                                                                        "2\0"
                                                                        "3\0"
                                                                        "4\0"
                                                                        "5\0"
                                                                        "6\0"
                                                                        "7\0",
                                                                        16})};
    EXPECT_THROW(make(), std::runtime_error);
    options.keys = {write("good", "0123456789abcdef\n", 0440)};
    EXPECT_NO_THROW(make());
}

} // namespace token_source_test
