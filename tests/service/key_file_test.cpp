// Files of keys: their forms, and every way to be refused.
// SPDX-License-Identifier: EUPL-1.2
#include "service/key_file.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <stdexcept>
#include <sys/stat.h>

namespace key_file_test {

namespace {

using service::read_keys;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string counting = "0123456789abcdef"; // 16 bytes

struct KeyFile : testing::Test {
    support::scratch_directory where;

    std::string file(std::string_view text, mode_t mode = 0600) {
        auto path = where.file("keys", text);
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }

    std::string complaint(const std::string& path, std::size_t most = 2) {
        try {
            (void)read_keys(path, most);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "none";
    }
};

} // namespace

TEST_F(KeyFile, HasKeysInHexAndBase64) {
    EXPECT_THAT(read_keys(file("30313233343536373839616263646566\n"), 2), ElementsAre(counting));
    EXPECT_THAT(read_keys(file("\xef\xbb\xbf# now\r\n 30313233343536373839616263646566 \r\n\n"
                               "# before\nMDEyMzQ1Njc4OWFiY2RlZmc="),
                          2),
                ElementsAre(counting, counting + "g"));
    EXPECT_THAT(read_keys(file("MDEyMzQ1Njc4OWFiY2RlZg"), 2), ElementsAre(counting))
        << "without its padding";
    EXPECT_THAT(read_keys(file("MDEyMzQ1Njc4OWFiY2RlZmdo"), 1), ElementsAre(counting + "gh"));
}

TEST_F(KeyFile, WhatIsNoKeyIsToldByItsLineAlone) {
    for (const auto* const text :
         {"#\n3031323334353637383961626364", "#\n303132333435363738396162636465667",
          "#\nMDEyMzQ1Njc4OWFiY2RlZg=", "#\nMDEyMzQ1Njc4OWFiY2RlZg===",
          "#\nMDEyMzQ1Njc4OWFi!2RlZg==", "#\nMDEyMzQ1Nj=4OWFiY2RlZg==", "#\npassword"}) {
        const auto said = complaint(file(text));
        EXPECT_THAT(said, HasSubstr("keys: line 2 is no key of 16 bytes")) << text;
        EXPECT_EQ(said.find(text + 2), std::string::npos);
    }
}

TEST_F(KeyFile, HasOneToSoMany) {
    const std::string one = "30313233343536373839616263646566\n";
    EXPECT_THAT(complaint(file("# none\n")),
                HasSubstr("it holds 0 keys, and should hold one to 2"));
    EXPECT_THAT(complaint(file(one + one + one)), HasSubstr("it holds 3 keys"));
    EXPECT_THAT(complaint(file(one + one), 1), HasSubstr("should hold one"));
}

TEST_F(KeyFile, IsForItsOwnerAndGroupAlone) {
    const std::string key = "30313233343536373839616263646566\n";
    for (const mode_t mode : {0400U, 0440U, 0600U, 0640U}) {
        EXPECT_EQ(complaint(file(key, mode)), "none");
    }
    EXPECT_THAT(complaint(file(key, 0644)), HasSubstr("everybody may read this key: chmod o= "));
    EXPECT_THAT(complaint(file(key, 0602)), HasSubstr("everybody"));
    for (const mode_t mode : {0660U, 0700U, 0650U}) {
        EXPECT_THAT(complaint(file(key, mode)), HasSubstr("more than 0640: chmod 0640 "));
    }
}

TEST_F(KeyFile, ThatCannotBeReadIsNamed) {
    EXPECT_THAT(complaint("/nonexistent/keys"),
                HasSubstr("/nonexistent/keys: cannot read the key: No such file"));
    EXPECT_THAT(complaint(file(std::string("\xff\xfe") + std::string("3\0000\0", 4))),
                HasSubstr("UTF-16"));
    EXPECT_THAT(complaint(file(std::string(5000, '#'))), HasSubstr("cannot read the key"));
}

} // namespace key_file_test
