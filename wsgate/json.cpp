// Builds Boost.JSON's own code once for everything that links wsgate_core.
// SPDX-License-Identifier: EUPL-1.2
#include <boost/json/src.hpp>
