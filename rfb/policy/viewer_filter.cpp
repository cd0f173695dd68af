// Reads a head, judges, and passes or drops the rest.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/viewer_filter.hpp"

#include "rfb/bytes.hpp"
#include "rfb/messages/encoding.hpp"
#include "rfb/policy/narrow_encodings.hpp"

#include <algorithm>

namespace rfb {

namespace {

namespace type = client_message;

/// More keys than that nobody holds down; further ones are not remembered.
constexpr std::size_t most_held_keys = 32;

std::uint8_t type_of(std::span<const std::byte> message) {
    return std::to_integer<std::uint8_t>(message.front());
}

bool is_key(std::span<const std::byte> message) {
    return type_of(message) == type::key_event ||
           (type_of(message) == type::qemu && message[1] == std::byte{0});
}

/// Where a message about a key says whether it is pressed.
std::size_t place_of_down(std::span<const std::byte> message) {
    return type_of(message) == type::key_event ? 1 : 3;
}

/// Both are about the same key: they have the same symbol.
bool same_key(std::span<const std::byte> a, std::span<const std::byte> b) {
    return type_of(a) == type_of(b) && std::ranges::equal(a.subspan(4), b.subspan(4));
}

/// Of messages that are looked at when they have passed.
bool is_input(std::span<const std::byte> head) {
    return type_of(head) == type::key_event || type_of(head) == type::pointer_event ||
           type_of(head) == type::qemu;
}

} // namespace

viewer_filter::viewer_filter(const viewer_policy& p, message_dialect d) : policy_(p), dialect_(d) {}

void viewer_filter::narrow_to_measurable(const pixel_format& format) {
    is_measured_ = true;
    is_tight_clear_ = sizes_of(format).tight != 0;
}

bool viewer_filter::pass(std::span<const std::byte> in, bytes& out) {
    while (!in.empty() && !surprise_) {
        const auto taken = is_within_ ? take_rest(in, out) : take_head(in);
        seen_ += taken;
        in = in.subspan(taken);
        if (!is_within_ && head_size_ > 0 && head_size_ >= client_head_size(type_of(head_)) &&
            !begin(out)) {
            break;
        }
        if (is_within_ && left_ == 0) {
            finish(out);
        }
    }
    return !surprise_;
}

std::size_t viewer_filter::take_head(std::span<const std::byte> in) {
    const auto wanted =
        head_size_ == 0 ? 1 : std::max<std::size_t>(client_head_size(type_of(head_)), 1);
    const auto taken = std::min(in.size(), wanted - head_size_);
    std::copy_n(in.begin(), taken, head_.begin() + static_cast<std::ptrdiff_t>(head_size_));
    head_size_ += taken;
    return taken;
}

/// False where the session must end.
bool viewer_filter::begin(bytes& out) {
    const auto head = std::span(head_).first(head_size_);
    const auto size = client_message_size(head);
    now_ = size ? judge(head, *size) : verdict::end;
    if (now_ == verdict::end) {
        return end_with(type_of(head));
    }
    is_within_ = true;
    left_ = *size - head_size_;
    if (now_ == verdict::rewrite || (now_ == verdict::pass && is_input(head))) {
        kept_.assign(head.begin(), head.end());
    }
    if (now_ == verdict::pass) {
        // To a viewer that names no encodings servers send what they like.
        const auto what = type_of(head);
        const bool asks = what == type::update_request || what == type::continuous_updates;
        if (is_measured_ && !has_encodings_ && asks) {
            put_encodings({encoding::raw}, out);
            has_encodings_ = true;
        }
        out.insert(out.end(), head.begin(), head.end());
    }
    if (now_ == verdict::drop) {
        ++dropped_.at(type_of(head));
    }
    return true;
}

bool viewer_filter::end_with(std::uint8_t type) {
    surprise_ = surprise{type, seen_ - head_size_};
    return false;
}

std::size_t viewer_filter::take_rest(std::span<const std::byte> in, bytes& out) {
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), left_));
    const auto part = in.first(taken);
    if (!kept_.empty()) {
        kept_.insert(kept_.end(), part.begin(), part.end());
    }
    if (now_ == verdict::pass) {
        out.insert(out.end(), part.begin(), part.end());
    }
    left_ -= taken;
    return taken;
}

/// The message is over.
void viewer_filter::finish(bytes& out) {
    if (now_ == verdict::rewrite) {
        rewrite(out);
    } else if (!kept_.empty()) {
        note(kept_);
    }
    kept_.clear();
    head_size_ = 0;
    is_within_ = false;
    if (must_release_) {
        release_all(out);
    }
}

viewer_filter::verdict viewer_filter::judge(std::span<const std::byte> head,
                                            std::uint64_t size) const {
    const auto what = type_of(head);
    if (what == type::set_encodings) {
        constexpr std::uint64_t each = 4;
        return size <= each + each * most_encodings ? verdict::rewrite : verdict::end;
    }
    if (what == type::cut_text) {
        // The extended clipboard was taken out of the encodings: who uses it all the same means
        // that we and the server count differently.
        if (std::to_integer<unsigned>(head[4]) >= 0x80U) {
            return verdict::end;
        }
        const bool may = policy_.clipboard_to_server && !policy_.view_only;
        return may && size <= longest_cut_text ? verdict::pass : verdict::drop;
    }
    return judge_by_type(what);
}

