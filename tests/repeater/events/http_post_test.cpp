// The request to the byte, and what answers mean.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/http_post.hpp"
#include "service/version.hpp"

#include <gtest/gtest.h>

namespace http_post_test {

using net::client_response;
using repeater::http_url;
using std::chrono::seconds;

const http_url service_url{true, "h", 8443, "/events?a=b", "h:8443"};

TEST(HttpPost, IsTheseBytes) {
    const http_url to{false, "h", 8080, "/events?a=b", "h:8080"};
    EXPECT_EQ(repeater::post_of_json(to, "{\"a\":1}"),
              std::string{"POST /events?a=b HTTP/1.1\r\nHost: h:8080\r\n"
                          "User-Agent: ultravnc_repeater/"} +
                  service::version +
                  "\r\nContent-Type: application/json\r\nConnection: close\r\n"
                  "Content-Length: 7\r\n\r\n{\"a\":1}");
}

TEST(HttpPost, IsTakenByAny2xx) {
    for (const int status : {200, 201, 202, 204, 299}) {
        EXPECT_EQ(repeater::post_refused({status, "", {}}, service_url), std::nullopt) << status;
    }
}

TEST(HttpPost, IsElseRefusedInWords) {
    struct row {
        client_response answer;
        const char* why;
    };

    for (const auto& [answer, why] : {
             row{{500, "Oh", {}}, "HTTP status 500 Oh"},
             row{{404, "", {}}, "HTTP status 404"},
             row{{101, "", {}}, "HTTP status 101"},
             row{{400, "\x1b[2J", {}}, "HTTP status 400 \\x1b[2J"},
             row{{304, "", {}}, "HTTP status 304"},
             row{{301, "Moved", {{"Location", "https://u:secret@other/x?key=secret"}}},
                 "HTTP status 301 Moved, redirected to https://other/x?...: use that as "
                 "--event-url"},
             row{{308, "", {{"Location", "/new"}}},
                 "HTTP status 308, redirected to https://h:8443/new: use that as --event-url"},
         }) {
        EXPECT_EQ(repeater::post_refused(answer, service_url), why);
    }
}

TEST(HttpPost, WaitsAsLongAsABusyServiceAsks) {
    const auto now = std::chrono::system_clock::from_time_t(784111777); // RFC 9110 5.6.7

    struct row {
        int status;
        const char* retry_after;
        seconds wait;
    };

    for (const auto& [status, retry_after, wait] : {
             row{429, "120", seconds(120)},
             row{503, "0", seconds(0)},
             row{503, "Sun, 06 Nov 1994 08:51:37 GMT", seconds(120)},
             row{503, "Sun, 06 Nov 1994 08:49:37 GMT", seconds(0)},
             row{503, "Sun, 06 Nov 1994 08:00:00 GMT", seconds(0)},
             row{503, "soon", seconds(0)},
             row{503, "-5", seconds(0)},
             row{503, "", seconds(0)},
             row{500, "120", seconds(0)},
             row{301, "120", seconds(0)},
         }) {
        const client_response r{status, "", {{"Retry-After", retry_after}}};
        EXPECT_EQ(repeater::asked_to_wait(r, now), wait) << status << ' ' << retry_after;
    }
    EXPECT_EQ(repeater::asked_to_wait({503, "", {}}, now), seconds(0));
}

} // namespace http_post_test
