// Denials as HTTP responses, and HTTP statuses as reasons.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/denial.hpp"

#include <fmt/format.h>

namespace wsgate {

handshake_failure reason_of(http::status status) {
    using why = handshake_failure;
    switch (status) {
    case http::status::bad_request:
    case http::status::method_not_allowed:
    case http::status::not_implemented:
    case http::status::http_version_not_supported:
        return why::bad_request;
    case http::status::uri_too_long:
    case http::status::request_header_fields_too_large:
        return why::too_large;
    case http::status::unauthorized:
        return why::unauthorized;
    case http::status::forbidden:
        return why::forbidden;
    case http::status::not_found:
        return why::not_found;
    case http::status::upgrade_required:
        return why::version;
    case http::status::too_many_requests:
        return why::shut_out;
    case http::status::service_unavailable:
        return why::too_many;
    default:
        return why::other;
    }
}

text_response answer_of(const denial& d) {
    auto r = refusal_answer({d.status, d.text});
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
