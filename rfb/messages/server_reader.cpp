// A state machine: passes over what is of no interest, then looks at a few bytes.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/server_reader.hpp"

#include "rfb/bytes.hpp"
#include "rfb/messages/encoding.hpp"
#include "rfb/messages/numbers.hpp"
#include "rfb/messages/server_messages.hpp"

#include <algorithm>

namespace rfb {

namespace {

/// Of these the pixels' format decides how long they are, or what they mean.
bool depends_on_format(std::int32_t e) {
    constexpr std::array all{encoding::raw,     encoding::rre,          encoding::corre,
                             encoding::hextile, encoding::zlib_hex,     encoding::zstd_hex,
                             encoding::tight,   encoding::tight_zstd,   encoding::tight_png,
                             encoding::cursor,  encoding::vmware_cursor};
    return std::find(all.begin(), all.end(), e) != all.end();
}

} // namespace

server_reader::server_reader(const start& s)
    : dialect_(s.dialect), sizes_(sizes_of(s.format)), pass_(s.rest_of_name),
      has_capabilities_(s.has_capabilities) {
    if (pass_ == 0) {
        end_message();
    }
}

std::size_t server_reader::read(std::span<const std::byte> in, listener& l) {
    std::size_t used = 0;
    while (used < in.size() && !surprise_) {
        const auto rest = in.subspan(used);
        if (pass_ > 0) {
            const auto some = std::min<std::uint64_t>(rest.size(), pass_);
            passed(some, l);
            used += some;
        } else {
            const auto some = std::min(rest.size(), wanted_ - have_);
            std::copy_n(rest.begin(), some, buffer_.begin() + static_cast<std::ptrdiff_t>(have_));
            have_ += some;
            seen_ += some;
            used += some;
            if (have_ == wanted_) {
                step(l);
                settle(l);
            }
        }
        if (is_between()) {
            break;
        }
    }
    return used;
}

std::uint64_t server_reader::to_pass() const {
    return surprise_ || have_ > 0 ? 0 : pass_;
}

void server_reader::passed(std::uint64_t count, listener& l) {
    pass_ -= count;
    seen_ += count;
    if (at_ == at::rectangle) {
        measure_.passed(count);
    }
    settle(l);
}

void server_reader::look_for(at next, std::size_t count, std::uint64_t pass_before) {
    at_ = next;
    wanted_ = count;
    have_ = 0;
    pass_ = pass_before;
}

/// Where nothing is to be passed over and nothing to be looked at, a part is over.
void server_reader::settle(listener& l) {
    while (!surprise_ && pass_ == 0 && wanted_ == 0) {
        if (at_ == at::rectangle) {
            next_rectangle();
        } else if (at_ == at::new_name) { // an empty one
            l.named({});
            next_rectangle();
        } else {
            end_message();
        }
    }
}

void server_reader::end_message() {
    if (at_ == at::name && has_capabilities_) {
        constexpr std::size_t counts = 8;
        look_for(at::capability_counts, counts);
    } else {
        look_for(at::type, 1);
    }
}

void server_reader::fail(std::optional<std::int32_t> encoding) {
    surprise_ = surprise{type_, message_at_, encoding};
}

void server_reader::step(listener& l) {
    byte_reader in(looked_at());
    switch (at_) {
    case at::name:
    case at::capabilities:
    case at::message:
        break; // nothing is looked at
    case at::capability_counts: {
        constexpr std::uint64_t each = 16;
        const std::uint64_t count = std::uint64_t{*in.u16()} + *in.u16() + *in.u16();
        look_for(at::capabilities, 0, count * each);
        break;
    }
    case at::type:
        begin_message(l);
        break;
    case at::head:
        begin_head(l);
        break;
    case at::sound_length: {
        const auto size = *in.u32();
        constexpr std::uint64_t head = 8;
        l.told(std::array{static_cast<std::byte>(type_)}, head + size);
        look_for(at::message, 0, size);
        break;
    }
    case at::rectangle_head:
        begin_rectangle(l);
        break;
    case at::rectangle:
        if (measure_.look(looked_at())) {
            go_on_in_rectangle();
        } else {
            fail(rectangle_.encoding);
        }
        break;
    case at::name_length:
        begin_name();
        break;
    case at::new_name:
        l.named(to_text(looked_at()));
        look_for(at::rectangle, 0, measure_.to_pass());
        break;
    case at::new_format:
        sizes_to_be_ = sizes_of(parse_pixel_format(looked_at().first<pixel_format::size>()));
        use_new_sizes();
        next_rectangle();
        break;
    }
}

/// The type is there.
void server_reader::begin_message(listener& l) {
    type_ = std::to_integer<std::uint8_t>(buffer_.front());
    message_at_ = seen_ - 1;
    const auto head = server_head_size(type_, dialect_);
    if (head == 0) {
        fail();
    } else if (head == 1) {
        begin_head(l);
    } else { // the type stays in the buffer
        at_ = at::head;
        wanted_ = head;
    }
}

/// The bytes are there from which the length follows.
void server_reader::begin_head(listener& l) {
    if (type_ == server_message::update) {
        begin_update(l);
        return;
    }
    constexpr std::size_t length = 4;
    if (type_ == server_message::qemu) {
        const auto operation = u16_at(buffer_, 2);
        if (u8_at(buffer_, 1) != 1 || operation > 2) {
            fail();
            return;
        }
        if (operation == 2) {
            look_for(at::sound_length, length);
            return;
        }
    }
    const auto size = server_message_size(looked_at());
    if (!size) {
        fail();
        return;
    }
    if (type_ == server_message::end_of_continuous_updates) {
        is_continuous_ending_ = false;
        if (sizes_to_be_ && !is_continuous_) {
            use_new_sizes();
        }
    }
    l.told(looked_at(), *size);
    look_for(at::message, 0, *size - have_);
}

void server_reader::begin_update(listener& l) {
    if (sizes_to_be_ && !is_continuous_ && !is_continuous_ending_) {
        if (old_updates_ == 0) {
            use_new_sizes();
        } else {
            --old_updates_;
        }
    }
    open_requests_ -= open_requests_ > 0 ? 1 : 0;
    rectangles_left_ = static_cast<std::uint32_t>(u16_at(buffer_, 2));
    l.began_update();
    next_rectangle();
}

void server_reader::next_rectangle() {
    if (rectangles_left_ == 0) {
        end_message();
        return;
    }
    --rectangles_left_;
    look_for(at::rectangle_head, rectangle::head_size);
}

void server_reader::begin_rectangle(listener& l) {
    constexpr std::size_t length = 4;
    const auto& r = rectangle_ = parse_rectangle(looked_at().first<rectangle::head_size>());
    const bool is_unsure = sizes_to_be_ && (is_mixed_ || *sizes_to_be_ != sizes_);
    if ((is_unsure && depends_on_format(r.encoding)) || !measure_.begin(r, sizes_)) {
        fail(r.encoding);
        return;
    }
    l.drew(r);
    if (r.encoding == encoding::last_rect) {
        end_message();
    } else if (r.encoding == encoding::vmware_mode_change) {
        look_for(at::new_format, pixel_format::size);
    } else if (r.encoding == encoding::desktop_name && measure_.to_look_at() > 0) {
        look_for(at::name_length, length);
    } else {
        go_on_in_rectangle();
    }
}

void server_reader::go_on_in_rectangle() {
    look_for(at::rectangle, measure_.to_look_at(), measure_.to_pass());
}

void server_reader::begin_name() {
    (void)measure_.look(looked_at());
    const auto shown = std::min<std::uint64_t>(measure_.to_pass(), longest_name);
    measure_.passed(shown);
    look_for(at::new_name, static_cast<std::size_t>(shown));
}

void server_reader::format_set(const pixel_format& f) {
    const auto next = sizes_of(f);
    if (!sizes_to_be_ && next == sizes_) {
        return;
    }
    is_mixed_ = is_mixed_ || (sizes_to_be_ && *sizes_to_be_ != next);
    sizes_to_be_ = next;
    old_updates_ = open_requests_;
}

void server_reader::use_new_sizes() {
    sizes_ = *sizes_to_be_;
    sizes_to_be_.reset();
    is_mixed_ = false;
}

void server_reader::continuous_updates_set(bool on) {
    is_continuous_ending_ = is_continuous_ending_ || (is_continuous_ && !on);
    is_continuous_ = on;
}

} // namespace rfb
