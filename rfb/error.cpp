// The sentences behind rfb::error.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/error.hpp"

#include <string>

namespace rfb {

namespace {

// Boost's base class has no virtual destructor; nobody destroys a category through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): as above
class rfb_category final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "rfb"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<error>(value)) {
        case error::bad_version:
            return "not an RFB version message";
        case error::bad_id:
            return "no usable repeater ID";
        case error::text_behind_id:
            return "the ID is followed by a blank and more text";
        case error::id_too_long:
            return "the ID is longer than the block that it must stand in";
        case error::empty_destination:
            return "neither an ID nor a host was named";
        case error::bad_destination:
            return "not a host, host:display, host:port or host::port";
        case error::port_out_of_range:
            return "port is not between 1 and 65535";
        }
        return "unknown error";
    }
};

#pragma GCC diagnostic pop

} // namespace

const boost::system::error_category& category() noexcept {
    static const rfb_category instance;
    return instance;
}

} // namespace rfb
