// An image is its version and the number of its process.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/steps.hpp"

#include "service/version.hpp"

#include <unistd.h>

namespace service {

image our_image() {
    return {version, static_cast<std::uint64_t>(::getpid())};
}

void put(field_writer& to, const image& i) {
    to.text(i.version);
    to.number(i.pid);
}

image image_from(field_reader& in) {
    image i;
    i.version = in.text();
    i.pid = in.number();
    return i;
}

} // namespace service
