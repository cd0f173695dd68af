// Where OpenSSL gets its memory.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace service {

/// Lets OpenSSL use the memory reserve (net/memory_reserve) before an allocation of its own fails:
/// not all of its code expects that one may. To be called before OpenSSL allocates anything.
void give_openssl_the_reserve();

} // namespace service
