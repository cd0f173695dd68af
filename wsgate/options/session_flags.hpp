// The options of session_options, and which frames are taken.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ws/frame.hpp"
#include "wsgate/ws/session_options.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class App;
} // namespace CLI

namespace wsgate {

void add_session_options(CLI::App&, session_options&, text_frames&);

} // namespace wsgate
