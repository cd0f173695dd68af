// Sends the greeting and reads the hello, under one absolute deadline.   repeater spec 2.1-2.3
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/reception.hpp"

#include "rfb/version.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

using reason = event::introduction_failed::reason;

// A load balancer's check is over within a round trip; people who try a port by hand take longer.
constexpr auto probes_close_within = std::chrono::milliseconds(250);
constexpr auto probes_told_every = std::chrono::minutes(10);

/// The peer has closed before a byte came from it, and nothing else is wrong.
bool is_probe(const event::introduction_failed& e) {
    return e.got == 0 && (e.why == reason::too_short || e.error == asio::error::connection_reset ||
                          e.error == asio::error::broken_pipe);
}

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
    newcomer(reception& here, peer who, std::optional<asio::ip::tcp::endpoint> proxy,
             std::shared_ptr<const config> conf)
        : deadline(here.loop_.now() + conf->limits.handshake), reception_(here),
          who_(std::move(who)), proxy_(std::move(proxy)), conf_(std::move(conf)),
          reader_(conf_->hello), to_greet_(is_greeted() ? rfb::version_size : who_.shown.size()) {
        if (to_greet_ > 0) { // it answers to that
            who_.channel.expect_nothing();
        }
    }

    newcomer(const newcomer&) = delete;
    newcomer& operator=(const newcomer&) = delete;

    ~newcomer() { forget_time(); }

    /// Throws std::system_error.
    void watch() {
        who_.channel.watch(reception_.loop_, *this);
        // Whoever has not closed until then is no probe, and its arrival is told.
        expect(announced_ ? deadline
                          : std::min(deadline, reception_.loop_.now() + probes_close_within));
    }

    /// Tells of the arrival, once.
    void announce() {
        if (!std::exchange(announced_, true)) {
            const bool greeted = who_.name.side == rfb::side::server || is_greeted();
            reception_.events_.receive(event::arrived{who_.name, greeted, proxy_});
        }
    }

    /// A time that it waited for has come. True where that was the deadline.
    [[nodiscard]] bool is_late() {
        if (next_ >= deadline) {
            return true;
        }
        announce();
        expect(deadline);
        return false;
    }

    /// At the deadline: a peer that has sent less than a block and waits, as old viewers do, has
    /// said all where its text is complete and means something. Whoever still sends has not.
    [[nodiscard]] bool has_sent_a_short_block() {
        const auto quiet = net::clock::now() - last_bytes_;
        auto whole = reader_;
        auto early = whole.take_short();
        if (!early || to_greet_ > 0 || who_.by || quiet < conf_->limits.handshake / 4) {
            return false;
        }
        const auto said = rfb::parse_hello(whole.block(), who_.name.side, conf_->hello);
        const bool is_destination = said && std::holds_alternative<rfb::destination>(said->wish);
        const auto came = rfb::recognise(whole.block());
        if (!said || (is_destination && came != rfb::first_bytes::destination &&
                      came != rfb::first_bytes::bare_id)) {
            return false;
        }
        reception_.events_.receive(
            event::short_hello{who_.name, whole.block().size(), conf_->hello.size});
        reader_ = std::move(whole);
        who_.early = std::move(*early);
        return true;
    }

    void wake(net::ready r) override {
        who_.channel.note(r);
        if (advance()) {
            reception_.finish(*this);
        }
    }

    /// Does what can be done now. True once the peer has said all, or has failed.
    bool advance() {
        return !greet() || (to_greet_ == 0 && (who_.by ? is_at_its_door() : collect()));
    }

    void fail(reason why, const error_code& ec) { failure_ = {why, ec}; }

    [[nodiscard]] session_number number() const { return who_.name.number; }

    [[nodiscard]] const peer_name& name() const { return who_.name; }

    /// What it wants, for whoever goes on with it; nothing where the connection is lost, which an
    /// event tells. An ID or destination that cannot be used is an error in the guest.
    [[nodiscard]] std::optional<guest> conclude() {
        if (failure_) {
            tell(failure_->why, failure_->error);
            return std::nullopt;
        }
        announce();
        if (who_.by) {
            rfb::hello named{who_.by->id, {}, false, false};
            return guest{std::move(who_), std::move(named), std::move(conf_)};
        }
        auto hello = rfb::parse_hello(reader_.block(), who_.name.side, conf_->hello);
        if (hello && hello->unended && goes_on_behind()) {
            hello = rfb::error::id_too_long; // cut off, it could become another's
        }
        if (!hello) {
            tell(reason::not_understood, hello.error());
        }
        return guest{std::move(who_), std::move(hello), std::move(conf_)};
    }

    const net::clock::time_point deadline;

