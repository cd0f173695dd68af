// What is given out comes back once, whoever holds it in the end.
// SPDX-License-Identifier: EUPL-1.2
#include "net/lease.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lease_test {

namespace {

struct shelf {
    std::vector<std::string> returned;

    void take_back(std::string book) { returned.push_back(std::move(book)); }
};

using loan = net::lease<shelf, std::string>;

using books = std::vector<std::string>;

} // namespace

TEST(Lease, ComesBackAtItsEnd) {
    shelf s;
    {
        loan one(s, "one");
        EXPECT_EQ(*one, "one");
        EXPECT_EQ(s.returned, books{});
    }
    EXPECT_EQ(s.returned, books{"one"});
}

TEST(Lease, ComesBackOnceHoweverOftenItIsMoved) {
    shelf s;
    {
        loan first(s, "one");
        loan second(std::move(first));
        loan third;
        third = std::move(second);
        EXPECT_EQ(s.returned, books{});
        EXPECT_EQ(*third, "one");
    }
    EXPECT_EQ(s.returned, books{"one"});
}

TEST(Lease, OneThatTakesAnothersPlaceGivesItsOwnBackInTheEnd) {
    shelf s;
    {
        loan kept(s, "one");
        loan other(s, "two");
        kept = std::move(other);
        EXPECT_EQ(*kept, "two");
    }
    std::sort(s.returned.begin(), s.returned.end());
    EXPECT_EQ(s.returned, (books{"one", "two"}));
}

TEST(Lease, WithoutAnOwnerNothingComesBack) {
    const loan none;
}

} // namespace lease_test
