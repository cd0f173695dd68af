// The command line's options of sessions, and of what becomes of text frames.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/ws/frame.hpp"
#include "wsgate/ws/session_options.hpp"

namespace wsgate {

void add_session_options(service::option_list&, session_options&, text_frames&);

} // namespace wsgate
