// Work posted to a worker runs on its thread.
// SPDX-License-Identifier: EUPL-1.2
#include "net/worker.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <set>

namespace worker_test {

namespace asio = boost::asio;

TEST(Worker, RunsWhatIsPostedOnItsOwnThread) {
    net::worker w;
    std::promise<std::thread::id> where;
    asio::post(w.executor(), [&where] { where.set_value(std::this_thread::get_id()); });
    EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
}

TEST(Worker, DestructionWaitsForWhatWasPosted) {
    bool done = false;
    {
        net::worker w;
        asio::post(w.executor(), [&done] { done = true; });
    }
    EXPECT_TRUE(done);
}

} // namespace worker_test
