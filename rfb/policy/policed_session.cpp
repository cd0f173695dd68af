// First the guard, then a filter for each direction that the policy is about.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/policed_session.hpp"

#include "rfb/messages/server_messages.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace rfb {

namespace {

void append(std::vector<std::byte>& to, std::span<const std::byte> some) {
    to.insert(to.end(), some.begin(), some.end());
}

} // namespace

policed_session::policed_session(const session_policy& p)
    : policy_(p), guard_(std::make_unique<handshake_guard>(p)),
      reads_server_(p.viewer.reads_server()) {}

void policed_session::pass(side from, std::span<const std::byte> in, bytes& on, bytes& back,
                           std::uint64_t now) {
    if (guard_) {
        pass_handshake(from, in, on, back, now);
    } else if (state_ != state::goes_on) {
        return;
    } else if (from == side::viewer) {
        pass_viewer(in, on, now);
    } else {
        pass_server(in, on, now);
    }
}

void policed_session::pass_handshake(side from, std::span<const std::byte> in, bytes& on,
                                     bytes& back, std::uint64_t now) {
    const bool is_viewer = from == side::viewer;
    auto& to_viewer = is_viewer ? back : on;
    auto& to_server = is_viewer ? on : back;
    const auto taken = guard_->feed(from, in, to_viewer, to_server);
    facts_ = guard_->reader().facts();
    switch (guard_->now()) {
    case handshake_guard::state::in_progress:
        return;
    case handshake_guard::state::last_words:
        state_ = state::last_words;
        reason_ = guard_->reason();
        return;
    case handshake_guard::state::over:
        state_ = state::over;
        reason_ = guard_->reason();
        break;
    case handshake_guard::state::declined:
        is_declined_ = true;
        break;
    case handshake_guard::state::complete:
    case handshake_guard::state::unread:
        end_handshake(from, to_viewer, to_server, now);
        break;
    }
    guard_.reset();
    pass(from, in.subspan(taken), on, back, now);
}

/// From here on messages are read, where the policy is about them; `guard_` has bytes that are not
/// passed on yet.
void policed_session::end_handshake(side last, bytes& to_viewer, bytes& to_server,
                                    std::uint64_t now) {
    auto& reader = guard_->reader();
    const auto of_viewer = reader.take_unread(side::viewer);
    const auto of_server = reader.take_unread(side::server);
    if (policy_.must_be_read()) {
        reader_ = std::make_unique<session_reader>(reader);
        filter_ = std::make_unique<viewer_filter>(policy_.viewer, dialect_of(reader.facts()));
        if (reads_server_) {
            filter_->narrow_to_measurable(reader.facts().format);
        }
    }
    // What `last` has sent may lie behind the end of the handshake, which it has brought about;
    // what the other has sent came before.
    if (last == side::viewer) {
        pass_server(of_server, to_viewer, now);
    }
    pass_viewer(of_viewer, to_server, now);
    if (last == side::server) {
        pass_server(of_server, to_viewer, now);
    }
}

void policed_session::pass_viewer(std::span<const std::byte> in, bytes& out, std::uint64_t now) {
    if (is_declined_ || state_ != state::goes_on) {
        return;
    }
    if (!filter_) {
        append(out, in);
        return;
    }
    const auto before = out.size();
    if (!filter_->pass(in, out)) {
        break_off(side::viewer, *filter_->surprised());
    }
    reader_->feed(side::viewer, std::span<const std::byte>(out).subspan(before), now);
}

void policed_session::pass_server(std::span<const std::byte> in, bytes& out, std::uint64_t now) {
    if (state_ != state::goes_on) {
        return;
    }
    if (!reads_server_ || !filter_) {
        append(out, in);
        if (reader_) {
            reader_->feed(side::server, in, now);
        }
        return;
    }
    while (!in.empty() && state_ == state::goes_on) {
        if (reader_->is_between()) {
            is_dropping_ = drops(in.front());
        }
        const auto taken = reader_->feed_message(in, now);
        if (const auto& by = reader_->seen().ended_by) {
            break_off(by->first, by->second);
            return; // of the message that is not understood as little as possible passes
        }
        if (!is_dropping_) {
            append(out, in.first(taken));
        }
        in = in.subspan(taken);
    }
}

/// Of the server's messages. Files travel in chats as well, and the other way around.
bool policed_session::drops(std::byte first) const {
    const auto what = std::to_integer<std::uint8_t>(first);
    if (what == server_message::cut_text) {
        return !policy_.viewer.clipboard_to_viewer;
    }
    const bool is_tights_file =
        what >= server_message::file_list && what <= server_message::download_failed;
    return what == server_message::file_transfer || what == server_message::text_chat ||
           what == server_message::gii || (is_tights_file && !policy_.viewer.files);
}

void policed_session::break_off(side by, const surprise& what) {
    if (state_ == state::goes_on) {
        state_ = state::over;
        broken_by_ = {by, what};
        reason_ = "The policy for this ID needs to understand the session, and a message is not "
                  "understood";
    }
}

policed_session::state policed_session::now() const {
    return state_;
}

std::uint64_t policed_session::to_pass(side from) const {
    if (guard_ || state_ != state::goes_on) {
        return 0;
    }
    if (from == side::viewer) {
        return filter_ || is_declined_ ? 0 : everything;
    }
    if (reads_server_ && filter_) {
        return is_dropping_ ? 0 : reader_->to_pass();
    }
    return reader_ && !reader_->is_over() ? reader_->to_pass() : everything;
}

void policed_session::passed(side from, std::uint64_t count) {
    if (from == side::server && reader_ && !reader_->is_over()) {
        reader_->passed(count);
    }
}

bool policed_session::set(const viewer_policy& p, bytes& to_server) {
    const bool is_unread = !guard_ && !filter_;
    if (is_unread || !policy_.must_be_read() || (p.reads_server() && !reads_server_)) {
        return false;
    }
    policy_.viewer = p;
    policy_.is_changeable = true; // what allows everything is read all the same
    if (filter_) {
        filter_->set(p, to_server);
    }
    return true;
}

std::uint64_t policed_session::dropped() const {
    if (!filter_) {
        return 0;
    }
    const auto& all = filter_->dropped();
    return std::accumulate(all.begin(), all.end(), std::uint64_t{0});
}

} // namespace rfb
