// Errors as error_code: name, sentences, comparison.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace error_test {

TEST(Error, IsAnErrorCodeOfItsOwnCategory) {
    const boost::system::error_code code = rfb::error::bad_id;
    EXPECT_TRUE(code.failed());
    EXPECT_EQ(code, rfb::error::bad_id);
    EXPECT_NE(code, rfb::error::bad_version);
    EXPECT_STREQ(code.category().name(), "rfb");
}

TEST(Error, EachHasASentenceOfItsOwn) {
    std::set<std::string> sentences;
    for (const auto e : {rfb::error::bad_version, rfb::error::bad_id, rfb::error::empty_destination,
                         rfb::error::bad_destination, rfb::error::port_out_of_range}) {
        sentences.insert(make_error_code(e).message());
    }
    EXPECT_EQ(sentences.size(), 5U);
    EXPECT_EQ(sentences.count("unknown error"), 0U);
    EXPECT_EQ(rfb::category().message(0), "unknown error");
}

} // namespace error_test
