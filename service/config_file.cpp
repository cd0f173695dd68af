// Reads the text once, line by line.
// SPDX-License-Identifier: EUPL-1.2
#include "service/config_file.hpp"

#include "net/text/lines.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace service {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_comment(std::string_view line) {
    return line.starts_with('#') || line.starts_with(';');
}

bool is_quote(char c) {
    return c == '"' || c == '\'';
}

bool is_name(std::string_view text) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), is_good);
}

/// Finds the end of the quote that `text` begins with: a quote of the same kind without a backslash
/// before it. Nothing where there is none, or where something follows that `may_follow` does not
/// allow.
std::optional<std::size_t> end_of_quote(std::string_view text, std::string_view may_follow) {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] != text.front() || text[at - 1] == '\\') {
            continue;
        }
        const auto rest = without_blanks(text.substr(at + 1));
        if (rest.empty() || may_follow.find(rest.front()) != std::string_view::npos) {
            return at;
        }
    }
    return std::nullopt;
}

/// The text between quotes, without the backslashes that stand before quotes of that kind.
std::string unquoted(std::string_view inner, char quote) {
    std::string value;
    for (std::size_t at = 0; at < inner.size(); ++at) {
        const bool escapes = inner[at] == '\\' && inner.substr(at + 1).starts_with(quote);
        at += escapes ? 1 : 0;
        value.push_back(inner[at]);
    }
    return value;
}

/// The text without a comment: up to a `#` at its start or behind a blank.
std::string_view without_comment(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '#' && (at == 0 || blanks.find(text[at - 1]) != std::string_view::npos)) {
            return without_blanks(text.substr(0, at));
        }
    }
    return without_blanks(text);
}

class reader {
public:
    explicit reader(std::string_view text) : lines_(text) {}

    std::variant<std::vector<setting>, bad_setting> read() {
        while (why_.empty() && next_line()) {
            if (why_.empty() && !line_.empty() && !is_comment(line_)) {
                read_line();
            }
        }
        if (!why_.empty()) {
            return bad_setting{number_, std::move(why_)};
        }
        end_section();
        return std::move(all_);
    }

private:
    bool next_line() {
        const auto next = lines_.next();
        if (!next) {
            return false;
        }
        line_ = without_blanks(next->text);
        number_ = next->number;
        if (line_.find('\0') != std::string_view::npos) {
            why_ = "a NUL byte";
        }
        return true;
    }

    void read_line() {
        const auto plain = without_comment(line_);
        const auto equals = plain.find('=');
        const auto name = without_blanks(plain.substr(0, equals));
        if (name == "[default]" && equals == std::string_view::npos) {
            end_section();
            return;
        }
        if (name.starts_with('[')) {
            begin_section(plain);
        } else if (!is_name(name)) {
            why_ = "neither NAME = VALUE, with an option's long name without its dashes, nor a # "
                   "comment";
        } else if (equals == std::string_view::npos) {
            all_.push_back({std::string{name}, {}, number_});
        } else if (const auto value = without_blanks(line_.substr(equals + 1));
                   without_comment(value).empty() && section_) {
            why_ = "a value is missing behind the =";
        } else if (without_comment(value).empty()) {
            all_.push_back({std::string{name}, {}, number_, true});
        } else {
            read_value(std::string{name}, value);
        }
    }

    /// Of a line `[name "text"]`, without a comment.
    void begin_section(std::string_view line) {
        end_section();
        const auto inner = without_blanks(line.substr(1, line.size() - 2));
        const auto blank = inner.find_first_of(blanks);
        const auto name = inner.substr(0, blank);
        auto text = blank == std::string_view::npos ? std::string_view{}
                                                    : without_blanks(inner.substr(blank));
        if (!text.empty() && is_quote(text.front()) && end_of_quote(text, "")) {
            text = text.substr(1, text.size() - 2);
        }
        if (text.empty() && line.ends_with(']')) {
            why_ = "there are no sections such as " + std::string{line_};
            return;
        }
        const bool is_one_word = text.find_first_of("\"' \t") == std::string_view::npos;
        if (!line.ends_with(']') || !is_name(name) || text.empty() || !is_one_word) {
            why_ = "a section is written as [policy \"lab-*\"], with one word in quotes: " +
                   std::string{line_};
            return;
        }
        section_ = all_.size();
        all_.push_back({std::string{name}, std::string{text}, number_});
    }

