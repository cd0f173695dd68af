// The environment's proxies and their exceptions.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/proxy_choice.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace proxy_choice_test {

namespace {

using variables = std::map<std::string, std::string>;

std::string proxy_in(const variables& v, bool tls = true, const char* host = "desk.example",
                     std::uint16_t port = 443) {
    const auto look = [&v](const char* name) {
        const auto found = v.find(name);
        return found == v.end() ? std::string{} : found->second;
    };
    return wsgate::proxy_in(look, tls, host, port);
}

} // namespace

TEST(ProxyChoice, LooksAtTheVariablesInOrder) {
    EXPECT_EQ(proxy_in({}), "");
    EXPECT_EQ(proxy_in({{"https_proxy", "a"}, {"HTTPS_PROXY", "b"}, {"http_proxy", "c"}}), "a");
    EXPECT_EQ(proxy_in({{"HTTPS_PROXY", "b"}, {"http_proxy", "c"}}), "b");
    EXPECT_EQ(proxy_in({{"http_proxy", "c"}}), "c");
    EXPECT_EQ(proxy_in({{"HTTP_PROXY", "d"}}), ""); // a request's, in CGI programs
    EXPECT_EQ(proxy_in({{"https_proxy", "a"}}, false), "");
    EXPECT_EQ(proxy_in({{"https_proxy", "a"}, {"http_proxy", "c"}}, false), "c");
    EXPECT_EQ(proxy_in({{"https_proxy", "a"}, {"no_proxy", "example"}}), "");
    EXPECT_EQ(proxy_in({{"https_proxy", "a"}, {"NO_PROXY", "desk.example"}}), "");
    EXPECT_EQ(proxy_in({{"https_proxy", "a"}, {"no_proxy", "x"}, {"NO_PROXY", "*"}}), "a");
}

TEST(NoProxy, FollowsTheTable) {
    struct row {
        const char* list;
        const char* host;
        bool excepted;
    };

    for (const auto& [list, host, excepted] : {
             row{"", "desk.example", false},
             row{"*", "desk.example", true},
             row{"desk.example", "desk.example", true},
             row{"DESK.example.", "desk.EXAMPLE", true},
             row{"desk.example", "desk.example.", true},
             row{"example", "desk.example", true},
             row{".example", "desk.example", true},
             row{"*.example", "desk.example", true},
             row{".example", "example", true},
             row{"esk.example", "desk.example", false},
             row{"desk.example", "example", false},
             row{"other, desk.example", "desk.example", true},
             row{"other desk.example", "desk.example", true},
             row{" ,, ,", "desk.example", false},
             row{".", "desk.example", false},
             row{"desk.example:443", "desk.example", true},
             row{"desk.example:80", "desk.example", false},
             row{"desk.example:x", "desk.example", false},
             row{"10.1.2.3", "10.1.2.3", true},
             row{"10.1.2.3:443", "10.1.2.3", true},
             row{"10.1.2.3:80", "10.1.2.3", false},
             row{"10.0.0.0/8", "10.1.2.3", true},
             row{"10.0.0.0/8", "11.1.2.3", false},
             row{"10.0.0.0/99", "10.1.2.3", false},
             row{"10.1.2", "10.1.2.3", false},
             row{"2.3", "10.1.2.3", false},
             row{"2001:db8::/32", "2001:db8::7", true},
             row{"2001:DB8::7", "2001:db8:0::7", true},
             row{"[2001:db8::7]:443", "2001:db8::7", true},
             row{"[2001:db8::7]:80", "2001:db8::7", false},
             row{"[2001:db8::7]", "2001:db8::7", true},
             row{"localhost", "127.0.0.1", false},
         }) {
        EXPECT_EQ(wsgate::is_excepted(list, host, 443), excepted) << list << " | " << host;
    }
}

} // namespace proxy_choice_test
