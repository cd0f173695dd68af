// Looks for the next byte of the set, again and again.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/split.hpp"

namespace net {

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
    std::vector<std::string_view> all;
    while (!text.empty()) {
        const auto end = text.find_first_of(at);
        if (end != 0) {
            all.push_back(text.substr(0, end));
        }
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return all;
}

} // namespace net