    /// Makes one setting of the section and what stands in it.
    void end_section() {
        if (!section_) {
            return;
        }
        auto& whole = all_[*section_].value;
        for (auto each = *section_ + 1; each < all_.size(); ++each) {
            auto& value = all_[each].value;
            std::erase_if(value, [](char c) { return blanks.find(c) != std::string_view::npos; });
            whole += ' ' + all_[each].name + (value.empty() ? "" : '=' + value);
        }
        all_.resize(*section_ + 1);
        section_.reset();
    }

    void read_value(const std::string& name, std::string_view text) {
        if (is_list(text)) {
            read_list(name, text.substr(1));
        } else if (!text.empty() && is_quote(text.front())) {
            take_quoted(name, text, end_of_quote(text, "#"));
        } else {
            take_plain(name, without_comment(text));
        }
    }

    /// Whether a list begins here. `[::1]:6080` is none, since something follows the bracket. The
    /// list may end in a later line.
    static bool is_list(std::string_view text) {
        if (!text.starts_with('[')) {
            return false;
        }
        const auto plain = without_comment(text);
        return plain.ends_with(']') || plain.find(']') == std::string_view::npos;
    }

    /// Takes a value in quotes, which end at `end`.
    void take_quoted(const std::string& name, std::string_view text,
                     std::optional<std::size_t> end) {
        if (!end || *end == 1) {
            why_ = "a quote is not closed, or there is nothing in it";
        } else {
            all_.push_back({name, unquoted(text.substr(1, *end - 1), text.front()), number_});
        }
    }

    void take_plain(const std::string& name, std::string_view text) {
        if (text.empty()) {
            why_ = "a value is missing behind the =";
        } else {
            all_.push_back({name, std::string{text}, number_});
        }
    }

    /// Reads a list from behind its bracket: values with commas between, perhaps over several
    /// lines.
    void read_list(const std::string& name, std::string_view text) {
        const auto before = all_.size();
        while (why_.empty()) {
            text = without_blanks(text);
            if (text.empty() || is_comment(text)) {
                if (!next_line()) {
                    why_ = "a list is not closed: ] is missing";
                }
                text = line_;
            } else if (text.front() == ']') {
                end_list(text.substr(1), all_.size() - before);
                return;
            } else if (text.front() == ',') {
                text.remove_prefix(1);
            } else {
                text.remove_prefix(read_element(name, text));
            }
        }
    }

    /// Reads one value of a list; returns its length in the text.
    std::size_t read_element(const std::string& name, std::string_view text) {
        if (is_quote(text.front())) {
            const auto end = end_of_quote(text, ",]#");
            take_quoted(name, text, end);
            return end ? *end + 1 : text.size();
        }
        const auto end = std::min(text.find_first_of(",]"), without_comment(text).size());
        take_plain(name, without_blanks(text.substr(0, end)));
        return end;
    }

    void end_list(std::string_view behind, std::size_t values) {
        behind = without_blanks(behind);
        if (!behind.empty() && behind.front() != '#') {
            why_ = "there is something behind the ] of a list: " + std::string{behind};
        } else if (values == 0) {
            why_ = "a list without a value";
        }
    }

    net::text_lines lines_;
    std::string_view line_; ///< without the blanks at its ends
    std::size_t number_ = 0;
    std::vector<setting> all_;
    std::optional<std::size_t> section_; ///< the setting that is one, while its lines are read
    std::string why_;                    ///< what is wrong with the line; empty: nothing
};

} // namespace

std::variant<std::vector<setting>, bad_setting> parse_settings(std::string_view text) {
    if (net::is_utf16(text)) {
        return bad_setting{1, std::string{net::utf16_fault}};
    }
    return reader(text).read();
}

} // namespace service
