// All options of the gateway; parsing them fills one configuration.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/admin/admin_flags.hpp"
#include "service/option_list.hpp"
#include "wsgate/options/access_flags.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/options/listen_flags.hpp"
#include "wsgate/options/proxy_flags.hpp"
#include "wsgate/options/tls_flags.hpp"
#include "wsgate/options/web_flags.hpp"
#include "wsgate/options/websockify_line.hpp"

#include <string>
#include <vector>

namespace wsgate {

class gateway_options {
public:
    /// `c` is what they fill, and outlives this.
    explicit gateway_options(config& c);

    /// Throws service::text_asked_for or service::bad_option.
    void parse(std::vector<std::string> words);

    /// To be called once, after parse(): sets what depends on several options. Throws
    /// service::bad_option.
    void finish();

    [[nodiscard]] const service::option_list& list() const { return list_; }

private:
    void keep_last_of_repeated();

    config& c_;
    raw_listen listen_;
    raw_web web_;
    raw_access access_;
    raw_proxy proxy_;
    raw_tls tls_;
    service::raw_admin admin_;
    raw_websockify websockify_;
    service::option_list list_;
    const service::option* pong_timeout_;
};

/// Puts what a running gateway cannot take over back in `next` to what it is in `now`. Returns the
/// names of those options with blanks between. Where connections are accepted cannot change; what
/// their paths mean can.
[[nodiscard]] std::string keep_what_needs_a_restart(const config& now, config& next);

} // namespace wsgate
