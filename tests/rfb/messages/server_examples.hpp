// One message of a server of each kind, and one rectangle of each encoding.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/rfb/messages/client_examples.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace support {

struct server_example {
    std::string_view what;
    bytes message;
    /// Of the policies no clipboard to the viewer, no files, no chat, those under which it passes,
    /// where what the server says is read: "cfx".
    std::string_view passes_under;
};

/// As UltraVNC speaks, or where it says so Tight.
[[nodiscard]] inline std::vector<server_example> server_examples() {
    const auto of = [](std::string_view what, std::string_view hex, std::string_view passes) {
        return server_example{what, from_hex(hex), passes};
    };
    return {
        of("FramebufferUpdate, empty", "00 00 0000", "cfx"),
        of("SetColourMapEntries", "01 00 0000 0001 ffff 0000 0000", "cfx"),
        of("Bell", "02", "cfx"),
        of("ServerCutText", "03 000000 00000002 6869", "fx"),
        of("ServerCutText, extended", "03 000000 fffffff8 01000001 00100000", "fx"),
        of("ResizeFrameBuffer", "04 00 0280 01e0", "cfx"),
        of("UltraVNC, data", "07 05 0000 00000001 00000002 6869", ""),
        of("UltraVNC, a file follows", "07 04 0000 00000010 00000003 613a62 00000000", ""),
        of("UltraVNC, the end of a file", "07 06 0000 00000000 deadbeef", ""),
        of("TextChat", "0b 000000 00000002 6869", ""),
        of("TextChat, closed", "0b 000000 fffffffe", ""),
        of("KeepAlive", "0d", "cfx"),
        of("PalmVNC's resize", "0f 00 0280 01e0 0140 00f0 0000", "cfx"),
        of("RequestSession", "14", "cfx"),
        of("NotifyPluginStreaming", "50 000000", "cfx"),
        of("Tight, a list of files", "82 00 0001 0002 0002 0000000a 00000000 6100", "cx"),
        of("Tight, data", "83 00 0003 0003 616263", "cx"),
        of("Tight, the end of data", "83 00 0000 0000 5f5e1000", "cx"),
        of("Tight, a cancelled upload", "84 00 0001 78", "cx"),
        of("Tight, a failed download", "85 00 0001 78", "cx"),
        of("EndOfContinuousUpdates", "96", "cfx"),
        of("time sync", "a0 000000 00000001 00000002 00000003 00000004", "cfx"),
        of("ServerState", "ad 000000 00000001 00000001", "cfx"),
        of("ServerFence", "f8 000000 00000001 02 abcd", "cfx"),
        of("xvp", "fa 00 01 01", "cfx"),
        of("MonitorInfo", "fc 02 0000", "cfx"),
        of("gii", "fd 81 0004 0001 0001", ""),
        of("sound begins", "ff 01 0001", "cfx"),
        of("sound", "ff 01 0002 00000004 00010002", "cfx"),
    };
}

struct rectangle_example {
    std::string_view what;
    std::int32_t encoding;
    bytes data; ///< place, size, encoding, and what follows
};

