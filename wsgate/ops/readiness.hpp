// Finds out whether the targets can be reached; they are dialled seldom, however many ask.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/handoff.hpp"
#include "net/task_group.hpp"
#include "service/admin/admin_pages.hpp"
#include "wsgate/http/response.hpp"
#include "wsgate/target/dialled.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace wsgate {

enum class ready_state { ready, no_target, stopping };

struct readiness_options {
    std::chrono::milliseconds fresh{5'000}; ///< how long an answer is reused
    std::chrono::milliseconds probe{2'000}; ///< for a round; all targets are dialled at once
};

/// Dials every target and hangs up. Lives on the event loop of `home`; anybody may ask.
class readiness {
public:
    /// `targets` are dialled on `home`.
    readiness(const asio::any_io_executor& home, std::vector<dialler> targets,
              net::task_group::escape, const readiness_options& = {});
    readiness(const readiness&) = delete;
    readiness& operator=(const readiness&) = delete;
    ~readiness() = default;

    /// To be called on `home`. Replaces the targets, from the next round on.
    void targets(std::vector<dialler>);

    /// From any event loop that lives until this has been stopped. Completes with the last answer,
    /// or a new one where that is too old; never later than `probe` and a moment.
    [[nodiscard]] asio::awaitable<ready_state> ask();

    /// To be called on `home`. From now on the answer is `stopping`.
    void stop();

    /// To be called on `home`, after stop(). Completes when nothing is being dialled any more.
    [[nodiscard]] asio::awaitable<void> join();

private:
    using reply = std::function<void(ready_state)>;

    void want(reply);
    void begin();
    [[nodiscard]] asio::awaitable<void> try_target(dialler);
    void settle(ready_state);

    asio::any_io_executor home_;
    std::vector<dialler> targets_;
    readiness_options options_;
    net::task_group probes_;
    std::vector<reply> waiting_;
    std::size_t open_ = 0; ///< targets of this round that have not answered
    bool all_answer_ = true;
    bool is_of_others_ = false; ///< targets() was called during the open round
    bool stopped_ = false;
    ready_state last_ = ready_state::ready;
    std::optional<net::clock::time_point> asked_at_;
};

/// What the admin listener says of it.
[[nodiscard]] service::admin_state state_of(ready_state);

/// The same as a response on an ordinary listener.
[[nodiscard]] text_response answer_of(ready_state);

} // namespace wsgate