private:
    struct failure {
        reason why{};
        error_code error;
    };

    void tell(reason why, const error_code& error) {
        const auto block = reader_.block();
        const event::introduction_failed failed{who_.name,
                                                why,
                                                block.size(),
                                                conf_->hello.size,
                                                error,
                                                text_of(block),
                                                rfb::recognise(block)};
        if (!is_probe(failed)) {
            announce();
            reception_.events_.receive(failed);
            return;
        }
        ++reception_.probed_;
        if (reception_.is_worth_telling(who_.name.side, announced_)) {
            reception_.tell_probe(failed, announced_);
        }
    }

    [[nodiscard]] bool is_greeted() const {
        return who_.name.side == rfb::side::viewer && conf_->greet_viewers && !who_.by;
    }

    void fail_to_read(const error_code& ec) {
        const bool left = ec == asio::error::eof;
        fail(left ? reason::too_short : reason::read_failed, left ? error_code{} : ec);
    }

    /// True once a peer at a door has shown by its version that it belongs there, or it is clear
    /// that it does not. The version stays in the kernel. A viewer says nothing before its server
    /// does.
    [[nodiscard]] bool is_at_its_door() {
        if (who_.name.side == rfb::side::viewer && who_.shown.empty()) {
            return true;
        }
        std::array<std::byte, rfb::version_size> buffer; // NOLINT: only what was read is looked at
        const auto seen = who_.channel.peek_some(buffer);
        if (seen.would_block()) {
            return false;
        }
        if (seen.error) {
            fail_to_read(seen.error);
            return true;
        }
        announce();
        const auto came = std::span(buffer).first(seen.bytes);
        if (!rfb::may_become_version(came)) {
            (void)reader_.feed(came);
            fail(reason::no_version, {});
            return true;
        }
        return seen.bytes == buffer.size();
    }

    void expect(net::clock::time_point when) {
        next_ = when;
        reception_.deadlines_.add(next_, number());
    }

    void forget_time() {
        if (next_ != net::clock::time_point{}) {
            reception_.deadlines_.remove(next_, number());
        }
    }

    /// False where the connection is broken.
    [[nodiscard]] bool greet() {
        const auto own = rfb::format_version(rfb::repeater_greeting);
        const auto greeting = who_.by ? std::span<const std::byte>(who_.shown) : std::span(own);
        while (to_greet_ > 0) {
            const auto wrote = who_.channel.write_some(greeting.last(to_greet_));
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

    /// Takes the next bytes that belong to the block: what is behind it stays in the kernel, where
    /// nobody loses it.
    [[nodiscard]] net::io_result take(std::span<std::byte> buffer) {
        if (const auto missing = reader_.missing()) {
            const auto got =
                who_.channel.read_some(buffer.first(std::min(*missing, buffer.size())));
            (void)reader_.feed(buffer.first(got.bytes));
            return got;
        }
        const auto seen = who_.channel.peek_some(buffer);
        return seen.error
                   ? seen
                   : who_.channel.read_some(buffer.first(reader_.feed(buffer.first(seen.bytes))));
    }

    /// The text of the block continues behind it.
    [[nodiscard]] bool goes_on_behind() {
        std::array<std::byte, rfb::version_size> behind; // NOLINT: as above
        const auto seen = who_.channel.peek_some(behind);
        return !seen.error && !rfb::may_become_version(std::span(behind).first(seen.bytes));
    }

    /// True once nothing more is to be read.
    [[nodiscard]] bool collect() {
        std::array<std::byte, 1024> buffer; // NOLINT: only what was read into it is looked at
        while (!reader_.complete()) {
            const auto got = take(buffer);
            if (got.would_block()) {
                return false;
            }
            if (got.error) {
                fail_to_read(got.error);
                return true;
            }
            announce();
            last_bytes_ = reception_.loop_.now();
        }
        return true;
    }

    reception& reception_;
    peer who_;
    std::optional<asio::ip::tcp::endpoint> proxy_;
    std::shared_ptr<const config> conf_;
    rfb::hello_reader reader_;
    std::size_t to_greet_; ///< bytes of the greeting that it has not got
    std::optional<failure> failure_;
    net::clock::time_point last_bytes_{};
    net::clock::time_point next_{}; ///< when it is looked at, once it is watched
    bool announced_ = false;
};

reception::reception(net::event_loop& loop, event_sink& events, on_hello tell)
    : loop_(loop), events_(events), tell_(std::move(tell)),
      deadlines_(loop.get_executor(), [this](session_number number) { expire(number); }) {}

reception::~reception() = default;

bool reception::drop_oldest() {
    if (here_.empty()) {
        return false;
    }
    const auto oldest = here_.extract(here_.begin());
    events_.receive(event::limited{oldest.mapped()->name(), limit::handshakes});
    return true;
}

void reception::clear() {
    here_.clear();
}

void reception::receive(peer who, std::optional<asio::ip::tcp::endpoint> proxy,
                        std::shared_ptr<const config> conf) {
    const auto number = who.name.number;
    auto& arrived =
        *here_
             .emplace(number, std::make_unique<newcomer>(*this, std::move(who), std::move(proxy),
                                                         std::move(conf)))
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
    if (auto spoken = which.conclude()) {
        tell_(std::move(*spoken));
    }
}

void reception::expire(session_number number) {
    const auto found = here_.find(number);
    if (found == here_.end() || !found->second->is_late()) {
        return;
    }
    auto& late = *found->second;
    if (!late.has_sent_a_short_block()) {
        late.fail(reason::timed_out, {});
    }
    finish(late);
}

bool reception::is_worth_telling(rfb::side side, bool announced) {
    auto& here = probes_.at(side == rfb::side::viewer ? 0 : 1);
    if (announced || net::clock::now() >= here.quiet_until) {
        return true;
    }
    ++here.untold;
    return false;
}

void reception::tell_probe(event::introduction_failed how, bool announced) {
    auto& here = probes_.at(how.peer.side == rfb::side::viewer ? 0 : 1);
    here.quiet_until = net::clock::now() + probes_told_every;
    events_.receive(event::probed{std::move(how), announced, std::exchange(here.untold, 0)});
}

void reception::note_probe(peer_name who) {
    ++probed_;
    if (is_worth_telling(who.side, false)) {
        tell_probe({std::move(who), reason::too_short, 0, 0, {}, {}}, false);
    }
}

} // namespace repeater
