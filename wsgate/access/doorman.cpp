// Checks limits, brake, certificate, password, origin and token, in this order: cheap ones first.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/doorman.hpp"

#include "service/read_file.hpp"
#include "wsgate/access/client_host.hpp"
#include "wsgate/access/request_id.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace wsgate {

namespace {

using status = http::status;
using passwords_of = std::shared_ptr<const password_list>;

constexpr std::size_t largest_password_file = std::size_t{1024} * 1024;
constexpr std::chrono::seconds full_for{10}; // for Retry-After: a place may be free by then

void add_file(const std::string& file, password_list& to) {
    const auto text = service::read_file(file, largest_password_file);
    if (!text) {
        throw std::runtime_error(
            fmt::format("{}: cannot read passwords: {}", file, service::last_error_text()));
    }
    const auto before = to.size();
    if (const auto why = to.add(*text); !why.empty()) {
        throw std::runtime_error(fmt::format("{}: {}", file, why));
    }
    if (to.size() == before) {
        throw std::runtime_error(
            fmt::format("{0}: no user in it: htpasswd -B {0} USER adds one", file));
    }
}

std::string all_origins(const request& r) {
    std::string all;
    for (const auto& field : r) {
        if (field.name() == http::field::origin) {
            all.append(all.empty() ? "" : ", ").append(value_of(field));
        }
    }
    return all;
}

passwords_of load_passwords(const password_options& o) {
    if (!o.is_used()) {
        return nullptr;
    }
    password_list list;
    if (!o.plain.empty()) {
        if (const auto why = list.add_plain(o.plain); !why.empty()) {
            throw std::runtime_error(fmt::format("--auth-source: {}", why));
        }
    }
    for (const auto& file : o.files) {
        add_file(file, list);
    }
    return std::make_shared<const password_list>(std::move(list));
}

denial too_many(std::string_view cause) {
    denial d{status::service_unavailable, "too many sessions, try again later", cause};
    d.counted = handshake_failure::too_many;
    d.retry_after = full_for;
    return d;
}

denial limited_by(limit l) {
    auto d = too_many(words_of(l).cause);
    d.hit = l;
    if (l == limit::upgrade_rate) {
        d.status = status::too_many_requests;
        d.text = "too many attempts, try again later";
        d.retry_after = std::chrono::seconds(1);
    }
    return d;
}

/// A trusted proxy speaks for many, so that it has no limits of its own.
access_options with_proxies_exempt(access_options o) {
    o.limits.exempt.insert(o.limits.exempt.end(), o.proxies.trusted.begin(),
                           o.proxies.trusted.end());
    return o;
}

denial wrong_origin(std::string_view cause) {
    denial d{status::forbidden, "no access from this page", cause};
    d.counted = handshake_failure::origin;
    return d;
}

} // namespace

doorman::doorman(const access_options& o, access_memory& memory, const complaint& complain)
    : options_(with_proxies_exempt(o)), memory_(memory) {
    passwords_.all = load_passwords(o.passwords.all);
    for (const auto& [path, where] : o.passwords.by_path) {
        passwords_.by_path.emplace(path, load_passwords(where));
    }
    if (o.files_need_login && !passwords_.all && !o.common_names) {
        throw std::runtime_error("--web-auth: there is no --auth-file that holds for all paths");
    }
    if (o.tokens.is_used()) {
        tokens_ = std::make_unique<token_source>(o.tokens, complain);
    }
}

std::variant<source_limits::connection_place, limit>
doorman::admit_connection(const source_limits::source& from) const {
    return memory_.sources.enter(options_.limits, from, net::clock::now());
}

std::optional<limit> doorman::admit_source(source_limits::connection_place& who,
                                           const asio::ip::address& from) const {
    return memory_.sources.identify(who, options_.limits, from, net::clock::now());
}

sender doorman::identify(const request& r, const std::optional<asio::ip::address>& peer,
                         std::string_view common_name, forwarded headers) const {
    sender s;
    s.behind_trusted_proxy = headers == forwarded::believed && options_.proxies.trusts(peer);
    static const request silent;
    s.client = client_address(options_.proxies, peer, s.behind_trusted_proxy ? r : silent);
    s.request_id = request_id(value_of(r, "X-Request-Id"), s.behind_trusted_proxy);
    s.common_name = common_name;
    return s;
}

asio::awaitable<std::variant<admission, denial>>
doorman::admit_session(const request& r, std::string_view path, const sender& from) const {
    auto begun = memory_.sources.begin_session(options_.limits, from.client, net::clock::now());
    if (const auto* const why = std::get_if<limit>(&begun)) {
        co_return limited_by(*why);
    }
    if (auto no = check_brake(from)) {
        co_return std::move(*no);
    }
    if (auto no = check_certificate(from)) {
        co_return std::move(*no);
    }
    std::variant<std::string, denial> user;
    if (const auto& list = passwords_.of(path)) { // a coroutine that has nothing to do costs, too
        user = co_await check_password(r, list, from);
    }
    if (auto* no = std::get_if<denial>(&user)) {
        co_return std::move(*no);
    }
    if (auto no = check_origin(r, path, from)) {
        co_return std::move(*no);
    }
    admission yes{std::move(std::get<source_limits::session_place>(begun)), std::nullopt,
                  std::move(std::get<std::string>(user))};
    if (options_.needs_token(path)) {
        auto to = check_token(r, from);
        if (auto* no = std::get_if<denial>(&to)) {
            co_return std::move(*no);
        }
        yes.to = std::move(std::get<target>(to));
    }
    co_return std::move(yes);
}

