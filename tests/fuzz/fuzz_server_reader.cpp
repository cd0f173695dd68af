// What is read of a server's messages is the same however they were cut, and when all that may pass
// unseen does.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/messages/server_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

struct listener final : rfb::server_reader::listener {
    void told(std::span<const std::byte> start, std::uint64_t size) override {
        all +=
            't' + std::to_string(std::to_integer<int>(start.front())) + '/' + std::to_string(size);
    }

    void began_update() override { all += 'u'; }

    void drew(const rfb::rectangle& r) override { all += 'r' + std::to_string(r.encoding); }

    void named(std::string_view name) override { all += 'n' + std::to_string(name.size()); }

    std::string all;
};

struct reading {
    explicit reading(const rfb::server_reader::start& from) : reader(from) {}

    void read(std::span<const std::byte> some) {
        while (!some.empty() && !reader.surprised()) {
            some = some.subspan(reader.read(some, heard));
        }
    }

    rfb::server_reader reader;
    listener heard;
};

} // namespace

// Input: what is at the start, a pixel format, and what the server says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    constexpr std::size_t head = 1 + rfb::pixel_format::size;
    if (size < head) {
        return 0;
    }
    const auto all = fuzz::as_bytes(input, size);
    const unsigned bits = input[0]; // NOLINT(*-pointer-arithmetic): as libFuzzer gives it
    rfb::server_reader::start from;
    from.rest_of_name = bits & 7U;
    from.has_capabilities = (bits & 8U) != 0;
    from.dialect = {(bits & 16U) != 0, (bits & 32U) != 0};
    from.format = rfb::parse_pixel_format(all.subspan(1).first<rfb::pixel_format::size>());
    const auto said = all.subspan(head);
    reading whole(from);
    reading single(from);
    reading unseen(from);
    rfb::pixel_format other = from.format;
    other.bits_per_pixel = 16;
    if ((bits & 64U) != 0) {
        for (auto* const each : {&whole, &single, &unseen}) {
            each->reader.update_requested();
            each->reader.format_set(other);
        }
    }
    whole.read(said);
    for (const auto& each : said) {
        single.read({&each, 1});
    }
    for (auto rest = said; !rest.empty() && !unseen.reader.surprised();) {
        const auto some = std::min<std::uint64_t>(unseen.reader.to_pass(), rest.size());
        if (some > 0) {
            unseen.reader.passed(some, unseen.heard);
        } else {
            unseen.read(rest.first(1));
        }
        rest = rest.subspan(std::max<std::size_t>(some, 1));
    }
    fuzz::require(whole.heard.all == single.heard.all && whole.heard.all == unseen.heard.all);
    fuzz::require(whole.reader.surprised() == single.reader.surprised() &&
                  whole.reader.surprised() == unseen.reader.surprised());
    fuzz::require(whole.reader.is_between() == single.reader.is_between());
    return 0;
}
