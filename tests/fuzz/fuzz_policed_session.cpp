// What passes a policy, from a session's first byte on, is the same however the bytes were cut.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/policed_session.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <vector>

namespace {

using bytes = std::vector<std::byte>;
using rfb::side;

rfb::session_policy policy_of(unsigned bits, unsigned security) {
    const auto is_set = [bits](unsigned place) { return (bits >> place & 1U) != 0; };
    rfb::session_policy p{
        {is_set(0), !is_set(1), !is_set(2), !is_set(3), !is_set(4)}, {}, is_set(5)};
    if (is_set(6)) {
        p.security.denied = {security};
    }
    if (is_set(7)) {
        p.security.required = {security, 2};
    }
    return p;
}

struct wire {
    explicit wire(const rfb::session_policy& p) : session(p) {}

    void say(side from, std::span<const std::byte> some) {
        auto& on = from == side::viewer ? to_server : to_viewer;
        auto& back = from == side::viewer ? to_viewer : to_server;
        session.pass(from, some, on, back, 0);
    }

    rfb::policed_session session;
    bytes to_viewer;
    bytes to_server;
};

} // namespace

// Input: the policy, a security type, and then pieces: a byte with the side and a length, and so
// many bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const auto policy = policy_of(input[0], input[1]); // NOLINT(*-pointer-arithmetic)
    auto rest = fuzz::as_bytes(input, size).subspan(2);
    wire whole(policy);
    wire single(policy);
    while (!rest.empty()) {
        const auto head = std::to_integer<unsigned>(rest.front());
        const auto from = (head & 0x80U) != 0 ? side::server : side::viewer;
        rest = rest.subspan(1);
        const auto piece = rest.first(std::min<std::size_t>(head & 0x7fU, rest.size()));
        rest = rest.subspan(piece.size());
        whole.say(from, piece);
        for (const auto& each : piece) {
            single.say(from, {&each, 1});
        }
        fuzz::require(whole.to_server == single.to_server);
        fuzz::require(whole.session.now() == single.session.now());
        // Of a message that is not understood one of them may have passed some bytes on.
        const bool is_over = whole.session.now() != rfb::policed_session::state::goes_on;
        fuzz::require(is_over || whole.to_viewer == single.to_viewer);
    }
    fuzz::require(whole.session.broken_by() == single.session.broken_by());
    return 0;
}
