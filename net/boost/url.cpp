// Builds Boost.URL's own code once for both daemons.
// SPDX-License-Identifier: EUPL-1.2
#include <boost/url/src.hpp>
