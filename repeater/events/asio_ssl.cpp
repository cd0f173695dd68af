// Builds Asio's TLS code, which only the repeater's events use.
// SPDX-License-Identifier: EUPL-1.2
#include <boost/asio/ssl/impl/src.hpp>
