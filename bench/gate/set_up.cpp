// How many sessions a second a gateway can open, and how long one waits for its first byte.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"
#include "bench/set_up_tests.hpp"

#include <array>
#include <span>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::size_t first_frame = 2 + first_byte.size();

/// A session in the making, for set_up_loop.
class session_attempt {
public:
    explicit session_attempt(running_subject& subject)
        : client_(subject.viewer_port(), subject.wrap()) {
        if (subject.kind() == subject_kind::chain) {
            throw std::runtime_error("chains have no test of set-up");
        }
        (void)client_.open(); // what it has to say first
    }

    [[nodiscard]] const unique_fd& socket() const { return client_.socket(); }

    [[nodiscard]] bool go_on() {
        if (!client_.open()) {
            return false;
        }
        std::array<std::byte, first_frame> buffer{};
        const auto got = client_.try_receive(std::span(buffer).first(first_frame - received_));
        if (got == 0U) {
            throw std::runtime_error("the gateway closed a client's connection");
        }
        received_ += got.value_or(0);
        return received_ == first_frame;
    }

    void reset() { client_.reset(); }

private:
    ws_client client_;
    std::size_t received_ = 0; // of the first frame
};

} // namespace

std::vector<test> gate_set_up_tests() {
    const set_up_shape plain{.key = "open", .title = "set-up, 8 in flight", .what = "session"};
    const set_up_shape tls{.key = "open_tls",
                           .title = "set-up, 8 in flight, TLS",
                           .what = "session",
                           .wrap = wrapping::tls};
    std::vector<test> tests;
    for (auto&& group : {closed_set_up_tests(plain, as_many_as_go<session_attempt>),
                         open_set_up_tests(plain, at_fixed_times<session_attempt>),
                         closed_set_up_tests(tls, as_many_as_go<session_attempt>)}) {
        tests.insert(tests.end(), group.begin(), group.end());
    }
    return tests;
}

} // namespace bench
