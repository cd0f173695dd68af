// Configuration snapshot that a connection keeps for its life, with all that was opened for it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/doorman.hpp"
#include "wsgate/http/static_files.hpp"
#include "wsgate/listener_rules.hpp"
#include "wsgate/options/config.hpp"
#include "wsgate/target/dialled.hpp"
#include "wsgate/tls/client.hpp"
#include "wsgate/tls/server.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace wsgate {

/// It never changes, so that all threads may use it; a reload makes another.
struct terms {
    /// Opens and reads all files. Throws std::runtime_error, with a text for the operator, where
    /// one of them cannot be used. `memory` outlives this. `hidden` is what is never served; null:
    /// nothing. Of `tls_before` certificates are taken over whose files cannot be used now; null:
    /// there is none.
    terms(config, access_memory& memory, std::shared_ptr<ticket_ring>,
          const wsgate::doorman::complaint&, std::shared_ptr<const hidden_files> hidden = nullptr,
          const tls_server* tls_before = nullptr);
    terms(const terms&) = delete;
    terms& operator=(const terms&) = delete;
    ~terms() = default;

    /// Dials every target as a session does, but without TLS, and with a PROXY header that names no
    /// client.
    [[nodiscard]] std::vector<dialler> probes() const;

    /// Whether the peer is a balancer that begins with a PROXY header. Nothing: a Unix socket.
    [[nodiscard]] bool hears_proxy(const std::optional<asio::ip::address>& peer) const {
        return conf.proxy.accept && conf.access.proxies.trusts(peer);
    }

    config conf;
    std::vector<listener_rules> listeners; ///< one for each address to listen on
    std::optional<static_root> files;      ///< nothing: no files are served
    wsgate::doorman doorman;
    std::unique_ptr<const tls_server> tls;        ///< null: no listener speaks TLS
    std::shared_ptr<const tls_client> target_tls; ///< null: no target speaks TLS
};

} // namespace wsgate
