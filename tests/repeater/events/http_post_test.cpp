// The bytes of a POST, and what is read of the answer.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/http_post.hpp"
#include "service/version.hpp"

#include <gtest/gtest.h>

namespace http_post_test {

using repeater::http_url;
using repeater::no_answer;
using repeater::read_status;

TEST(HttpPost, IsTheseBytes) {
    const http_url to{false, "h", 8080, "/events?a=b", "h:8080"};
    EXPECT_EQ(repeater::post_of_json(to, "{\"a\":1}"),
              std::string{"POST /events?a=b HTTP/1.1\r\nHost: h:8080\r\n"
                          "User-Agent: ultravnc_repeater/"} +
                  service::version +
                  "\r\nContent-Type: application/json\r\nConnection: close\r\n"
                  "Content-Length: 7\r\n\r\n{\"a\":1}");
}

TEST(HttpPost, KnowsTheStatusOnceTheHeadIsWhole) {
    const std::string answer = "HTTP/1.1 204 No Content\r\nServer: s\r\n\r\n";
    for (std::size_t size = 1; size < answer.size(); ++size) {
        EXPECT_FALSE(read_status(answer.substr(0, size))) << size;
    }
    EXPECT_EQ(read_status(answer)->status, 204U);
    EXPECT_FALSE(read_status(answer)->error);
    EXPECT_EQ(read_status("HTTP/1.0 500 Oh\r\nContent-Length: 3\r\n\r\nno")->status, 500U);
}

TEST(HttpPost, RefusesWhatIsNoAnswer) {
    EXPECT_TRUE(read_status("RFB 003.008\n")->error);
    EXPECT_TRUE(read_status("HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x'))->error);
}

TEST(HttpPost, SaysHowAnAnswerIsMissing) {
    EXPECT_EQ(no_answer("").message(), "end of stream");
    EXPECT_EQ(no_answer("HTTP/1.1 2").message(), "partial message");
}

} // namespace http_post_test
