// What peers of other protocols send first, cut anywhere behind what tells them apart.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/first_bytes.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace first_bytes_test {

using namespace support;

TEST(FirstBytes, AreRecognised) {
    struct row {
        bytes start;
        std::string_view expected;
    };

    const row rows[] = {
        {{}, "nothing"},
        {"ID:1234\0"_bytes, "id"},
        {"id:1"_bytes, "id"},
        {" ID:1"_bytes, "id"},
        {"1234"_bytes, "bare_id"},
        {"my-desk\0\0"_bytes, "bare_id"},
        {"10.0.0.5:5901"_bytes, "destination"},
        {"host::5901\0x"_bytes, "destination"},
        {"[::1]:1\n"_bytes, "destination"},
        {"RFB 003.008\n"_bytes, "rfb"},
        {"RFB 003.008\n\0\0\0"_bytes, "rfb"},
        {"\x16\x03\x01\x02\0\x01"_bytes, "tls"},
        {"\x15\x03\x01\0\x02"_bytes, "tls"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n"_bytes, "http"},
        {"OPTIONS * HTTP/1.0\r\n"_bytes, "http"},
        {"CONNECT a:5900 HTTP/1.1\r\n"_bytes, "http"},
        {"GET http://a/ HTTP/1.1\r\n"_bytes, "http"},
        {"HTTP/1.1 400 Bad Request\r\n"_bytes, "http"},
        {"GET /x HTTP/1.1\r\nupgrade:  x\r\nUpgrade: WebSocket\r\n"_bytes, "websocket"},
        {"SSH-2.0-OpenSSH_9.2p1\r\n"_bytes, "ssh"},
        {"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"_bytes, "proxy_header"},
        {"\r\n\r\n\0\r\nQUIT\n\x21\x11"_bytes, "proxy_header"},
        {"\x03\0\0\x13\x0e\xe0"_bytes, "rdp"},
        {"\0\0\0\x85\xffSMB"_bytes, "smb"},
        {"\0\0\0\x85\xfeSMB"_bytes, "smb"},
        {"\xff\xfd\x03"_bytes, "telnet"},
        {"GET"_bytes, "bare_id"},
        {"two words"_bytes, "other"},
        {"\xde\xad"_bytes, "other"},
        {"\0\0\0\0"_bytes, "other"},
    };
    for (const auto& r : rows) {
        EXPECT_EQ(to_string(rfb::recognise(r.start)), r.expected) << text_of(r.start);
    }
}

} // namespace first_bytes_test
