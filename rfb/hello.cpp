// The block a peer sends first.                                            repeater spec 2.3-2.5
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/hello.hpp"

#include "rfb/bytes.hpp"
#include "rfb/text.hpp"
#include "rfb/version.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace rfb {

namespace {

constexpr std::string_view id_prefix = "ID:";
constexpr std::string_view key_mark = "+KEY:";

std::string_view without_prefixes(std::string_view text) {
    const auto has_prefix = [&text] {
        return text.size() >= 3 && (text[0] == 'I' || text[0] == 'i') &&
               (text[1] == 'D' || text[1] == 'd') && text[2] == ':';
    };
    while (has_prefix()) {
        text.remove_prefix(id_prefix.size());
    }
    return text;
}

/// An ID, and what is known to stand behind one without belonging to it.
struct id_parts {
    std::string_view id;
    std::string_view port{};
    bool key = false;
};

/// libvncclient cannot send a text ID without a ":PORT" behind it.
id_parts without_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || !is_number(text.substr(colon + 1))) {
        return {text};
    }
    return {text.substr(0, colon), text.substr(colon + 1)};
}

/// Some servers add a key of their own.
id_parts without_key(std::string_view text, side from) {
    const auto mark = text.find(key_mark);
    if (from == side::viewer || mark == std::string_view::npos) {
        return {text};
    }
    const auto key = text.substr(mark + key_mark.size());
    const bool is_key = !key.empty() && std::all_of(key.begin(), key.end(), is_hex_digit);
    return is_key ? id_parts{text.substr(0, mark), {}, true} : id_parts{text};
}

result<hello> found(std::string_view id, const id_parts& from) {
    auto valid = repeater_id::make(id);
    if (!valid) {
        return valid.error();
    }
    return hello{std::move(*valid), std::string{from.port}, from.key};
}

// `text` stands behind "ID:". Unlike the Perl: what follows the word is not cut off, since two
// texts that differ would become the same ID.
result<hello> match_word(std::string_view text, side from) {
    text = trim_end(text);
    if (text.empty() || !is_word(text.front())) {
        return error::bad_id;
    }
    const auto keyless = without_key(text, from);
    const auto split = keyless.key ? keyless : without_port(text);
    return found(percent_encoded(split.id), split);
}

// `text` stands behind "ID:".
result<hello> match_exact(std::string_view text) {
    const auto word = first_word(text);
    if (!word.empty() && trim_end(text) != word) {
        return error::text_behind_id;
    }
    const auto split = without_port(word);
    return found(split.id, split);
}

// What UltraVNC's viewer makes of the ID that its server sends as it was typed.
std::string uvnc_alias(std::string_view id) {
    if (!is_number(id)) {
        std::string lower(id);
        std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
        return lower;
    }
    const auto digits = id.substr(std::min(id.find_first_not_of('0'), id.size() - 1));
    return digits.size() <= 2 ? std::to_string(vnc_base_port + std::stoi(std::string(digits)))
                              : std::string(digits);
}

result<hello> match_raw(std::string_view text, side from) {
    text = trim_end(text);
    if (from == side::server && !text.starts_with(id_prefix)) {
        return error::bad_id;
    }
    auto split = without_key(text, from);
    split.id = without_prefixes(split.id);
    const auto is_allowed = [](char c) { return is_word(c) || c == '-'; };
    if (!std::all_of(split.id.begin(), split.id.end(), is_allowed)) {
        return error::bad_id;
    }
    return found(split.id, split);
}

result<hello> match(std::span<const std::byte> block, side from, const hello_rules& rules) {
    const auto nul = std::find(block.begin(), block.end(), std::byte{0});
    const auto kept = to_text(block.first(static_cast<std::size_t>(nul - block.begin())));
    const std::string_view text = kept;
    if (rules.match == id_match::raw) {
        return match_raw(text, from);
    }
    if (text.starts_with(id_prefix)) {
        // Unlike the Perl: a viewer's "ID:" without an ID is not the name of a host (spec 2.5).
        // Nor is "ID:ID:1", which a newer noVNC makes of "ID:1", an ID of the name "ID".
        const auto id = without_prefixes(text);
        return rules.match == id_match::word ? match_word(id, from) : match_exact(id);
    }
    if (from == side::server || trim(text).starts_with(id_prefix)) {
        return error::bad_id;
    }
    auto to = parse_destination(text);
    if (!to) {
        return to.error();
    }
    return hello{std::move(*to), {}, false};
}

} // namespace

result<hello> parse_hello(std::span<const std::byte> block, side from, const hello_rules& rules) {
    auto said = match(block, from, rules);
    if (said && !block.empty() && block.size() == rules.size) {
        const auto ends = [](std::byte b) {
            return b == std::byte{0} || is_blank(static_cast<char>(b));
        };
        said->unended = std::holds_alternative<repeater_id>(said->wish) && !ends(block.back()) &&
                        std::find(block.begin(), block.end(), std::byte{0}) == block.end();
    }
    if (said && rules.uvnc_alias) {
        if (auto* id = std::get_if<repeater_id>(&said->wish)) {
            *id = repeater_id::make(uvnc_alias(id->text())).value();
        }
    }
    return said;
}

namespace {

// Without a size the first newline, or the first NULs, end the block; otherwise all of it is block.
std::size_t unsized_length(std::span<const std::byte> bytes) {
    const auto is_end = [](std::byte b) { return b == std::byte{0} || b == std::byte{'\n'}; };
    auto end = std::find_if(bytes.begin(), bytes.end(), is_end);
    if (end != bytes.end() && *end == std::byte{'\n'}) {
        ++end;
    }
    end = std::find_if(end, bytes.end(), [](std::byte b) { return b != std::byte{0}; });
    return static_cast<std::size_t>(end - bytes.begin());
}

} // namespace

hello_reader::hello_reader(const hello_rules& rules) : size_(rules.size) {}

std::size_t hello_reader::feed(std::span<const std::byte> bytes) {
    assert(!complete());
    const auto room = size_ == 0 ? max_unsized : size_ - block_.size();
    auto taken = bytes.first(std::min(bytes.size(), room));
    if (size_ == 0) {
        taken = taken.first(unsized_length(taken));
    }
    block_.insert(block_.end(), taken.begin(), taken.end());
    return taken.size();
}

std::optional<std::vector<std::byte>> hello_reader::take_short() {
    const auto ends = [](std::byte b) { return b == std::byte{0} || b == std::byte{'\n'}; };
    if (size_ == 0 || std::none_of(block_.begin(), block_.end(), ends)) {
        return std::nullopt;
    }
    const auto rest = std::span<const std::byte>(block_).subspan(unsized_length(block_));
    std::vector<std::byte> early;
    if (!rest.empty() && may_become_version(rest)) {
        early.assign(rest.begin(), rest.end());
        block_.resize(block_.size() - rest.size());
    }
    size_ = block_.size();
    return early;
}

std::optional<std::size_t> hello_reader::missing() const {
    return size_ == 0 ? std::nullopt : std::optional{size_ - block_.size()};
}

bool hello_reader::complete() const {
    return size_ == 0 ? !block_.empty() : block_.size() == size_;
}

} // namespace rfb
