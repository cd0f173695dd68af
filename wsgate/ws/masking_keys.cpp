// Takes four random bytes of those that each thread keeps.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/masking_keys.hpp"

#include "wsgate/tls/random.hpp"

namespace wsgate {

masking_key random_masking_key() {
    masking_key key{};
    fill_with_random(key);
    return key;
}

} // namespace wsgate
