// A connection that was dropped keeps its node, in a second list, so that all leave the same way.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/handshake_queue.hpp"

#include <utility>

namespace wsgate {

handshake_queue::place handshake_queue::join(std::size_t longest, on_drop drop) {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty() && waiting_.size() >= longest) {
        waiting_.front().drop(of_);
        waiting_.front().was_dropped = true;
        dropped_.splice(dropped_.end(), waiting_, waiting_.begin());
    }
    return {*this, waiting_.insert(waiting_.end(), entry{std::move(drop)})};
}

std::size_t handshake_queue::size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

void handshake_queue::take_back(queue::iterator mine) {
    const std::lock_guard lock(mutex_);
    (mine->was_dropped ? dropped_ : waiting_).erase(mine);
}

} // namespace wsgate
