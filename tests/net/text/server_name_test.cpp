// Names and addresses as TLS has them.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/server_name.hpp"

#include <gtest/gtest.h>

namespace server_name_test {

TEST(ServerName, IsANameOrAnAddress) {
    struct row {
        const char* host;
        net::server_name expected;
    };

    const row rows[] = {
        {"desk.example", {"desk.example", false}},
        {"desk.example.", {"desk.example", false}},
        {"localhost", {"localhost", false}},
        {"192.0.2.7", {"192.0.2.7", true}},
        {"2001:db8::7", {"2001:db8::7", true}},
        {"fe80::1%1", {"fe80::1", true}},
        {"xn--bcher-kva.example", {"xn--bcher-kva.example", false}},
        {"192.0.2.7.example", {"192.0.2.7.example", false}},
    };
    for (const auto& [host, expected] : rows) {
        EXPECT_EQ(net::server_name_of(host), expected) << host;
    }
}

} // namespace server_name_test
