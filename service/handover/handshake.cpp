// Waits for each answer, for a while.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/handshake.hpp"

#include "net/deadline.hpp"
#include "net/handoff.hpp"
#include "service/handover/sender.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <fmt/format.h>
#include <memory>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace service {

namespace {

using namespace asio::experimental::awaitable_operators;

void send(const net::message_socket& to, handshake what, std::span<const std::byte> fields = {}) {
    record_sender sender(to, handshake_patience);
    sender.add(number_of(what), fields);
    sender.send();
    if (sender.has_failed()) {
        throw std::runtime_error("the process that was to be taken over from has gone");
    }
}

std::vector<std::byte> fields_of(std::string_view text) {
    field_writer to;
    to.text(text);
    return to.take();
}

std::string text_of(const record& r) {
    field_reader in(r.fields);
    auto text = in.text();
    return text.empty() ? "it does not say why" : text;
}

} // namespace

void say_ready(const net::message_socket& to, uid_t we_become) {
    if (!to.is_of(::geteuid()) && !to.is_of(we_become)) {
        throw std::runtime_error("the process that was to be taken over from is another user's");
    }
    field_writer us;
    put(us, our_image());
    send(to, handshake::ready, us.take());
}

void refuse(const net::message_socket& to, std::string_view why) {
    record_sender sender(to, handshake_patience);
    sender.add(number_of(handshake::refusal), fields_of(why));
    sender.send();
}

void inherit(const net::message_socket& from, const std::function<void(record)>& take) {
    for (;;) {
        auto got = from.receive_within(handshake_patience);
        if (!got) {
            throw std::runtime_error("what is to be taken over did not come: " +
                                     got.error().message());
        }
        auto records = records_of(std::move(*got));
        if (!records) {
            throw std::runtime_error("a message cannot be read");
        }
        for (auto& each : *records) {
            if (each.kind == number_of(handshake::complete)) {
                return;
            }
            if (each.kind == number_of(handshake::refusal)) {
                throw std::runtime_error(text_of(each));
            }
            take(std::move(each));
        }
    }
}

void refuse_record(const record& r, std::string_view why) {
    throw std::runtime_error(fmt::format("a record of kind {} {}", r.kind, why));
}

std::vector<record> wait_for_go(const net::message_socket& from) {
    send(from, handshake::taken);
    auto got = from.receive_within(handshake_patience);
    auto all = got ? records_of(std::move(*got)) : std::nullopt;
    if (!all || all->empty() || all->front().kind != number_of(handshake::go)) {
        throw std::runtime_error("the process that was to be taken over from goes on");
    }
    all->erase(all->begin());
    return std::move(*all);
}

asio::awaitable<bool> has_left(net::event_loop& loop, record_channel& channel) {
    const auto left = std::make_shared<net::handoff<bool>>(loop.get_executor());
    channel.then([left, &channel] { left->give(channel.is_open()); });
    const auto so = co_await left->take();
    co_return so.value_or(false);
}

successor_link::successor_link(net::event_loop& loop, net::message_socket socket)
    : loop_(loop),
      channel_(
          loop, std::move(socket), [this](const record& r) { hear(r); },
          [this](const net::error_code& ec) {
              lose(ec == asio::error::eof ? "it has ended; its last words are on standard error"
                                          : ec.message());
          }),
      changed_(loop.get_executor()) {}

void successor_link::hear(const record& r) {
    if (r.kind == number_of(handshake::refusal)) {
        lose(text_of(r));
        return;
    }
    if (r.kind == number_of(handshake::ready)) {
        field_reader in(r.fields);
        pid_ = image_from(in).pid;
    }
    heard_ = r.kind;
    changed_.notify();
}

void successor_link::lose(const std::string& why) {
    channel_.close();
    why_not_ = why_not_.empty() ? why : why_not_;
    changed_.notify();
}

asio::awaitable<std::string> successor_link::until(std::uint8_t kind) {
    const auto end = net::clock::now() + handshake_patience;
    while (heard_ != kind && why_not_.empty()) {
        const auto first = co_await (changed_.wait() || net::expire_at(end));
        if (first.index() == 1) {
            lose("it does not answer");
        }
    }
    heard_.reset();
    co_return why_not_;
}

} // namespace service
