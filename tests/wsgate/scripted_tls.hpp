// The server's side of TLS in memory: what it has to say is sent by the script of a breaking_peer.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/breaking_peer.hpp"
#include "tests/support/certificate.hpp"
#include "wsgate/tls/policy.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>

namespace support {

/// One connection.
class scripted_tls {
public:
    explicit scripted_tls(const certificate& ours)
        : context_(SSL_CTX_new(TLS_server_method())), ssl_(SSL_new(context_.get()), SSL_free),
          in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
        SSL_set_bio(ssl_.get(), in_, out_); // which it owns from then on
        present(ssl_.get(), ours);
        SSL_set_accept_state(ssl_.get());
    }

    /// Takes what the client says until it is to be answered, or the handshake is over.
    void hear_handshake(tcp_client& from) {
        do {
            take_some(from);
            (void)SSL_do_handshake(ssl_.get());
        } while (to_send() == 0 && SSL_is_init_finished(ssl_.get()) == 0);
    }

    /// The text that comes, up to an empty line.
    [[nodiscard]] std::string receive_head(tcp_client& from) {
        std::string head;
        while (!head.ends_with("\r\n\r\n")) {
            char c = 0;
            if (SSL_read(ssl_.get(), &c, 1) == 1) {
                head += c;
            } else {
                take_some(from);
            }
        }
        return head;
    }

    void say(const std::string& text) {
        (void)SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    }

    /// Sends so much of what it has to say, or all of it.
    void send(tcp_client& to, std::size_t most) {
        bytes some(std::min(most, to_send()));
        (void)BIO_read(out_, some.data(), static_cast<int>(some.size()));
        to.send(some);
    }

    /// Bytes.
    [[nodiscard]] std::size_t to_send() const { return BIO_ctrl_pending(out_); }

private:
    void take_some(tcp_client& from) {
        std::array<std::byte, 4096> buffer{};
        const auto n = ::recv(from.native_handle(), buffer.data(), buffer.size(), 0);
        if (n <= 0) {
            throw std::runtime_error("the client has left");
        }
        (void)BIO_write(in_, buffer.data(), static_cast<int>(n));
    }

    wsgate::tls_context context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    BIO* in_;
    BIO* out_;
};

/// A handshake: hears the client's hello, and answers it in three pieces.
[[nodiscard]] inline std::vector<breaking_peer::step>
tls_handshake_of(const std::shared_ptr<scripted_tls>& tls) {
    const auto send = [tls](std::size_t most) {
        return [tls, most](tcp_client& c, tcp_listener&) { tls->send(c, most); };
    };
    return {[tls](tcp_client& c, tcp_listener&) { tls->hear_handshake(c); }, send(1), send(500),
            send(std::size_t{1} << 20U)};
}

} // namespace support