/// In the usual format of 32 bits, of which 24 are used.
[[nodiscard]] inline std::vector<rectangle_example> rectangle_examples() {
    const auto of = [](std::string_view what, std::uint32_t encoding, std::string_view size,
                       std::string_view data) {
        bytes number(4);
        for (std::size_t i = 0; i < number.size(); ++i) {
            number[i] = static_cast<std::byte>(encoding >> 8U * (3 - i) & 0xffU);
        }
        const auto place = from_hex(size.size() > 9 ? "" : "0000 0000");
        return rectangle_example{what, static_cast<std::int32_t>(encoding),
                                 joined({place, from_hex(size), number, from_hex(data)})};
    };
    constexpr auto alpha = 0xfffffec6U; // -314
    return {
        of("raw", 0, "0002 0001", "0000ff00 ff000000"),
        of("raw, nothing", 0, "0000 0000", ""),
        of("copyrect", 1, "0002 0002", "0010 0020"),
        of("rre", 2, "0004 0004", "00000001 0000ff00 ffffff00 0001000100020002"),
        of("corre", 4, "0004 0004", "00000001 0000ff00 ffffff00 01010202"),
        of("hextile", 5, "0004 0004", "1a 0000ff00 01 ffffff00 1111"),
        of("hextile, two tiles", 5, "0011 0010",
           "0a 0000ff00 01 0033 01 0000ff00 0000ff00 0000ff00 0000ff00 0000ff00 0000ff00 0000ff00 "
           "0000ff00 0000ff00 0000ff00 0000ff00 0000ff00 0000ff00 0000ff00 0000ff00 0000ff00"),
        of("hextile, nothing", 5, "0000 0010", ""),
        of("hextile, the same as before", 5, "0004 0004", "00"),
        of("zlib", 6, "0002 0002", "0000000f 789ce2129163e042c200000000ffff"),
        of("zlibhex", 8, "0004 0004", "20 0003 aabbcc"),
        of("zlibhex, subrectangles", 8, "0004 0004", "4a 0000ff00 0002 aabb"),
        of("zrle", 16, "0004 0004", "0000000c 789c626460f80f000000ffff"),
        of("tight, fill", 7, "0004 0004", "80 ff0000"),
        of("tight, jpeg", 7, "0004 0004", "90 04 ffd8ffd9"),
        of("tight, zlib", 7, "0002 0002", "00 0e 789c62646266842100000000ffff"),
        of("tight, too little for zlib", 7, "0003 0001", "00 010203040506070809"),
        of("tight, two colours", 7, "0008 0008", "40 01 01 ff0000 0000ff 8142241818244281"),
        of("tight, three colours", 7, "0004 0004", "40 01 02 ff0000 00ff00 0000ff 05 0102030405"),
        of("tight, gradient", 7, "0004 0004", "40 02 02 aabb"),
        of("tight, copy by name", 7, "0001 0001", "40 00 010203"),
        of("tight, not compressed", 7, "0002 0002", "a0 0c 000000 000000 000000 000000"),
        of("tight, not compressed, three colours", 7, "0004 0004",
           "e0 01 02 ff0000 00ff00 0000ff 10 00000000 00000000 00000000 00000000"),
        of("tightpng", 0xfffffefcU, "0002 0002", "a0 03 89504e"),
        of("h264", 50, "0008 0008", "00000005 00000001 0000000165"),
        of("zstd", 25, "0002 0002", "00000003 aabbcc"),
        of("UltraVNC's cache", 0xffff0000U, "0002 0002", "0001"),
        of("UltraVNC's queue", 0xffff0008U, "0002 0002", "00000002 aabb"),
        of("desktop size", 0xffffff21U, "0280 01e0", ""),
        of("qemu key", 0xfffffefeU, "0000 0000", ""),
        of("pointer position", 0xffffff18U, "0000 0000", ""),
        of("led state", 0xfffffefbU, "0000 0000", "02"),
        of("desktop name", 0xfffffecdU, "0000 0000", "00000003 6c6162"),
        of("desktop name, empty", 0xfffffecdU, "0000 0000", "00000000"),
        of("UltraVNC's view", 0xfffffecdU, "0001 0000 0002 0002", ""),
        of("extended desktop size", 0xfffffeccU, "0001 0000 0400 0300",
           "01000000 00000001 0000 0000 0400 0300 00000000"),
        of("cursor", 0xffffff11U, "0002 0001", "0000ff00 0000ff00 c0"),
        of("x cursor", 0xffffff10U, "0008 0001", "ffffff 000000 ff ff"),
        of("x cursor, none", 0xffffff10U, "0000 0000", ""),
        of("cursor with alpha, raw", alpha, "0001 0001", "00000000 ff0000ff"),
        of("cursor with alpha, tight", alpha, "0001 0001", "00000007 80 ff0000ff"),
        of("VMware's cursor", 0x574d5664U, "0001 0001", "00 00 ffffffff 00000000"),
        of("VMware's cursor with alpha", 0x574d5664U, "0001 0001", "01 00 ff0000ff"),
        of("VMware's mode", 0x574d5669U, "0400 0300", "20180001 00ff00ff00ff 100800 000000"),
        of("time", 0xfffffc18U, "0000 0000", "00000000 00000001"),
        of("libvncserver's messages", 0xfffe0001U, "0000 0000",
           "0000000000000000 0000000000000000 0000000000000000 0000000000000000 "
           "0000000000000000 0000000000000000 0000000000000000 0000000000000000"),
        of("libvncserver's name", 0xfffe0003U, "0002 0000", "6869"),
    };
}

/// 32 bits, little endian, 24 of them used: what most programs ask for.
inline constexpr std::string_view usual_format = "20180001 00ff00ff00ff 100800 000000";

} // namespace support
