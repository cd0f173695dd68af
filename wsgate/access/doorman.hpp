// The doorman finds out who sent a request and whether it may pass, before a target hears of it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "wsgate/access/access_options.hpp"
#include "wsgate/access/denial.hpp"
#include "wsgate/access/handshake_queue.hpp"
#include "wsgate/access/line_limit.hpp"
#include "wsgate/access/password_checker.hpp"
#include "wsgate/access/source_limits.hpp"
#include "wsgate/http/request.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

/// What is counted and remembered of clients across reloads. Shared by all threads; outlives all
/// sessions.
struct access_memory {
    explicit access_memory(const access_options& o) : brake(o.brake) {}

    source_limits sources;
    handshake_queue handshakes{limit::handshakes};
    handshake_queue tls_handshakes{limit::tls_handshakes};
    failure_brake brake;
    line_limit lines; ///< of refusals in the log
    password_checker passwords;
};

/// Whether fields of a request, such as X-Forwarded-For, may name its client.
enum class forwarded {
    believed, ///< if the peer is a trusted proxy, which has written them
    ignored,  ///< behind a balancer that names no client: anybody may have written them
};

/// What is known of the sender of a request.
struct sender {
    std::optional<asio::ip::address> client; ///< as far as its proxies are trusted
    bool behind_trusted_proxy = false;
    std::string request_id;
    std::string common_name; ///< of its certificate; empty: none
};

/// The permission to begin a session.
struct admission {
    source_limits::session_place place;
    std::optional<target> to; ///< the target that a token has chosen
    std::string user;         ///< who gave a password; empty: none was asked for
};

/// The doorman of one configuration; a connection keeps the one of its terms.
class doorman {
public:
    using complaint = token_source::complaint;

    /// Throws std::runtime_error where a file cannot be used. `memory` outlives this.
    doorman(const access_options&, access_memory& memory, const complaint&);

    /// Whether one more connection may come. Nothing for the source: it is not known yet.
    [[nodiscard]] std::variant<source_limits::connection_place, limit>
    admit_connection(const source_limits::source&) const;

    /// The same once it is known whom the connection speaks for; nothing where it may stay.
    [[nodiscard]] std::optional<limit> admit_source(source_limits::connection_place&,
                                                    const asio::ip::address&) const;

    /// As source_limits has it: for a session that another process has admitted.
    [[nodiscard]] source_limits::connection_place
    restore_connection(const source_limits::source& from) const {
        return memory_.sources.restore_connection(options_.limits, from);
    }

    [[nodiscard]] source_limits::session_place
    restore_session(const source_limits::source& client) const {
        return memory_.sources.restore_session(client);
    }

    /// The connection's first request has come.
    void note_request(source_limits::connection_place& who) const {
        memory_.sources.has_asked(who);
    }

    [[nodiscard]] sender identify(const request&, const std::optional<asio::ip::address>& peer,
                                  std::string_view common_name, forwarded) const;

    /// Decides about an opening handshake that keeps to RFC 6455; `path` is decoded.
    [[nodiscard]] asio::awaitable<std::variant<admission, denial>>
    admit_session(const request&, std::string_view path, const sender&) const;

    /// Decides about any other request; nothing where it may pass.
    [[nodiscard]] asio::awaitable<std::optional<denial>> admit_request(const request&,
                                                                       const sender&) const;

    /// Whether the refusal of this client gets its line in the log; see line_limit::admit().
    [[nodiscard]] std::optional<std::uint64_t>
    admit_line(const std::optional<asio::ip::address>& client, const line_limit::kind&) const;

    /// Joins the queue of connections that have sent no request yet; `drop` is called when too many
    /// wait and this one is the oldest.
    [[nodiscard]] handshake_queue::place wait_for_request(handshake_queue::on_drop drop) const;

    /// The same of connections whose TLS handshake has begun and is not done yet.
    [[nodiscard]] handshake_queue::place wait_for_tls(handshake_queue::on_drop drop) const;

    /// Whether any web page may open sessions on this path.
    [[nodiscard]] bool is_open_to_all_pages(std::string_view path) const;

private:
    using passwords = std::shared_ptr<const password_list>; ///< null: no password is asked for

    [[nodiscard]] asio::awaitable<std::variant<std::string, denial>>
    check_password(const request&, passwords, const sender&) const;
    [[nodiscard]] std::optional<denial> check_brake(const sender&) const;
    [[nodiscard]] std::optional<denial> check_origin(const request&, std::string_view path,
                                                     const sender&) const;
    [[nodiscard]] std::optional<denial> check_certificate(const sender&) const;
    [[nodiscard]] std::variant<target, denial> check_token(const request&, const sender&) const;
    [[nodiscard]] std::chrono::milliseconds note_failure(const sender&) const;

    access_options options_;
    access_memory& memory_;
    per_path<passwords> passwords_;
    std::unique_ptr<token_source> tokens_;
};

} // namespace wsgate
