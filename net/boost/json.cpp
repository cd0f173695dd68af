// Builds Boost.JSON's own code once for both daemons.
// SPDX-License-Identifier: EUPL-1.2
#include <boost/json/src.hpp>
