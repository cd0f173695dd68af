// Sends the greeting and reads the hello, under one absolute deadline.   repeater spec 2.1-2.3
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/reception.hpp"

#include "net/tcp_channel.hpp"
#include "rfb/version.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

using reason = event::introduction_failed::reason;

std::string text_of(std::span<const std::byte> block) {
    const auto end = std::find(block.begin(), block.end(), std::byte{0});
    std::string text;
    std::transform(block.begin(), end, std::back_inserter(text),
                   [](std::byte b) { return static_cast<char>(b); });
    return text;
}

} // namespace

/// A peer whose hello is awaited. Watched from watch() to its end.
class reception::newcomer final : public net::poller::watcher {
public:
    newcomer(reception& here, peer who, std::shared_ptr<const config> conf)
        : deadline(net::clock::now() + conf->limits.handshake), reception_(here),
          who_(std::move(who)), conf_(std::move(conf)),
          channel_(std::move(who_.connection.socket), true), reader_(conf_->hello),
          to_greet_(who_.name.side == rfb::side::viewer && conf_->greet_viewers ? rfb::version_size
                                                                                : 0) {}

    newcomer(const newcomer&) = delete;
    newcomer& operator=(const newcomer&) = delete;

    ~newcomer() {
        if (watched_) {
            reception_.poller_.remove(channel_.native_handle(), *this);
            reception_.deadlines_.remove(deadline, number());
        }
    }

    /// Throws std::system_error.
    void watch() {
        reception_.poller_.add(channel_.native_handle(), *this);
        reception_.deadlines_.add(deadline, number());
        watched_ = true;
    }

    void wake(net::ready r) override {
        channel_.note(r);
        if (advance()) {
            reception_.finish(*this);
        }
    }

    /// Does what can be done now. True once the peer has said all, or has failed.
    bool advance() { return !greet() || (to_greet_ == 0 && collect()); }

    void fail(reason why, const error_code& ec) { failure_ = {why, ec}; }

    [[nodiscard]] session_number number() const { return who_.name.number; }

    /// What it wants, for whoever goes on with it; nothing where the connection is lost, which an
    /// event tells. An ID or destination that cannot be used is an error in the guest.
    [[nodiscard]] std::optional<guest> conclude(event_sink& events) {
        event::introduction_failed failed{who_.name,         {}, reader_.block().size(),
                                          conf_->hello.size, {}, {}};
        if (failure_) {
            failed.why = failure_->why;
            failed.error = failure_->error;
            events.receive(failed);
            return std::nullopt;
        }
        auto hello = rfb::parse_hello(reader_.block(), who_.name.side, conf_->hello);
        if (!hello) {
            failed.why = reason::not_understood;
            failed.error = hello.error();
            failed.text = text_of(reader_.block());
            events.receive(failed);
        }
        if (std::exchange(watched_, false)) {
            reception_.poller_.remove(channel_.native_handle(), *this);
            reception_.deadlines_.remove(deadline, number());
        }
        who_.connection.socket = channel_.release();
        return guest{std::move(who_), std::move(hello), std::move(conf_)};
    }

    const net::clock::time_point deadline;

private:
    struct failure {
        reason why{};
        error_code error;
    };

    /// False where the connection is broken.
    [[nodiscard]] bool greet() {
        const auto greeting = rfb::format_version(rfb::repeater_greeting);
        while (to_greet_ > 0) {
            const auto wrote = channel_.write_some(std::span(greeting).last(to_greet_));
            if (wrote.would_block()) {
                break;
            }
            if (wrote.error) {
                fail(reason::greeting_failed, wrote.error);
                return false;
            }
            to_greet_ -= wrote.bytes;
        }
        return true;
    }

    /// True once nothing more is to be read.
    [[nodiscard]] bool collect() {
        std::array<std::byte, 1024> buffer; // NOLINT: only what was read into it is looked at
        while (!reader_.complete()) {
            const auto got = channel_.read_some(buffer);
            if (got.would_block()) {
                return false;
            }
            if (got.error) {
                const bool left = got.error == asio::error::eof;
                fail(left ? reason::too_short : reason::read_failed,
                     left ? error_code{} : got.error);
                return true;
            }
            const auto bytes = std::span<const std::byte>(buffer).first(got.bytes);
            const auto rest = bytes.subspan(reader_.feed(bytes));
            auto& early = who_.connection.early;
            early.insert(early.end(), rest.begin(), rest.end());
        }
        return true;
    }

    reception& reception_;
    peer who_;
    std::shared_ptr<const config> conf_;
    net::tcp_channel channel_;
    rfb::hello_reader reader_;
    std::size_t to_greet_; ///< bytes of the greeting that it has not got
    std::optional<failure> failure_;
    bool watched_ = false;
};

reception::reception(const asio::any_io_executor& executor, net::poller& p, event_sink& events,
                     on_hello tell)
    : poller_(p), events_(events), tell_(std::move(tell)),
      deadlines_(executor, [this](session_number number) { expire(number); }) {}

reception::~reception() = default;

void reception::clear() {
    here_.clear();
}

void reception::receive(peer who, std::shared_ptr<const config> conf) {
    const auto number = who.name.number;
    auto& arrived =
        *here_.emplace(number, std::make_unique<newcomer>(*this, std::move(who), std::move(conf)))
             .first->second;
    // Most peers speak at once, and have spoken before we come to them: those are never watched.
    bool done = arrived.advance();
    if (!done) {
        try {
            arrived.watch();
        } catch (const std::system_error& e) { // no memory or no watch is left
            arrived.fail(reason::read_failed, e.code());
            done = true;
        }
    }
    if (done) {
        finish(arrived);
    }
}

void reception::finish(newcomer& which) {
    const auto leaving = here_.extract(which.number());
    if (auto spoken = which.conclude(events_)) {
        tell_(std::move(*spoken));
    }
}

void reception::expire(session_number number) {
    if (const auto found = here_.find(number); found != here_.end()) {
        found->second->fail(reason::timed_out, {});
        finish(*found->second);
    }
}

} // namespace repeater
