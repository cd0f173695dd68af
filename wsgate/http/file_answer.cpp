// Looks at the conditions, then at the range, and writes the head.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/file_answer.hpp"

#include "wsgate/http/date.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wsgate {

namespace {

using status = http::status;

constexpr std::time_t year_10000 = 253402300800; // HTTP's dates have four digits for the year

/// Sets the fields that 200, 206 and 304 have in common.
void describe(http::fields& head, const static_file& file, const validators& state,
              const file_options& options, std::time_t now) {
    head.set(http::field::etag, state.etag);
    if (state.modified) { // never later than Date (RFC 9110 8.8.2.1)
        head.set(http::field::last_modified, to_http_date(std::min(*state.modified, now)));
    }
    head.set(http::field::cache_control,
             file.is_html() ? "no-cache" : fmt::format("max-age={}", options.max_age.count()));
    if (file.has_gzip) {
        head.set(http::field::vary, "Accept-Encoding");
    }
}

file_part part_of(const request& r, const static_file& file, const file_options& options, status s,
                  byte_range content) {
    file_part part{head_response(s, 11), r.method() == http::verb::head ? byte_range{} : content};
    auto& head = part.head;
    const auto type = mime_type(file.name);
    head.set(http::field::content_type, {type.data(), type.size()});
    head.content_length(content.size);
    head.set(http::field::accept_ranges, "bytes");
    if (file.coding == content_coding::gzip) {
        head.set(http::field::content_encoding, "gzip");
    }
    if (s == status::partial_content) {
        head.set(http::field::content_range,
                 fmt::format("bytes {}-{}/{}", content.first, content.first + content.size - 1,
                             file.size));
    }
    if (!options.frame_options.empty()) {
        head.set("X-Frame-Options", options.frame_options);
    }
    return part;
}

std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const bool plain =
            is_letter_or_digit(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

text_response unsatisfied(const static_file& file) {
    auto answer = text_answer(status::range_not_satisfiable, "no such range");
    answer.set(http::field::content_range, fmt::format("bytes */{}", file.size));
    return answer;
}

range_choice wanted_range(const request& r, const static_file& file, const validators& state,
                          std::time_t now) {
    if (r.method() != http::verb::get || r.count(http::field::range) != 1 ||
        !range_is_wanted(r, state, now)) {
        return whole_file{};
    }
    const auto field = r[http::field::range];
    return choose_range({field.data(), field.size()}, file.size);
}

/// The response without the fields that every response gets (sign()).
std::variant<text_response, file_part> begin_answer(const request& r, const static_file& file,
                                                    const file_options& options,
                                                    const validators& state, std::time_t now) {
    switch (check_conditions(r, state)) {
    case condition::failed:
        return text_answer(status::precondition_failed, "the file has changed");
    case condition::not_modified: // no body, hence no length of one (RFC 9110 15.4.5)
        return file_part{head_response(status::not_modified, 11), {}};
    case condition::holds:
        break;
    }
    const auto wanted = wanted_range(r, file, state, now);
    if (std::holds_alternative<unsatisfiable>(wanted)) {
        return unsatisfied(file);
    }
    if (const auto* const range = std::get_if<byte_range>(&wanted)) {
        return part_of(r, file, options, status::partial_content, *range);
    }
    return part_of(r, file, options, status::ok, byte_range{0, file.size});
}

} // namespace

text_response add_slash(const request& r, std::string_view directory) {
    auto answer = text_answer(status::moved_permanently, "with a slash at the end");
    const std::string_view target{r.target().data(), r.target().size()};
    const auto query = std::min(target.find('?'), target.size());
    answer.set(http::field::location,
               fmt::format("./{}/{}", escaped(directory.substr(directory.rfind('/') + 1)),
                           target.substr(query)));
    answer.set(http::field::cache_control, "no-cache");
    return answer;
}

validators validators_of(const static_file& file) {
    validators v;
    const auto seconds = static_cast<std::time_t>(file.modified.tv_sec);
    v.etag = fmt::format("\"{:x}-{:x}.{:x}{}\"", file.size, seconds, file.modified.tv_nsec,
                         file.coding == content_coding::gzip ? "-gz" : "");
    if (seconds >= 0 && seconds < year_10000) {
        v.modified = seconds;
    }
    return v;
}

boost::system::result<static_file, absence> open_file(const request& r, const static_root& root,
                                                      const std::string& path) {
    std::string codings; // the field may come several times (RFC 9110 5.3)
    const auto fields = r.equal_range(http::field::accept_encoding);
    for (auto field = fields.first; field != fields.second; ++field) {
        codings.append(field->value().data(), field->value().size()).append(",");
    }
    return root.open(path, accepts_gzip(codings) ? content_coding::gzip : content_coding::identity);
}

std::variant<text_response, file_part> answer_file(const request& r, const static_file& file,
                                                   const file_options& options, std::time_t now) {
    if (!file.lacks_slash.empty()) {
        auto answer = add_slash(r, file.lacks_slash);
        answer.keep_alive(may_stay(r));
        return answer;
    }
    const auto state = validators_of(file);
    auto answer = begin_answer(r, file, options, state, now);
    if (auto* text = std::get_if<text_response>(&answer)) {
        text->keep_alive(may_stay(r));
    } else {
        auto& head = std::get<file_part>(answer).head;
        describe(head, file, state, options, now);
        sign(head);
        head.keep_alive(may_stay(r));
    }
    return answer;
}

} // namespace wsgate
