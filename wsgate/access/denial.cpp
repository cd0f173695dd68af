// Turns denials into HTTP responses.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/denial.hpp"

#include <fmt/format.h>

namespace wsgate {

text_response answer_of(const denial& d) {
    auto r = refusal_answer({d.status, d.text, d.counted});
    if (!d.realm.empty()) {
        r.set(http::field::www_authenticate,
              fmt::format(R"(Basic realm="{}", charset="UTF-8")", d.realm));
    }
    if (d.retry_after.count() > 0) {
        r.set(http::field::retry_after, std::to_string(d.retry_after.count()));
    }
    return r;
}

} // namespace wsgate
