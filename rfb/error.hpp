// What can be wrong with bytes a peer sent: one enumerator, one sentence each.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace rfb {

enum class error {
    bad_version = 1,   ///< not "RFB ddd.ddd\n"
    bad_id,            ///< no usable repeater ID
    text_behind_id,    ///< an ID that must be exact is followed by a blank and more text
    id_too_long,       ///< an ID goes on behind its block
    empty_destination, ///< a viewer named neither an ID nor a host
    bad_destination,   ///< not host, host:display, host:port, host::port or an IPv6 literal
    port_out_of_range, ///< port above 65535 (or 0 after normalising)
};

[[nodiscard]] const boost::system::error_category& category() noexcept;

[[nodiscard]] inline boost::system::error_code make_error_code(error e) noexcept {
    return {static_cast<int>(e), category()};
}

template <class T>
using result = boost::system::result<T>;

} // namespace rfb

template <>
struct boost::system::is_error_code_enum<rfb::error> : std::true_type {};
