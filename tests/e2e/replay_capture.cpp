// Reads a captured session at many splits: replay_capture FILE.
// SPDX-License-Identifier: EUPL-1.2
//
// What is understood must be the same each time, and all of it. FILE: for each piece a byte with
// the side (0: viewer), a U32 with its size, and its bytes, from the versions on.
#include "rfb/bytes.hpp"
#include "rfb/messages/session_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <vector>

namespace {

using bytes = std::vector<std::byte>;

struct piece {
    rfb::side from{};
    std::span<const std::byte> said;
};

std::vector<piece> pieces_of(std::span<const std::byte> all) {
    std::vector<piece> pieces;
    rfb::byte_reader in(all);
    while (const auto from = in.u8()) {
        const auto size = in.u32();
        const auto said = size ? in.take(*size) : std::nullopt;
        if (!said) {
            std::cerr << "the capture is cut off\n";
            std::exit(EXIT_FAILURE);
        }
        pieces.push_back({*from == 0 ? rfb::side::viewer : rfb::side::server, *said});
    }
    return pieces;
}

/// What is understood when each piece is cut into parts of this size.
std::optional<rfb::insight> understood(const std::vector<piece>& pieces, std::size_t size) {
    rfb::handshake_reader handshake;
    std::optional<rfb::session_reader> reader;
    for (const auto& [from, said] : pieces) {
        for (auto rest = said; !rest.empty();) {
            auto part = rest.first(std::min(size, rest.size()));
            rest = rest.subspan(part.size());
            if (!reader) {
                part = part.subspan(handshake.feed(from, part));
                if (!handshake.done()) {
                    continue;
                }
                reader.emplace(handshake);
                for (const auto side : {rfb::side::server, rfb::side::viewer}) {
                    reader->feed(side, handshake.take_unread(side), 0);
                }
            }
            reader->feed(from, part, 0);
        }
    }
    return reader ? std::optional{reader->seen()} : std::nullopt;
}

} // namespace

int main(int count, char** words) {
    if (count != 2) {
        return EXIT_FAILURE;
    }
    std::ifstream file(words[1], std::ios::binary); // NOLINT(*-pointer-arithmetic)
    const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
    const auto pieces = pieces_of(std::as_bytes(std::span(text)));
    const auto whole = understood(pieces, text.size() + 1);
    if (!whole || whole->ended_by) {
        std::cerr << "not understood: type " << (whole ? int{whole->ended_by->second.type} : -1)
                  << '\n';
        return EXIT_FAILURE;
    }
    for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 11U, 13U, 64U, 1000U, 1024U, 65536U}) {
        if (understood(pieces, size) != whole) {
            std::cerr << "at " << size << " bytes a time something else is understood\n";
            return EXIT_FAILURE;
        }
    }
    std::cout << whole->updates << " updates, " << whole->rectangles_in_all << " rectangles\n";
}
