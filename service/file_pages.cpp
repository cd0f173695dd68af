// Changed pages, as of relocations, have no other copy: their mappings stay as they are.
// SPDX-License-Identifier: EUPL-1.2
#include "service/file_pages.hpp"

#include "service/read_file.hpp"

#include <algorithm>
#include <charconv>
#include <malloc.h>
#include <optional>
#include <sys/mman.h>
#include <system_error>

namespace service {

namespace {

constexpr std::size_t longest_smaps = std::size_t{4} * 1024 * 1024;

std::string_view take_line(std::string_view& rest) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
}

std::optional<std::size_t> take_address(std::string_view& rest) {
    constexpr int hexadecimal = 16;
    std::size_t value = 0;
    const auto [end, bad] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value, hexadecimal);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return bad == std::errc{} ? std::optional{value} : std::nullopt;
}

/// "7f12a000-7f12b000 r--p 00000000 08:01 4711   /usr/lib/libc.so.6"; nothing for another line, and
/// where it is no such mapping.
std::optional<mapped_file> mapping_in(std::string_view line) {
    const bool is_file = line.find(" /") != std::string_view::npos;
    const auto begin = take_address(line);
    if (!begin || !line.starts_with('-')) {
        return std::nullopt;
    }
    line.remove_prefix(1);
    const auto end = take_address(line);
    if (!end || !is_file || !line.starts_with(" r-")) {
        return std::nullopt;
    }
    return mapped_file{*begin, *end - *begin};
}

} // namespace

std::vector<mapped_file> unchanged_files(std::string_view smaps) {
    std::vector<mapped_file> all;
    std::optional<mapped_file> here;
    while (!smaps.empty()) {
        const auto line = take_line(smaps);
        if (auto next = mapping_in(line)) {
            here = next;
        } else if (line.starts_with("Anonymous:") && here) {
            if (line.find(" 0 kB") != std::string_view::npos) {
                all.push_back(*here);
            }
            here.reset();
        }
    }
    return all;
}

void give_back_memory() {
    (void)::malloc_trim(0);
    const auto smaps = read_file("/proc/self/smaps", longest_smaps);
    for (const auto& each : unchanged_files(smaps.value_or(""))) {
        // NOLINTNEXTLINE(*-reinterpret-cast, performance-no-int-to-ptr): the kernel's number
        (void)::madvise(reinterpret_cast<void*>(each.begin), each.size, MADV_DONTNEED);
    }
}

} // namespace service
