// Reads, passes on, and ends connections.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/limit/connection.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace bench::limit {

namespace {

constexpr std::uint32_t to_read = EPOLLIN | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t end_is_there = EPOLLRDHUP | EPOLLHUP;

} // namespace

connection::connection(event_loop& loop, unique_fd socket)
    : source(std::move(socket)), loop_(loop) {
    loop_.add(*this, to_read);
}

void connection::ready(std::uint32_t events) {
    if ((events & EPOLLERR) != 0) {
        break_off();
        return;
    }
    hung_up_ = hung_up_ || (events & end_is_there) != 0;
    readable_ = readable_ || (events & (EPOLLIN | end_is_there)) != 0;
    if ((events & EPOLLOUT) != 0 && partner_ != nullptr && !partner_->kept().empty()) {
        partner_->flush();
    }
    awaits_turn_ = awaits_turn_ && events != 0;
    go_on();
}

// Reads until nothing is left; after a full buffer the others have their turn.
void connection::go_on() {
    while (may_read()) {
        if (read()) {
            if (!std::exchange(awaits_turn_, true)) {
                loop_.ask_for_a_turn(*this);
            }
            return;
        }
    }
}

bool connection::may_read() {
    if (!socket() || !readable_ || over_) {
        return false;
    }
    if (partner_ != nullptr) {
        return kept().empty();
    }
    if (!wants_more() && hung_up_) {
        break_off();
        return false;
    }
    return wants_more();
}

// True where the buffer was filled.
bool connection::read() {
    const auto into = loop_.scratch();
    const auto got = ::recv(socket().get(), into.data(), into.size(), 0);
    if (got > 0) {
        const auto size = static_cast<std::size_t>(got);
        readable_ = size == into.size() || hung_up_;
        take(into.first(size));
        return size == into.size() && socket();
    }
    readable_ = false;
    if (got == 0) {
        end_here();
    } else if (errno != EAGAIN) {
        break_off();
    }
    return false;
}

void connection::end_here() {
    over_ = true;
    if (partner_ == nullptr) {
        break_off();
    } else if (kept().empty()) {
        take_end();
    }
}

void connection::take_end() {
    if (partner_->has_ended()) {
        break_off();
    } else {
        (void)::shutdown(partner_->socket().get(), SHUT_WR);
    }
}

void connection::join(connection& partner) {
    partner_ = &partner;
    partner.partner_ = this;
    for (auto* each : {this, &partner}) {
        if (socket() && !each->kept().empty()) {
            each->flush();
        }
        each->go_on();
    }
}

void connection::pass_on(std::span<const std::byte> bytes) {
    if (kept().empty()) {
        bytes = bytes.subspan(sent(bytes));
    }
    if (!bytes.empty() && socket()) {
        keep(bytes);
        partner_->await_room();
    }
}

// How much the partner took; where it is broken, both are closed.
std::size_t connection::sent(std::span<const std::byte> bytes) {
    const auto count = ::send(partner_->socket().get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) {
        break_off();
    }
    return count < 0 ? 0 : static_cast<std::size_t>(count);
}

void connection::flush() {
    kept_from_ += sent(kept());
    if (!socket()) {
        return;
    }
    if (!kept().empty()) {
        partner_->await_room();
        return;
    }
    kept_.clear();
    kept_from_ = 0;
    if (over_) {
        take_end();
    } else {
        go_on();
    }
}

void connection::await_room() {
    if (!std::exchange(awaits_room_, true)) {
        loop_.change(*this, to_read | EPOLLOUT);
    }
}

void connection::break_off() {
    if (partner_ == nullptr) {
        forget();
    } else {
        loop_.end(*partner_);
    }
    loop_.end(*this);
}

} // namespace bench::limit
