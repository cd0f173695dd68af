// Posts each event on a connection of its own.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/url.hpp"

#include "repeater/events/http_call.hpp"
#include "repeater/events/http_post.hpp"

namespace repeater {

std::optional<std::string> url_output::deliver(const std::string& json) {
    retry_after_ = {};
    const auto got = call(to_, post_of_json(to_, json), limit_);
    if (!got.no_answer.empty()) {
        return got.no_answer;
    }
    retry_after_ = asked_to_wait(got.answer, std::chrono::system_clock::now());
    return post_refused(got.answer, to_);
}

} // namespace repeater
