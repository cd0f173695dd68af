// The tests of set-up: as much as goes, and at half of that; each also on one CPU.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/set_up_loop.hpp"
#include "bench/test.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct set_up_shape {
    std::string key;
    std::string title; ///< of the closed loop; that at half the rate is "set-up at half the rate"
    std::string what;  ///< "pair"
    wrapping wrap = wrapping::plain;
};

/// Runs a load; returns how many milliseconds each session took.
using set_up_load = std::function<std::vector<double>(const slice&)>;

/// Keys are those of the shape, with _pinned behind. Records KEY_rate, _p50, _p99 and _cpu.
[[nodiscard]] std::vector<test> closed_set_up_tests(const set_up_shape&, const set_up_load&);

/// Keys are those of the shape with _half behind, and with _half_pinned. Records _p50 and _p99.
[[nodiscard]] std::vector<test> open_set_up_tests(const set_up_shape&, const set_up_load&);

/// The closed loop, 8 sessions in flight.
template <class Attempt>
[[nodiscard]] std::vector<double> as_many_as_go(const slice& s) {
    constexpr std::size_t in_flight = 8;
    return set_up_loop<Attempt>(s.subject).run_in_flight(in_flight, 2 * s.how.slice);
}

/// The open loop, at the slice's rate.
template <class Attempt>
[[nodiscard]] std::vector<double> at_fixed_times(const slice& s) {
    return set_up_loop<Attempt>(s.subject).run_at_rate(s.rate, 2 * s.how.slice);
}

} // namespace bench
