// Resolves the name, and then tries one address after the other.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/dial.hpp"

#include "net/dial.hpp"
#include "net/proxy/on_connection.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/target/dial_unix.hpp"
#include "wsgate/tls/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/errc.hpp>

#include <utility>
#include <vector>

namespace wsgate {

namespace {

asio::awaitable<dialled> secure(net::connection c, const std::string& host,
                                std::chrono::milliseconds limit, const tls_client* tls) {
    if (tls == nullptr) {
        co_return dialled{nullptr, asio::error::operation_not_supported};
    }
    auto got = co_await tls->secure(std::move(c), host, net::clock::now() + limit);
    if (!got.stream) {
        co_return dialled{nullptr, make_error_code(boost::system::errc::protocol_error),
                          "TLS: " + got.problem};
    }
    co_return dialled{std::move(got.stream), {}};
}

asio::awaitable<dialled> try_address(const target& to, asio::ip::tcp::endpoint address,
                                     std::chrono::milliseconds limit, net::tcp_options options,
                                     const tls_client* tls) {
    const auto executor = co_await asio::this_coro::executor;
    auto got = co_await net::connect(address, limit, options);
    if (!got.error && !to.proxy_header.empty()) {
        got.error = net::send_proxy_header(got.connection, to.proxy_header);
    }
    if (got.error) {
        co_return dialled{nullptr, got.error};
    }
    if (to.tls) {
        co_return co_await secure(std::move(got.connection), to.host, limit, tls);
    }
    co_return dialled{std::make_unique<net::tcp_stream>(executor, got.connection), {}};
}

} // namespace

asio::awaitable<dialled> dial(target to, std::chrono::milliseconds limit, net::tcp_options options,
                              std::shared_ptr<const tls_client> tls) {
    if (to.is_unix) {
        co_return co_await dial_unix(std::move(to.host), limit, std::move(to.proxy_header));
    }
    // No TCP_USER_TIMEOUT: a target may take nothing for as long as it likes, and the kernel would
    // give it up for that.
    options.user_timeout = {};
    const auto found = co_await net::resolve(to.host, to.port, limit);
    dialled last{nullptr, found.error ? found.error : asio::error::host_not_found};
    for (const auto& address : found.endpoints) {
        last = co_await try_address(to, address, limit, options, tls.get());
        if (last.stream) {
            break;
        }
    }
    co_return last;
}

} // namespace wsgate
