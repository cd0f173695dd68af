// Verification beside the event loop: its results, its memory, its limits.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "wsgate/access/password_checker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace password_checker_test {

namespace {

using wsgate::credentials;
using wsgate::password_checker;
using wsgate::password_list;
using wsgate::password_verdict;
namespace asio = boost::asio;

// The password "secret", with few rounds.
constexpr auto hashed = "u:$2y$04$HOiStRQuwp8FInsc9paV5eFeGbZRJU17yufWHHUYzsDM8nHV4.JnO";

std::shared_ptr<const password_list> list(const char* text) {
    return std::make_shared<const password_list>(*password_list::parse(text));
}

asio::awaitable<void> ask(password_checker& checker, std::shared_ptr<const password_list> l,
                          credentials c, std::vector<password_verdict>& verdicts) {
    verdicts.push_back(co_await checker.check(std::move(l), std::move(c)));
}

/// All at once, on one event loop; the verdicts in the order in which they come.
std::vector<password_verdict> check(password_checker& checker,
                                    const std::shared_ptr<const password_list>& l,
                                    const std::vector<credentials>& all) {
    net::event_loop context;
    std::vector<password_verdict> verdicts;
    for (const auto& c : all) {
        asio::co_spawn(context, ask(checker, l, c, verdicts), [](const std::exception_ptr& e) {
            if (e) {
                std::rethrow_exception(e);
            }
        });
    }
    context.run();
    return verdicts;
}

} // namespace

TEST(PasswordChecker, TellsGoodFromBad) {
    password_checker checker;
    for (const auto* text : {hashed, "u:secret"}) {
        const auto l = list(text);
        using enum password_verdict;
        EXPECT_EQ(check(checker, l, {{"u", "secret"}}), std::vector{good});
        EXPECT_EQ(check(checker, l, {{"u", "wrong"}}), std::vector{bad});
        EXPECT_EQ(check(checker, l, {{"v", "secret"}}), std::vector{bad});
        EXPECT_EQ(check(checker, l, {{"u", "secret"}}), std::vector{good}) << "remembered";
    }
}

TEST(PasswordChecker, IsBusyWhereTooManyWait) {
    wsgate::checker_options options;
    options.waiting = 1;
    password_checker checker(options);
    using enum password_verdict;
    EXPECT_EQ(check(checker, list(hashed), {{"u", "wrong"}, {"u", "secret"}, {"u", "third"}}),
              (std::vector{busy, busy, bad}));
    EXPECT_EQ(check(checker, list(hashed), {{"u", "secret"}}), std::vector{good});
    // What is remembered needs no place.
    EXPECT_EQ(check(checker, list(hashed), {{"u", "wrong"}, {"u", "secret"}}),
              (std::vector{good, bad}));
}

TEST(PasswordChecker, RemembersNoLongerThanTheListStays) {
    wsgate::checker_options options;
    options.waiting = 0; // only memory helps
    password_checker none(options);
    EXPECT_EQ(check(none, list(hashed), {{"u", "secret"}}), std::vector{password_verdict::busy});
    password_checker checker;
    EXPECT_EQ(check(checker, list(hashed), {{"u", "secret"}}), std::vector{password_verdict::good});
    // The same user, another hash.
    const auto changed = list("u:$2b$04$vcvBQKgz9ihzR0Z6LUm8VeJ6sfIWKGKhLg6YqMRjXa7FKoXPInf67");
    EXPECT_EQ(check(checker, changed, {{"u", "secret"}}), std::vector{password_verdict::bad});
    EXPECT_EQ(check(checker, list("v:$2b$04$vcvBQKgz9ihzR0Z6LUm8VeJ6sfIWKGKhLg6YqMRjXa7FKoXPInf66"),
                    {{"u", "secret"}}),
              std::vector{password_verdict::bad});
}

TEST(PasswordChecker, ForgetsWhatIsTooMuch) {
    wsgate::checker_options options;
    options.remembered = 1;
    options.memory = std::chrono::seconds{0};
    password_checker checker(options);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(check(checker, list(hashed), {{"u", "secret"}}),
                  std::vector{password_verdict::good});
    }
}

} // namespace password_checker_test
