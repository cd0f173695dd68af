// The commands of repeater-id: keys that are made and changed, IDs that are made and checked.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/id_tool/id_command.hpp"
#include "repeater/ids/id_files.hpp"
#include "service/key_file.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <sysexits.h>

namespace id_command_test {

namespace {

using namespace repeater;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::uint64_t now = 0x6a000000; // 2026-05-10T03:48:16Z

struct IdCommand : testing::Test {
    support::scratch_directory where;
    std::string keys = (where.path() / "keys").string();
    std::string input;

    service::early_exit run(const std::vector<std::string>& words, std::uint64_t at = now) {
        return run_id_command(words, at, [this] { return input; });
    }

    void keygen() { ASSERT_EQ(run({"keygen", "--key-file", keys}).exit_code, 0); }

    std::string make(const std::string& name, const std::string& ttl = "600") {
        auto made = run({"make", "--key-file", keys, "--ttl", ttl, name});
        EXPECT_EQ(made.exit_code, 0) << made.text;
        return made.text.substr(0, made.text.find('\n'));
    }

    service::early_exit check(const std::string& id, std::uint64_t at = now) {
        return run({"check", "--key-file", keys, id}, at);
    }
};

mode_t mode_of(const std::string& path) {
    struct stat about {};

    EXPECT_EQ(::stat(path.c_str(), &about), 0);
    return about.st_mode & ALLPERMS;
}

} // namespace

TEST_F(IdCommand, WhatIsMadeIsGoodUntilItExpires) {
    keygen();
    const auto id = make("desk_7");
    EXPECT_THAT(id, MatchesRegex("ID:desk_7_6a000258_[a-z2-7]+"));
    const auto good = check(id);
    EXPECT_EQ(good.exit_code, 0);
    EXPECT_EQ(good.text, "good: desk_7 until 2026-05-10T03:58:16Z\n");
    EXPECT_EQ(check(id.substr(3)).exit_code, 0) << "without ID:";
    EXPECT_EQ(check(id, now + 659).exit_code, 0);
    EXPECT_EQ(check(id, now + 660).text, "expired\n");
    EXPECT_EQ(check(id, now + 660).exit_code, 1);
}

TEST_F(IdCommand, WhatOthersMadeIsNot) {
    keygen();
    auto id = make("a");
    id.back() = id.back() == 'a' ? 'b' : 'a';
    EXPECT_EQ(check(id).text, "wrong signature\n");
    EXPECT_EQ(check(id).exit_code, 1);
    EXPECT_EQ(check("1234").text, "not a signed ID\n");
    EXPECT_EQ(check("1234").exit_code, 1);
}

TEST_F(IdCommand, AnIdMayComeByStandardInput) {
    keygen();
    input = " " + make("a") + "\r";
    EXPECT_EQ(run({"check", "--key-file", keys}).exit_code, 0);
    input = "";
    EXPECT_EQ(run({"check", "--key-file", keys}).exit_code, 1);
}

TEST_F(IdCommand, AKeyIsGoodForOneMoreKeygen) {
    keygen();
    EXPECT_EQ(mode_of(keys), 0600U);
    const auto id = make("a");
    ASSERT_EQ(::chmod(keys.c_str(), 0640), 0);
    keygen();
    EXPECT_EQ(mode_of(keys), 0640U) << "as it was";
    EXPECT_EQ(check(id).exit_code, 0);
    const auto second = make("a");
    EXPECT_NE(id, second) << "by the new key";
    keygen();
    EXPECT_EQ(check(id).text, "wrong signature\n");
    EXPECT_EQ(check(second).exit_code, 0);
    EXPECT_EQ(service::read_keys(keys, most_id_keys).front().size(), 32U);
    const std::filesystem::directory_iterator files(where.path());
    EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left beside it";
}

TEST_F(IdCommand, AFileThatIsNoneOfKeysStays) {
    const auto path = where.file("text", "precious\n");
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    const auto done = run({"keygen", "--key-file", path});
    EXPECT_EQ(done.exit_code, EX_CONFIG);
    EXPECT_THAT(done.text, HasSubstr("text: line 1 is no key"));
    EXPECT_EQ(std::filesystem::file_size(path), 9U);
    EXPECT_EQ(run({"keygen", "--key-file", "/nonexistent/keys"}).exit_code, EX_CONFIG);
}

TEST_F(IdCommand, FilesAndNamesThatCannotBeUsedAreTold) {
    EXPECT_EQ(run({"make", "--key-file", keys, "a"}).exit_code, EX_CONFIG);
    EXPECT_EQ(check("a").exit_code, EX_CONFIG);
    keygen();
    for (const auto& name : {std::string{"a-b"}, std::string{"a b"}, std::string(201, 'a')}) {
        const auto refused = run({"make", "--key-file", keys, name});
        EXPECT_EQ(refused.exit_code, EX_USAGE) << name;
        EXPECT_THAT(refused.text, HasSubstr("letters, digits and underscores"));
    }
    EXPECT_EQ(make(std::string(200, 'a')).size(), 239U) << "within the 250 bytes of a hello";
}

TEST_F(IdCommand, SaysHowItIsUsed) {
    EXPECT_THAT(run({"--help"}).text, HasSubstr("keygen, make, check"));
    for (const auto* const command : {"keygen", "make", "check"}) {
        const auto help = run({command, "--help"});
        EXPECT_EQ(help.exit_code, 0);
        EXPECT_THAT(help.text, HasSubstr("--key-file"));
        EXPECT_EQ(run({command}).exit_code, EX_USAGE) << "the file is required";
    }
    for (const auto& words :
         std::vector<std::vector<std::string>>{{},
                                               {"sign"},
                                               {"make", "--key-file"},
                                               {"make", "--key-file", "k", "--ttl", "0", "a"}}) {
        EXPECT_EQ(run(words).exit_code, EX_USAGE);
    }
}

} // namespace id_command_test