viewer_filter::verdict viewer_filter::judge_by_type(std::uint8_t what) const {
    switch (what) {
    case type::set_pixel_format:
        return is_measured_ ? verdict::rewrite : verdict::pass;
    case type::update_request:
    case type::keep_alive:
    case type::continuous_updates:
    case type::time_sync:
    case type::fence:
        return verdict::pass;
    case type::fix_colour_map: // no server knows it
    case type::file_transfer:  // each of these carries what others forbid,
    case type::text_chat:      // and is measured by the server's state
    case type::gii:
        return verdict::drop;
    case type::file_list:
    case type::file_download:
    case type::file_upload:
    case type::file_data:
    case type::download_cancel:
    case type::upload_failed:
    case type::make_folder:
        return dialect_.tight && policy_.files && !policy_.view_only ? verdict::pass
                                                                     : verdict::drop;
    case type::set_monitor:
        return !dialect_.ultra ? verdict::end : policy_.view_only ? verdict::drop : verdict::pass;
    default: // whatever the viewer does
        return policy_.view_only ? verdict::drop : verdict::pass;
    }
}

/// Of a whole SetEncodings or SetPixelFormat (RFC 6143 7.5.2, 7.5.1).
void viewer_filter::rewrite(bytes& out) {
    if (type_of(kept_) == type::set_pixel_format) {
        take_format(out);
        return;
    }
    byte_reader in(std::span<const std::byte>(kept_).subspan(4));
    std::vector<std::int32_t> all;
    while (const auto next = in.u32()) {
        all.push_back(static_cast<std::int32_t>(*next));
    }
    narrow_encodings(all, policy_);
    has_encodings_ = true;
    padding_ = kept_[1];
    if (is_measured_) {
        rfb::narrow_to_measurable(all);
        encodings_ = all;
        if (!is_tight_clear_) {
            leave_out_tight(all);
        }
    }
    put_encodings(std::move(all), out);
}

/// The server must not use Tight in a format in which programs disagree about its pixels: it hears
/// of that before it hears of the format.
void viewer_filter::take_format(bytes& out) {
    constexpr std::size_t padding = 4;
    const auto format = std::span<const std::byte>(kept_).subspan(padding);
    is_tight_clear_ = sizes_of(parse_pixel_format(format.first<pixel_format::size>())).tight != 0;
    auto without = encodings_;
    leave_out_tight(without);
    if (!is_tight_clear_ && !encodings_.empty() && without != encodings_) {
        put_encodings(std::move(without), out);
    }
    out.insert(out.end(), kept_.begin(), kept_.end());
}

void viewer_filter::put_encodings(std::vector<std::int32_t> all, bytes& out) const {
    if (all.size() > most_encodings) { // a picture was added to the most that there may be
        all.erase(all.end() - 2);
    }
    constexpr std::size_t each = 4;
    bytes made(each + each * all.size());
    byte_writer to(made);
    (void)to.u8(type::set_encodings);
    (void)to.u8(std::to_integer<std::uint8_t>(padding_));
    (void)to.u16(static_cast<std::uint16_t>(all.size()));
    for (const auto one : all) {
        (void)to.u32(static_cast<std::uint32_t>(one));
    }
    out.insert(out.end(), made.begin(), made.end());
}

/// Remembers what is held down.
void viewer_filter::note(std::span<const std::byte> message) {
    if (type_of(message) == type::pointer_event) {
        message[1] == std::byte{0} ? pointer_.clear()
                                   : pointer_.assign(message.begin(), message.end());
        return;
    }
    if (!is_key(message)) {
        return;
    }
    std::erase_if(held_keys_,
                  [message](const key_message& each) { return same_key(each.view(), message); });
    if (message[place_of_down(message)] != std::byte{0} && held_keys_.size() < most_held_keys) {
        auto& held = held_keys_.emplace_back();
        std::copy(message.begin(), message.end(), held.data.begin());
        held.size = static_cast<std::uint8_t>(message.size());
    }
}

void viewer_filter::release_all(bytes& out) {
    must_release_ = false;
    for (auto& each : held_keys_) {
        each.data.at(place_of_down(each.view())) = std::byte{0};
        out.insert(out.end(), each.view().begin(), each.view().end());
    }
    held_keys_.clear();
    if (!pointer_.empty()) {
        pointer_[1] = std::byte{0};
        out.insert(out.end(), pointer_.begin(), pointer_.end());
        pointer_.clear();
    }
}

void viewer_filter::set(const viewer_policy& p, bytes& out) {
    policy_ = p;
    must_release_ = must_release_ || p.view_only;
    const bool is_passing = is_within_ && now_ == verdict::pass;
    if (must_release_ && !is_passing && !surprise_) {
        release_all(out);
    }
}

} // namespace rfb
