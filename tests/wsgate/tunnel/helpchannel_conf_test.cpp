// Help-Channel's file, as its packages ship it and as people write it.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/helpchannel_conf.hpp"

#include <gtest/gtest.h>

namespace helpchannel_conf_test {

namespace {

using wsgate::helpchannel_conf;
using wsgate::parse_helpchannel_conf;

} // namespace

TEST(HelpchannelConf, OfAPackage) {
    helpchannel_conf expected;
    expected.tunnel_url = "wss://desk.example/wsServer";
    expected.local_port = "6000";
    EXPECT_EQ(parse_helpchannel_conf("[ServerConfig]\n"
                                     "rest_base_url: https://desk.example/rest\n"
                                     "proxy_host: \n"
                                     "proxy_port: \n"
                                     "proxy_username: \n"
                                     "proxy_password: \n"
                                     "\n"
                                     "[TunnelConfig]\n"
                                     "command_full_path: ./hctunnel.py\n"
                                     "tunnel_url: wss://desk.example/wsServer\n"
                                     "local_port=6000\n"
                                     "\n"
                                     "[x11vncConfig]\n"
                                     "command_full_path: /usr/bin/x11vnc\n"),
              expected);
}

TEST(HelpchannelConf, InTheDialectOfPythonsParser) {
    helpchannel_conf expected;
    expected.tunnel_url = "wss://desk.example/a;b";
    expected.ssl_verify = "False";
    expected.proxy_host = "proxy.example";
    expected.proxy_port = "3128";
    expected.proxy_username = "DOMAIN\\ann";
    expected.proxy_password = "p=a:s;s#word";
    EXPECT_EQ(parse_helpchannel_conf("# a comment\r\n"
                                     "; another\r\n"
                                     "proxy_host = of no section\r\n"
                                     "[ServerConfig]\r\n"
                                     "Proxy_Host   =   proxy.example   ; the one at work\r\n"
                                     "proxy_port:3128\r\n"
                                     "proxy_username = DOMAIN\\ann\r\n"
                                     "proxy_password = p=a:s;s#word\r\n"
                                     "nonsense\r\n"
                                     "   goes nowhere\r\n"
                                     "[TunnelConfig]  \r\n"
                                     "tunnel_url: wss://desk.\r\n"
                                     "   example/a;b\r\n"
                                     "proxy_host: of another section\r\n"
                                     "ssl_verify=False"),
              expected);
}

TEST(HelpchannelConf, MayBeWrittenByOtherSystems) {
    const auto conf =
        parse_helpchannel_conf("\xef\xbb\xbf[TunnelConfig]\r\ntunnel_url: wss://h/ \r\n"
                               "local_port: 6001");
    EXPECT_EQ(conf.tunnel_url, "wss://h/");
    EXPECT_EQ(conf.local_port, "6001");
    EXPECT_EQ(parse_helpchannel_conf("[TunnelConfig]\rlocal_port: 1\r").local_port, "1");
}

TEST(HelpchannelConf, IsNeverWrong) {
    for (const auto* const text :
         {"", "\n\n", "[", "[TunnelConfig", "=", ":", " x", "[]\n=\n x", "tunnel_url"}) {
        EXPECT_EQ(parse_helpchannel_conf(text), helpchannel_conf{}) << text;
    }
}

} // namespace helpchannel_conf_test
