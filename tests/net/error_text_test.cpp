// An error's message, however often and after whatever it is asked for.
// SPDX-License-Identifier: EUPL-1.2
#include "net/error_text.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace error_text_test {

TEST(ErrorText, IsTheMessageOfEachError) {
    const net::error_code none;
    const net::error_code reset = boost::asio::error::connection_reset;
    const net::error_code eof = boost::asio::error::eof;
    for (const auto& each : {none, reset, reset, eof, reset, none}) {
        EXPECT_EQ(net::error_text(each), each.message());
    }
}

TEST(ErrorText, TellsApartTheSameValueOfTwoCategories) {
    const net::error_code one{boost::asio::error::eof, boost::asio::error::get_misc_category()};
    const net::error_code other{one.value(), boost::system::system_category()};
    EXPECT_NE(net::error_text(one), std::string{net::error_text(other)});
}

} // namespace error_text_test
