// The one place where text becomes an ID.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/repeater_id.hpp"

#include "rfb/text.hpp"

#include <algorithm>

namespace rfb {

result<repeater_id> repeater_id::make(std::string_view text) {
    if (text.empty() || text.size() > max_size ||
        !std::all_of(text.begin(), text.end(), is_visible)) {
        return error::bad_id;
    }
    return repeater_id(text);
}

} // namespace rfb
