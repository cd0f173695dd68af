// Dates, tags, conditions and codings, each by its table.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/content_coding.hpp"
#include "wsgate/http/date.hpp"
#include "wsgate/http/preconditions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace preconditions_test {

namespace {

using wsgate::comparison;
using wsgate::condition;

constexpr std::time_t november_1994 = 784111777;
const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
const std::string later = "Sun, 06 Nov 1994 08:49:38 GMT";

wsgate::request request(const std::string& fields) {
    return std::get<wsgate::request>(
        wsgate::parse_head("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"));
}

const wsgate::validators file{"\"a-1\"", november_1994};

} // namespace

TEST(HttpDate, IsWrittenInOneForm) {
    EXPECT_EQ(wsgate::to_http_date(november_1994), date);
    EXPECT_EQ(wsgate::to_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(wsgate::to_http_date(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(HttpDate, IsReadInThreeForms) {
    const std::vector<std::pair<std::string, std::time_t>> table{
        {date, november_1994},
        {"Sunday, 06-Nov-94 08:49:37 GMT", november_1994},
        {"Sun Nov  6 08:49:37 1994", november_1994},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Tue, 29 Feb 2028 12:00:00 GMT", 1835438400},
    };
    for (const auto& [text, when] : table) {
        EXPECT_EQ(wsgate::parse_http_date(text), when) << text;
    }
    for (const std::string text :
         {"", "0", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
          "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 32 Nov 1994 08:49:37 GMT", "1994-11-06",
          "Sun, 06 Nov 1994 08:49:37 GMT; length=5"}) {
        EXPECT_FALSE(wsgate::parse_http_date(text)) << text;
    }
}

TEST(EntityTag, IsFoundInLists) {
    struct row {
        std::string list;
        bool weakly;
        bool strongly;
    };

    const std::vector<row> table{
        {"*", true, true},
        {"\"a-1\"", true, true},
        {"W/\"a-1\"", true, false},
        {"\"b\", \"a-1\"", true, true},
        {"\"b\",W/\"c\",\"a-1\",\"d\"", true, true},
        {", ,\"a-1\"", true, true},
        {"\"x,y\", \"a-1\"", true, true},
        {"", false, false},
        {"a-1", false, false},
        {"\"a-1", false, false},
        {"\"b\"", false, false},
        {"\"\"", false, false},
        {"w/\"a-1\"", false, false},
        {"\"A-1\"", false, false},
        {"\"b\" rubbish \"a-1\"", false, false},
        {"\"x, \"a-1\"", false, false},
        {"*, \"a-1\"", false, false},
    };
    for (const auto& [list, weakly, strongly] : table) {
        EXPECT_EQ(wsgate::names_tag(list, file.etag, comparison::weak), weakly) << list;
        EXPECT_EQ(wsgate::names_tag(list, file.etag, comparison::strong), strongly) << list;
    }
}

TEST(Conditions, FollowTheTable) {
    const auto since = "If-Modified-Since: ";
    const std::vector<std::pair<std::string, condition>> table{
        {"", condition::holds},
        {"If-None-Match: \"a-1\"\r\n", condition::not_modified},
        {"If-None-Match: W/\"a-1\"\r\n", condition::not_modified},
        {"If-None-Match: *\r\n", condition::not_modified},
        {"If-None-Match: \"b\"\r\n", condition::holds},
        {"If-None-Match: \"b\"\r\nIf-None-Match: \"a-1\"\r\n", condition::not_modified},
        {since + date + "\r\n", condition::not_modified},
        {since + later + "\r\n", condition::not_modified},
        {since + earlier + "\r\n", condition::holds},
        {since + std::string{"yesterday\r\n"}, condition::holds},
        {since + later + "\r\n" + since + later + "\r\n", condition::holds},
        // the tag counts, not the date
        {"If-None-Match: \"b\"\r\n" + (since + later) + "\r\n", condition::holds},
        {"If-None-Match: \"a-1\"\r\n" + (since + earlier) + "\r\n", condition::not_modified},
        {"If-Match: \"a-1\"\r\n", condition::holds},
        {"If-Match: *\r\n", condition::holds},
        {"If-Match: \"b\"\r\n", condition::failed},
        {"If-Match: W/\"a-1\"\r\n", condition::failed},
        {"If-Match: \"a-1\"\r\nIf-None-Match: \"a-1\"\r\n", condition::not_modified},
        {"If-Match: \"b\"\r\nIf-None-Match: \"a-1\"\r\n", condition::failed},
        {"If-Unmodified-Since: " + date + "\r\n", condition::holds},
        {"If-Unmodified-Since: " + earlier + "\r\n", condition::failed},
        {"If-Unmodified-Since: never\r\n", condition::holds},
        {"If-Match: \"a-1\"\r\nIf-Unmodified-Since: " + earlier + "\r\n", condition::holds},
    };
    for (const auto& [fields, expected] : table) {
        EXPECT_EQ(wsgate::check_conditions(request(fields), file), expected) << fields;
    }
    const wsgate::validators dateless{"\"a-1\"", std::nullopt};
    EXPECT_EQ(wsgate::check_conditions(request(since + later + "\r\n"), dateless),
              condition::holds);
}

TEST(IfRange, FollowsTheTable) {
    const std::vector<std::pair<std::string, bool>> table{
        {"", true},
        {"If-Range: \"a-1\"\r\n", true},
        {"If-Range: W/\"a-1\"\r\n", false},
        {"If-Range: \"b\"\r\n", false},
        {"If-Range: " + date + "\r\n", true},
        {"If-Range: " + later + "\r\n", false}, // not this state, although not older
        {"If-Range: " + earlier + "\r\n", false},
        {"If-Range: *\r\n", false},
        {"If-Range: rubbish\r\n", false},
    };
    for (const auto& [fields, wanted] : table) {
        EXPECT_EQ(wsgate::range_is_wanted(request(fields), file, november_1994 + 1), wanted)
            << fields;
    }
    EXPECT_FALSE(wsgate::range_is_wanted(request("If-Range: " + date + "\r\n"), file,
                                         november_1994)); // it may change within this second
}

TEST(AcceptEncoding, FollowsTheTable) {
    const std::vector<std::pair<std::string, bool>> table{
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"x-gzip", true},
        {"gzip, deflate, br", true},
        {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
        {"gzip;q=0.001", true},
        {"gzip;q=0", false},
        {"gzip;q=0.000", false},
        {"gzip; Q=0", false},
        {"*", true},
        {"*;q=0", false},
        {"gzip;q=0, *", false},
        {"gzip, *;q=0", true},
        {"identity", false},
        {"deflate, br", false},
        {"gzipped", false},
        {"br;q=0, gzip", true},
        {"identity;q=0,gzip", true},
        {"deflate;q=0, *", true},
        {"gzip;a=b;q=0", false},
        {"br,,gzip", true},
    };
    for (const auto& [field, accepted] : table) {
        EXPECT_EQ(wsgate::accepts_gzip(field), accepted) << field;
    }
}

} // namespace preconditions_test
