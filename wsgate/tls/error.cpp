// Takes the oldest queued reason, since later ones repeat it in general terms.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/error.hpp"

#include <openssl/err.h>

#include <stdexcept>

namespace wsgate {

void fail_tls(const std::string& what) {
    const auto code = ERR_get_error();
    const char* const why = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    throw std::runtime_error(why == nullptr ? what : what + ": " + why);
}

} // namespace wsgate
