// Collects the start of a message, tells of it, and passes over the rest.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/client_reader.hpp"

#include "rfb/messages/client_messages.hpp"

#include <algorithm>

namespace rfb {

namespace {

namespace type = client_message;

std::uint8_t type_of(std::span<const std::byte> message) {
    return std::to_integer<std::uint8_t>(message.front());
}

/// Those that are told with all their bytes.
bool is_told_whole(std::uint8_t what) {
    return what == type::set_pixel_format || what == type::set_encodings;
}

/// Of a pointer event with buttons that do not fit into one byte.
bool is_extended(std::span<const std::byte> pointer_event) {
    constexpr unsigned more = 0x80;
    return pointer_event.size() > 1 && (std::to_integer<unsigned>(pointer_event[1]) & more) != 0;
}

} // namespace

void client_reader::read(std::span<const std::byte> in, listener& l) {
    while (!in.empty() && !surprise_) {
        const auto most = is_told_ ? left_ : wanted() - start_.size();
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), most));
        if (is_told_) {
            left_ -= taken;
        } else {
            start_.insert(start_.end(), in.begin(),
                          in.begin() + static_cast<std::ptrdiff_t>(taken));
        }
        seen_ += taken;
        in = in.subspan(taken);
        if (!is_told_) {
            begin_if_known(l);
        }
        if (is_told_ && left_ == 0) {
            start_.clear();
            size_.reset();
            is_told_ = false;
        }
    }
}

/// Bytes of the message that are kept before it is told.
std::size_t client_reader::wanted() const {
    if (start_.empty()) {
        return 1;
    }
    constexpr std::size_t two = 2;
    const auto what = type_of(start_);
    const auto head = std::max<std::size_t>(client_head_size(what), 1);
    if (!size_) {
        return what == type::pointer_event ? two : head;
    }
    return is_told_whole(what) ? static_cast<std::size_t>(*size_)
                               : std::max<std::size_t>(head, std::min<std::uint64_t>(*size_, two));
}

void client_reader::begin_if_known(listener& l) {
    if (start_.size() < wanted()) {
        return;
    }
    const auto what = type_of(start_);
    if (!size_) {
        size_ = client_message_size(start_);
        if (size_ && what == type::pointer_event && has_extended_pointers_ && is_extended(start_)) {
            ++*size_;
        }
        constexpr std::uint64_t longest_list = 4 + 4 * most_encodings;
        if (!size_ || (what == type::set_encodings && *size_ > longest_list)) {
            surprise_ = surprise{what, seen_ - start_.size()};
            return;
        }
    }
    if (start_.size() == wanted()) {
        left_ = *size_ - start_.size();
        is_told_ = true;
        l.said(start_, *size_);
    }
}

} // namespace rfb
