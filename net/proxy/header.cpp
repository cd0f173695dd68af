// The words for what is wrong with a header.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/header.hpp"

#include <string>

namespace net {

namespace {

using boost::system::error_code;

// Boost's base class has no virtual destructor; nobody destroys a category through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): as above
class proxy_category final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "PROXY protocol"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<proxy_error>(value)) {
        case proxy_error::no_header:
            return "it does not begin with a PROXY header";
        case proxy_error::bad_line:
            return "the PROXY line is not well-formed";
        case proxy_error::too_long:
            return "the PROXY header is too long";
        case proxy_error::bad_version:
            return "a PROXY header of an unknown version";
        case proxy_error::bad_command:
            return "a PROXY header with an unknown command";
        case proxy_error::bad_family:
            return "a PROXY header with an unknown address family";
        case proxy_error::bad_length:
            return "the PROXY header is too short for its addresses";
        case proxy_error::bad_tlv:
            return "a PROXY header with a malformed TLV";
        case proxy_error::nothing:
            return "it was closed before a byte came";
        case proxy_error::bad_checksum:
            return "the PROXY header's checksum is wrong";
        }
        return "unknown error";
    }
};

#pragma GCC diagnostic pop

} // namespace

bool proxy_header::endpoints::are_v4() const {
    return source.address().is_v4() && destination.address().is_v4();
}

error_code make_error_code(proxy_error e) {
    static const proxy_category category;
    return {static_cast<int>(e), category};
}

} // namespace net
