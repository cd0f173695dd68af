// Builds Asio's own code once for everything that links vnc::net.
// SPDX-License-Identifier: EUPL-1.2
#include <boost/asio/impl/src.hpp>
