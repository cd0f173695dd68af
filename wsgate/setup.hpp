// One configuration and what was opened for it; sessions keep the one that they came under.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/static_files.hpp"
#include "wsgate/listener_rules.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/target/dialled.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgate {

struct setup {
    /// Throws std::runtime_error where the directory of files cannot be used.
    explicit setup(config);
    setup(const setup&) = delete;
    setup& operator=(const setup&) = delete;
    ~setup() = default;

    [[nodiscard]] bool speaks_tls_to_targets() const;

    /// As sessions reach each target, but without a word of TLS or of a client.
    [[nodiscard]] std::vector<dialler> probes() const;

    config conf;
    std::vector<listener_rules> listeners; ///< one for each address to listen on
    std::optional<static_root> files;      ///< none: no files
};

/// What a running gateway cannot take over from `next`, as options with blanks between; it is put
/// back there to what it was. Where connections are accepted stays, what their paths mean may
/// change.
[[nodiscard]] std::string keep_what_needs_a_restart(const config& now, config& next);

} // namespace wsgate