asio::awaitable<std::optional<denial>> doorman::admit_request(const request& r,
                                                              const sender& from) const {
    if (!options_.files_need_login) {
        co_return std::nullopt;
    }
    if (auto no = check_brake(from)) {
        co_return no;
    }
    if (auto no = check_certificate(from)) {
        co_return no;
    }
    auto user = co_await check_password(r, passwords_.all, from);
    if (auto* no = std::get_if<denial>(&user)) {
        co_return std::move(*no);
    }
    co_return std::nullopt;
}

std::optional<std::uint64_t> doorman::admit_line(const std::optional<asio::ip::address>& client,
                                                 const line_limit::kind& what) const {
    return memory_.lines.admit(client, what, net::clock::now());
}

handshake_queue::place doorman::wait_for_request(handshake_queue::on_drop drop) const {
    return memory_.handshakes.join(options_.limits.handshakes, std::move(drop));
}

handshake_queue::place doorman::wait_for_tls(handshake_queue::on_drop drop) const {
    return memory_.tls_handshakes.join(options_.limits.tls_handshakes, std::move(drop));
}

bool doorman::is_open_to_all_pages(std::string_view path) const {
    return !options_.origins.of(path);
}

asio::awaitable<std::variant<std::string, denial>>
doorman::check_password(const request& r, passwords list, const sender& from) const {
    if (!list) {
        co_return std::string{};
    }
    denial no{status::unauthorized, "a user name and a password are needed", "no password"};
    no.counted = handshake_failure::unauthorized;
    no.realm = options_.realm;
    const auto claimed = parse_basic(value_of(r, http::field::authorization));
    if (!claimed) {
        co_return no;
    }
    switch (co_await memory_.passwords.check(std::move(list), *claimed)) {
    case password_verdict::good:
        co_return claimed->user;
    case password_verdict::busy:
        co_return too_many("too many passwords to verify");
    case password_verdict::bad:
        break;
    }
    no.cause = "wrong user or password";
    no.delay = note_failure(from);
    co_return no;
}

/// Denies a client that is shut out. A trusted proxy's address may stand for many clients, so it is
/// only slowed down.
std::optional<denial> doorman::check_brake(const sender& from) const {
    if (!from.client || options_.proxies.trusts(from.client)) {
        return std::nullopt;
    }
    const auto wait =
        memory_.brake.shut_out(net::key_of(from.client), std::chrono::steady_clock::now());
    if (!wait) {
        return std::nullopt;
    }
    denial no{status::too_many_requests, "too many failures, try again later", "shut out"};
    no.counted = handshake_failure::shut_out;
    no.retry_after = *wait;
    return no;
}

std::optional<denial> doorman::check_certificate(const sender& from) const {
    const auto& names = options_.common_names;
    if (!names || std::find(names->begin(), names->end(), from.common_name) != names->end()) {
        return std::nullopt;
    }
    return denial{status::forbidden, "no access with this certificate",
                  "certificate's name not listed"};
}

std::optional<denial> doorman::check_origin(const request& r, std::string_view path,
                                            const sender& from) const {
    const auto& list = options_.origins.of(path);
    const auto given = count_of(r, http::field::origin);
    if (given == 0) {
        return options_.origin_required ? std::optional{wrong_origin("no Origin")} : std::nullopt;
    }
    if (!list) {
        return std::nullopt;
    }
    const auto host = client_host(options_.proxies, r, from.behind_trusted_proxy);
    if (given == 1 && list->admits(value_of(r, http::field::origin), host)) {
        return std::nullopt;
    }
    auto no = wrong_origin(given == 1 ? "Origin not listed" : "several Origins");
    no.origin = {all_origins(r),
                 std::string{host.host},
                 host.told_by,
                 host.port,
                 header_not_believed(r, from.behind_trusted_proxy),
                 to_string(*list)};
    return no;
}

std::variant<target, denial> doorman::check_token(const request& r, const sender& from) const {
    const std::string_view whole{r.target().data(), r.target().size()};
    const auto token = options_.tokens.from_host ? token_of_host(value_of(r, http::field::host))
                                                 : token_of_query(whole);
    denial no{status::forbidden, "no access without a valid token", "no token"};
    no.counted = handshake_failure::token;
    if (!token) {
        return no;
    }
    auto found = tokens_->find(*token, static_cast<std::uint64_t>(std::time(nullptr)));
    if (auto* to = std::get_if<target>(&found)) {
        return std::move(*to);
    }
    no.cause = std::get<std::string_view>(found);
    no.token_hash = service::hash_prefix(*token);
    no.delay = note_failure(from);
    return no;
}

std::chrono::milliseconds doorman::note_failure(const sender& from) const {
    return memory_.brake.failed(net::key_of(from.client), std::chrono::steady_clock::now());
}

} // namespace wsgate
