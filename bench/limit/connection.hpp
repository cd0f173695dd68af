// A connection that hands on what it reads, and passes what comes of it to a partner.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/limit/event_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace bench::limit {

/// Edge-triggered, and made known to epoll once; a second time when it first takes less than it is
/// sent. A read that fills less than the buffer says that nothing is left, so none is made to learn
/// that. What the partner does not take is kept, and stops the reading here. When both have ended,
/// both are closed without a shutdown; when one breaks, both are closed.
class connection : public source {
public:
    connection(event_loop&, unique_fd);

    void ready(std::uint32_t events) override;

    /// Its end has come, and its partner has all that came before.
    [[nodiscard]] bool has_ended() const { return over_ && kept().empty(); }

protected:
    /// `bytes` lie in the loop's scratch buffer.
    virtual void take(std::span<std::byte> bytes) = 0;

    /// Nothing more comes from here, and the partner has all that came. By default it gets a FIN,
    /// or both are closed where it has ended, too.
    virtual void take_end();

    /// Without a partner: whether more is to be read. Else it stays in the kernel.
    [[nodiscard]] virtual bool wants_more() const { return true; }

    /// It ends without having had a partner.
    virtual void forget() {}

    /// Both pass on what they kept, or have in the kernel.
    void join(connection& partner);

    /// Sends what came from here to the partner.
    void pass_on(std::span<const std::byte>);

    /// Keeps what came from here until there is a partner that takes it.
    void keep(std::span<const std::byte> bytes) {
        kept_.insert(kept_.end(), bytes.begin(), bytes.end());
    }

    [[nodiscard]] std::span<const std::byte> kept() const {
        return std::span(kept_).subspan(kept_from_);
    }

    /// Returns what was kept, which is now the caller's.
    [[nodiscard]] std::vector<std::byte> take_kept() { return std::exchange(kept_, {}); }

    /// What may still come from here is not read.
    void end_here();

    /// Closes this connection and its partner.
    void break_off();

    [[nodiscard]] connection* partner() const { return partner_; }

private:
    void go_on();
    [[nodiscard]] bool may_read();
    [[nodiscard]] bool read();
    [[nodiscard]] std::size_t sent(std::span<const std::byte>);
    void flush();
    void await_room();

    event_loop& loop_;
    connection* partner_ = nullptr;
    std::vector<std::byte> kept_; ///< came from here, and the partner has not taken it
    std::size_t kept_from_ = 0;   ///< what is before has been taken
    bool readable_ = false;
    bool hung_up_ = false; ///< its FIN is in the kernel, perhaps behind bytes
    bool over_ = false;    ///< its end has been read, or is of no interest
    bool awaits_room_ = false;
    bool awaits_turn_ = false;
};

} // namespace bench::limit
