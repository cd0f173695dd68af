// A line of the list becomes an ID in the same way as a peer's first block.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/ids/id_files.hpp"

#include "net/text/lines.hpp"
#include "rfb/bytes.hpp"
#include "service/key_file.hpp"
#include "service/read_file.hpp"

#include <fmt/format.h>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>

namespace repeater {

namespace {

constexpr std::size_t largest_list = std::size_t{64} * 1024 * 1024;

/// Nothing where no peer could name it.
std::optional<rfb::repeater_id> id_of_line(std::string_view line, const rfb::hello_rules& rules) {
    if (line.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    const auto block = fmt::format("ID:{}", line);
    auto said = rfb::parse_hello(std::as_bytes(std::span{block}), rfb::side::server, rules);
    if (!said || !said->port.empty() || said->key) {
        return std::nullopt;
    }
    return std::get<rfb::repeater_id>(std::move(said->wish));
}

std::unordered_set<rfb::repeater_id> read_list(const std::string& path,
                                               const rfb::hello_rules& rules) {
    const auto text = service::read_file(path, largest_list);
    if (!text) {
        throw std::runtime_error(
            fmt::format("{}: cannot read the list of IDs: {}", path, service::last_error_text()));
    }
    if (net::is_utf16(*text)) {
        throw std::runtime_error(fmt::format("{}: {}", path, net::utf16_fault));
    }
    std::unordered_set<rfb::repeater_id> listed;
    net::text_lines lines(*text);
    while (const auto line = lines.next()) {
        const auto word = net::stripped(line->text);
        if (word.empty() || word.front() == '#') {
            continue;
        }
        auto id = id_of_line(word, rules);
        if (!id) {
            throw std::runtime_error(
                fmt::format("{}: line {} is no ID as --id-match, --raw-id and --uvnc-alias say",
                            path, line->number));
        }
        listed.insert(std::move(*id));
    }
    return listed;
}

} // namespace

id_rules read_id_rules(const id_options& o, const rfb::hello_rules& rules) {
    id_rules all{o.policy, {}, {}};
    if (o.policy == id_policy::list) {
        all.listed = read_list(o.file, rules);
    } else if (o.policy == id_policy::signed_id) {
        all.keys = service::read_keys(o.key_file, most_id_keys);
    }
    return all;
}

} // namespace repeater
