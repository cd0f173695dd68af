// `wsgate make-token`: writes a signed token.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

/// The arguments behind "make-token" follow argv[0]. Returns the exit code.
int make_token(int argc, const char* const* argv);

} // namespace wsgate
