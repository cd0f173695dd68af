// A browser's end of a WebSocket on loopback.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/ws_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <system_error>

namespace bench {

namespace {

constexpr std::string_view request =
    "GET /websockify HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";
constexpr std::size_t longest_answer = 8192;
constexpr std::size_t discard_size = std::size_t{256} * 1024;

std::optional<std::size_t> checked(ssize_t result, const char* what) {
    if (result >= 0) {
        return static_cast<std::size_t>(result);
    }
    if (errno == EAGAIN) {
        return {};
    }
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

SSL_CTX* client_context() {
    static const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context = [] {
        std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> made(SSL_CTX_new(TLS_client_method()),
                                                               &SSL_CTX_free);
        if (!made || SSL_CTX_set_ciphersuites(made.get(), "TLS_AES_128_GCM_SHA256:"
                                                          "TLS_CHACHA20_POLY1305_SHA256:"
                                                          "TLS_AES_256_GCM_SHA384") != 1) {
            throw std::runtime_error("cannot set up TLS");
        }
        SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
        SSL_CTX_set_mode(made.get(),
                         SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return made;
    }();
    return context.get();
}

void ws_client::ssl_free::operator()(SSL* ssl) const {
    SSL_free(ssl);
}

ws_client::ws_client(std::uint16_t port, wrapping wrap) : socket_(connect_to(port)) {
    make_nonblocking(socket_);
    if (wrap == wrapping::tls) {
        ssl_.reset(SSL_new(client_context()));
        if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.get()) != 1) {
            throw std::runtime_error("cannot begin TLS");
        }
        SSL_set_connect_state(ssl_.get());
        stage_ = stage::tls;
        (void)open(); // our first flight
    }
}

bool ws_client::open() {
    if (stage_ == stage::tls && !shake_hands()) {
        return false;
    }
    if (stage_ == stage::request) {
        if (try_send(std::as_bytes(std::span(request))) != request.size()) {
            throw std::runtime_error("the gateway does not take a request");
        }
        stage_ = stage::answer;
    }
    return stage_ == stage::open || read_answer();
}

bool ws_client::shake_hands() {
    ERR_clear_error();
    const auto done = outcome(SSL_do_handshake(ssl_.get()), 1);
    if (done == 0U) {
        throw std::runtime_error("the gateway ended TLS");
    }
    if (done) {
        stage_ = stage::request;
    }
    return done.has_value();
}

bool ws_client::read_answer() {
    std::array<char, 1024> buffer{};
    for (;;) {
        // try_receive() would give what came behind an answer first; there is none yet.
        const auto before = std::exchange(answer_, {});
        const auto got = try_receive(std::as_writable_bytes(std::span(buffer)));
        answer_ = before;
        if (!got) {
            return false;
        }
        answer_.append(buffer.data(), *got);
        const auto end = answer_.find("\r\n\r\n");
        if (end != std::string::npos && answer_.starts_with("HTTP/1.1 101 ")) {
            answer_.erase(0, end + 4);
            stage_ = stage::open;
            return true;
        }
        if (*got == 0 || end != std::string::npos || answer_.size() > longest_answer) {
            throw std::runtime_error("the gateway opens no WebSocket: " +
                                     answer_.substr(0, answer_.find('\r')));
        }
    }
}

void ws_client::open_now() {
    while (!open()) {
        wait_for(POLLIN);
    }
}

void ws_client::wait_for(short events) const {
    pollfd ready{.fd = socket_.get(), .events = events, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(io_limit.count())) != 1) {
        throw std::runtime_error("the gateway does nothing");
    }
}

/// What an SSL_ function has done; `bytes` is what it moved.
std::optional<std::size_t> ws_client::outcome(int result, std::size_t bytes) const {
    if (result == 1) {
        return bytes;
    }
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return {};
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        throw std::system_error(errno == 0 ? ECONNRESET : errno, std::generic_category(), "TLS");
    default:
        throw std::runtime_error("TLS failed");
    }
}

std::optional<std::size_t> ws_client::try_send(std::span<const std::byte> bytes) {
    if (!ssl_) {
        return checked(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
    }
    ERR_clear_error();
    std::size_t sent = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
    return outcome(result, sent);
}

std::optional<std::size_t> ws_client::try_receive(std::span<std::byte> into) {
    if (!answer_.empty()) {
        const auto size = std::min(into.size(), answer_.size());
        std::memcpy(into.data(), answer_.data(), size);
        answer_.erase(0, size);
        return size;
    }
    if (!ssl_) {
        return checked(::recv(socket_.get(), into.data(), into.size(), 0), "recv");
    }
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    return outcome(result, got);
}

std::optional<std::size_t> ws_client::try_discard() {
    if (!ssl_ && answer_.empty()) {
        return checked(::recv(socket_.get(), nullptr, discard_size, MSG_TRUNC), "recv");
    }
    static thread_local std::array<std::byte, discard_size> rubbish;
    return try_receive(rubbish);
}

void ws_client::send_now(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (const auto sent = try_send(bytes)) {
            bytes = bytes.subspan(*sent);
        } else {
            wait_for(POLLOUT);
        }
    }
}

void ws_client::receive_now(std::span<std::byte> into) {
    while (!into.empty()) {
        const auto got = try_receive(into);
        if (got == 0U) {
            throw std::runtime_error("the gateway closed a connection");
        }
        if (got) {
            into = into.subspan(*got);
        } else {
            wait_for(POLLIN);
        }
    }
}

void ws_client::reset() {
    ssl_.reset();
    bench::reset(std::move(socket_));
}

} // namespace bench
