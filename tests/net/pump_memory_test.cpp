// A relay that has warmed up allocates nothing, whichever gear it is in.
// SPDX-License-Identifier: EUPL-1.2
#include "net/pump.hpp"
#include "net/tcp_channel.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/tcp_client.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>

namespace pump_memory_test {

namespace {

using support::tcp_client;

/// How many bytes the pump let be seen: those that it copied.
struct eye final : net::pump_observer {
    std::size_t seen = 0;

    std::span<const std::byte> passing(std::span<const std::byte> bytes) override {
        seen += bytes.size();
        return bytes;
    }

    [[nodiscard]] std::uint64_t may_pass_unseen() const override { return everything; }

    void passed_unseen(std::uint64_t /*count*/) override {}
};

/// Two connected sockets: the first blocks, the second is a channel's.
struct socket_pair {
    socket_pair() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0 ||
            ::fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) {
            throw std::system_error(errno, std::system_category(), "socketpair");
        }
        outer = net::unique_fd{ends[0]};
        inner = net::unique_fd{ends[1]};
    }

    net::unique_fd outer;
    net::unique_fd inner;
};

/// A pump from one socket to another, given so many bytes in each round.
class relay {
public:
    relay(std::size_t scratch, std::size_t piece)
        : scratch_(scratch), piece_(piece, std::byte{'x'}), taken_(piece) {}

    /// The piece goes all the way; false where it does not.
    bool round() {
        if (::write(in_.outer.get(), piece_.data(), piece_.size()) !=
            static_cast<ssize_t>(piece_.size())) {
            return false;
        }
        from_.note({.to_read = true});
        to_.note({.to_write = true});
        for (auto state = net::pump::state::goes_on; state == net::pump::state::goes_on;) {
            state = pump_.run({scratch_, pipes_});
        }
        return ::recv(out_.outer.get(), taken_.data(), taken_.size(), MSG_WAITALL | MSG_DONTWAIT) ==
               static_cast<ssize_t>(taken_.size());
    }

    /// Allocations in so many rounds; -1: one of them failed.
    int allocations_in(int rounds) {
        const auto before = support::own_allocations().made;
        for (int i = 0; i < rounds; ++i) {
            if (!round()) {
                return -1;
            }
        }
        return static_cast<int>(support::own_allocations().made - before);
    }

    [[nodiscard]] std::size_t seen() const { return eye_.seen; }

private:
    socket_pair in_;
    socket_pair out_;
    net::tcp_channel from_{std::move(in_.inner)};
    net::tcp_channel to_{std::move(out_.inner)};
    eye eye_;
    net::pump pump_{from_, to_, eye_};
    net::pipe_pool pipes_{1};
    std::vector<std::byte> scratch_;
    std::vector<std::byte> piece_;
    std::vector<std::byte> taken_;
};

constexpr int warm_up = 100;
constexpr int rounds = 10'000;

} // namespace

TEST(PumpMemory, CopyingAllocatesNothing) {
    relay r(65536, 1024);
    ASSERT_EQ(r.allocations_in(warm_up), 0) << "not even at first";
    EXPECT_EQ(r.allocations_in(rounds), 0);
    EXPECT_EQ(r.seen(), std::size_t{warm_up + rounds} * 1024) << "all of it was copied";
}

TEST(PumpMemory, MovingThroughAPipeAllocatesNothing) {
    constexpr std::size_t piece = 16'384; // larger than the scratch buffer: this streams
    relay r(8192, piece);
    ASSERT_GE(r.allocations_in(warm_up), 0);
    const auto copied = r.seen();
    EXPECT_LT(copied, warm_up * piece);
    EXPECT_EQ(r.allocations_in(rounds), 0);
    EXPECT_EQ(r.seen(), copied) << "nothing more was copied";
}

} // namespace pump_memory_test
