// Builds Asio's own code once for everything that includes it.
// SPDX-License-Identifier: EUPL-1.2
#include <boost/asio/impl/src.hpp>
