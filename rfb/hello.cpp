// The block a peer sends first.                                            repeater spec 2.3-2.5
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/hello.hpp"

#include "rfb/bytes.hpp"
#include "rfb/text.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace rfb {

namespace {

constexpr std::string_view id_prefix = "ID:";
constexpr std::string_view key_mark = "+KEY:";

result<hello> found(std::string_view id, bool truncated) {
    auto valid = repeater_id::make(id);
    if (!valid) {
        return valid.error();
    }
    return hello{std::move(*valid), truncated};
}

// `text` stands behind "ID:".
result<hello> match_word(std::string_view text) {
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_word);
    const bool truncated = end != text.end() && !is_blank(*end);
    return found(text.substr(0, static_cast<std::size_t>(end - text.begin())), truncated);
}

// `text` stands behind "ID:". libvncclient cannot send a text ID without a ":port" behind it. An ID
// that was cut at a blank could become another's, which is what this rule promises against.
result<hello> match_exact(std::string_view text) {
    const auto word = first_word(text);
    if (!word.empty() && trim_end(text) != word) {
        return error::text_behind_id;
    }
    const auto colon = word.rfind(':');
    const bool has_port = colon != std::string_view::npos && is_number(word.substr(colon + 1));
    return found(has_port ? word.substr(0, colon) : word, has_port);
}

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

// Some servers add a key of their own, which is no part of the name.
std::string_view without_key(std::string_view text) {
    const auto mark = text.find(key_mark);
    if (mark == std::string_view::npos) {
        return text;
    }
    const auto key = text.substr(mark + key_mark.size());
    const bool is_key = !key.empty() && std::all_of(key.begin(), key.end(), is_hex_digit);
    return is_key ? text.substr(0, mark) : text;
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
    if (from == side::server) {
        if (!text.starts_with(id_prefix)) {
            return error::bad_id;
        }
        text = without_key(text);
    }
    text = without_prefixes(text);
    const auto is_allowed = [](char c) { return is_word(c) || c == '-'; };
    if (!std::all_of(text.begin(), text.end(), is_allowed)) {
        return error::bad_id;
    }
    return found(text, false);
}

} // namespace

namespace {

result<hello> match(std::span<const std::byte> block, side from, const hello_rules& rules) {
    const auto nul = std::find(block.begin(), block.end(), std::byte{0});
    const auto kept = to_text(block.first(static_cast<std::size_t>(nul - block.begin())));
    const std::string_view text = kept;
    if (rules.match == id_match::raw) {
        return match_raw(text, from);
    }
    if (text.starts_with(id_prefix)) {
        // Unlike the Perl: a viewer's "ID:" without an ID is not the name of a host (spec 2.5).
        const auto id = text.substr(id_prefix.size());
        return rules.match == id_match::word ? match_word(id) : match_exact(id);
    }
    if (from == side::server || trim(text).starts_with(id_prefix)) {
        return error::bad_id;
    }
    auto to = parse_destination(text);
    if (!to) {
        return to.error();
    }
    return hello{std::move(*to), false};
}

} // namespace

result<hello> parse_hello(std::span<const std::byte> block, side from, const hello_rules& rules) {
    auto said = match(block, from, rules);
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

bool hello_reader::complete() const {
    return size_ == 0 ? !block_.empty() : block_.size() == size_;
}

} // namespace rfb
