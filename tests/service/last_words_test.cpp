// What a process says on standard error when it ends at once, and its exit code.
// SPDX-License-Identifier: EUPL-1.2
#include "service/last_words.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace last_words_test {

using testing::ExitedWithCode;

TEST(LastWords, EndTheProcessWithTheirReason) {
    service::prepare_last_words("program");
    EXPECT_EXIT(service::end_with("no more of it"), ExitedWithCode(1),
                "^program: error: no more of it; it ends\n$");
}

TEST(LastWords, AreSaidOfAnExceptionThatNobodyCatches) {
    const auto throw_on_a_thread = [] {
        service::prepare_last_words("program");
        std::thread([] { throw std::runtime_error("out of luck"); }).join();
    };
    EXPECT_EXIT(throw_on_a_thread(), ExitedWithCode(1), "program: error: out of luck; it ends");
}

TEST(LastWords, AreSaidOfAnExceptionOfNoKnownType) {
    const auto throw_from_noexcept = []() noexcept {
        service::prepare_last_words("program");
        std::thread([] { throw 1; }).join(); // NOLINT(*-exception-baseclass): that is the case
    };
    EXPECT_EXIT(throw_from_noexcept(), ExitedWithCode(1), "program: error: unknown exception");
}

TEST(LastWords, AreCutWhereTheReasonIsLong) {
    EXPECT_EXIT(service::end_with(std::string(100'000, 'x')), ExitedWithCode(1), "x; it ends\n$");
}

} // namespace last_words_test
