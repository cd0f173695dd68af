// One message of a viewer of each kind, and what becomes of it under each denial.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/bytes.hpp"

#include <string_view>
#include <vector>

namespace support {

/// "050100100020" as bytes; blanks are for readers.
[[nodiscard]] inline bytes from_hex(std::string_view text) {
    bytes all;
    unsigned value = 0;
    bool is_half = false;
    for (const char c : text) {
        if (c == ' ') {
            continue;
        }
        value = value << 4U | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
        if (is_half) {
            all.push_back(static_cast<std::byte>(value & 0xffU));
        }
        is_half = !is_half;
    }
    return all;
}

struct client_example {
    std::string_view what;
    bytes message;
    /// Of the policies view-only, no clipboard to the server, no files, no chat, those under which
    /// it passes: "vcfx".
    std::string_view passes_under;
};

[[nodiscard]] inline std::vector<client_example> client_examples() {
    const auto of = [](std::string_view what, std::string_view hex, std::string_view passes) {
        return client_example{what, from_hex(hex), passes};
    };
    return {
        of("SetPixelFormat", "00000000 20180001 00ff00ff00ff 100800 000000", "vcfx"),
        of("FixColourMapEntries", "0100 0000 0001 ffff00000000", ""),
        of("FramebufferUpdateRequest", "03 01 0000 0000 0320 0258", "vcfx"),
        of("KeyEvent", "04 01 0000 0000ff0d", "cfx"),
        of("PointerEvent", "05 01 0010 0020", "cfx"),
        of("ClientCutText", "06 000000 00000002 6869", "fx"),
        of("UltraVNC, a folder", "07 01 0100 00000000 00000004 433a5c00", ""),
        of("UltraVNC, the drives", "07 01 0200 00000000 deadbeef", ""),
        of("UltraVNC, an offer", "07 08 0000 00000005 00000003 613a62 00000000", ""),
        of("UltraVNC, data", "07 05 0000 00000001 00000002 6869", ""),
        of("UltraVNC, the end of a file", "07 06 0000 00000000 deadbeef", ""),
        of("SetScale", "08 02 0000", "cfx"),
        of("SetServerInput", "09 01 0000", "cfx"),
        of("SetSW", "0a 00 0064 0064", "cfx"),
        of("TextChat", "0b 000000 00000002 6869", ""),
        of("TextChat, open", "0b 000000 ffffffff", ""),
        of("KeepAlive", "0d", "vcfx"),
        of("SetScaleFactor", "0f 02 0000", "cfx"),
        of("RequestSession", "14", "cfx"),
        of("SetSession", "15 01", "cfx"),
        of("NotifyPluginStreaming", "50 000000", "cfx"),
        of("Tight, a list of files", "82 00 0001 2f", "cx"),
        of("Tight, a download", "83 00 0002 00000000 2f61", "cx"),
        of("Tight, an upload", "84 00 0002 00000000 2f61", "cx"),
        of("Tight, data", "85 00 0003 0003 616263", "cx"),
        of("Tight, the end of data", "85 00 0000 0000 5f5e1000", "cx"),
        of("Tight, a cancelled download", "86 00 0001 78", "cx"),
        of("Tight, a failed upload", "87 00 0001 78", "cx"),
        of("Tight, a folder", "88 00 0002 2f62", "cx"),
        of("EnableContinuousUpdates", "96 01 0000 0000 0320 0258", "vcfx"),
        of("VideoRectangleSelection", "97 00 0000 0000 0320 0258", "cfx"),
        of("time sync", "a0 000000 00000001 00000002 00000003 00000004", "vcfx"),
        of("ClientFence", "f8 000000 80000001 02 abcd", "vcfx"),
        of("xvp", "fa 00 01 02", "cfx"),
        of("SetDesktopSize", "fb 00 0400 0300 01 00 00000001 0000 0000 0400 0300 00000000", "cfx"),
        of("gii, big endian", "fd 81 0002 0001", ""),
        of("gii, little endian", "fd 01 0200 0100", ""),
        of("SetMonitor", "fe 01 0000", "cfx"),
        of("QEMU, a key", "ff 00 0001 0000ff0d 0000001c", "cfx"),
        of("QEMU, sound on", "ff 01 0000", "cfx"),
        of("QEMU, a format of sound", "ff 01 0002 03 02 0000ac44", "cfx"),
    };
}

} // namespace support
