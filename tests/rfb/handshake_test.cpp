// What the listener makes of whole handshakes, however the bytes arrive.   RFC 6143 7.1-7.3
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/bytes.hpp"
#include "rfb/handshake.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace handshake_test {

using namespace support;
using rfb::side;
using stage = rfb::handshake_facts::stage;

std::string describe(const std::optional<rfb::protocol_version>& v) {
    return v ? std::to_string(v->major) + '.' + std::to_string(v->minor) : "?";
}

// "<stage> <server version>/<viewer version>" and then whatever else is known.
std::string describe(const rfb::handshake_facts& f) {
    static constexpr std::array names{"in progress", "complete", "refused", "opaque"};
    std::string text = names.at(static_cast<std::size_t>(f.reached));
    text += ' ' + describe(f.server_version) + '/' + describe(f.viewer_version);
    for (const auto type : f.security_offered) {
        text += " +" + std::string(rfb::security_type_name(type));
    }
    text +=
        f.security_chosen ? " =" + std::string(rfb::security_type_name(*f.security_chosen)) : "";
    for (const auto type : f.security_subtypes) {
        text += " -" + std::to_string(type);
    }
    text += f.security_subtype ? " =" + std::to_string(*f.security_subtype) : "";
    text += f.shared ? " shared" : "";
    text += f.width != 0 || f.height != 0
                ? ' ' + std::to_string(f.width) + 'x' + std::to_string(f.height)
                : "";
    text += f.desktop_name.empty() ? "" : " '" + f.desktop_name + '\'';
    text += f.reason.empty() ? "" : " because '" + f.reason + '\'';
    return text;
}

bytes u32(std::uint32_t value) {
    bytes b(4);
    rfb::byte_writer out(b);
    EXPECT_TRUE(out.u32(value));
    return b;
}

bytes text_message(std::string_view text) {
    return joined({u32(static_cast<std::uint32_t>(text.size())), bytes_of(text)});
}

bytes server_init(std::uint16_t width, std::uint16_t height, const bytes& name) {
    bytes b(20);
    rfb::byte_writer out(b);
    EXPECT_TRUE(out.u16(width) && out.u16(height));
    return joined({b, name});
}

struct message {
    side from;
    bytes data;
};

using transcript = std::vector<message>;

message server(bytes data) {
    return {side::server, std::move(data)};
}

message viewer(bytes data) {
    return {side::viewer, std::move(data)};
}

bytes sent_by(side s, const transcript& said) {
    bytes all;
    for (const auto& m : said) {
        all = m.from == s ? joined({all, m.data}) : all;
    }
    return all;
}

std::string heard(const transcript& said) {
    rfb::handshake_reader reader;
    for (const auto& m : said) {
        reader.feed(m.from, m.data);
    }
    return describe(reader.facts());
}

std::string heard_byte_by_byte(const transcript& said) {
    rfb::handshake_reader reader;
    for (const auto& m : said) {
        for (const auto b : m.data) {
            reader.feed(m.from, {&b, 1});
        }
    }
    return describe(reader.facts());
}

std::string heard_alternately(const transcript& said) {
    const auto from_server = sent_by(side::server, said);
    const auto from_viewer = sent_by(side::viewer, said);
    rfb::handshake_reader reader;
    for (std::size_t i = 0; i < std::max(from_server.size(), from_viewer.size()); ++i) {
        if (i < from_viewer.size()) {
            reader.feed(side::viewer, std::span(from_viewer).subspan(i, 1));
        }
        if (i < from_server.size()) {
            reader.feed(side::server, std::span(from_server).subspan(i, 1));
        }
    }
    return describe(reader.facts());
}

// The same facts must come out of all cuts, and of both directions in any order.
void expect_heard(const transcript& said, std::string_view expected, std::string_view why) {
    const auto from_server = sent_by(side::server, said);
    const auto from_viewer = sent_by(side::viewer, said);
    EXPECT_EQ(heard(said), expected) << why;
    EXPECT_EQ(heard_byte_by_byte(said), expected) << why << ", byte by byte";
    EXPECT_EQ(heard_alternately(said), expected) << why << ", alternately";
    for_each_split(from_server, [&](const auto& parts) {
        rfb::handshake_reader server_first;
        rfb::handshake_reader viewer_first;
        viewer_first.feed(side::viewer, from_viewer);
        for (const auto part : parts) {
            server_first.feed(side::server, part);
            viewer_first.feed(side::server, part);
        }
        server_first.feed(side::viewer, from_viewer);
        EXPECT_EQ(describe(server_first.facts()), expected) << why << ", server first";
        EXPECT_EQ(describe(viewer_first.facts()), expected) << why << ", viewer first";
    });
    for_each_split(from_viewer, [&](const auto& parts) {
        rfb::handshake_reader around; // the server's bytes come between the viewer's
        around.feed(side::viewer, parts.front());
        around.feed(side::server, from_server);
        for (const auto part : std::span(parts).subspan(1)) {
            around.feed(side::viewer, part);
        }
        EXPECT_EQ(describe(around.facts()), expected) << why << ", server in between";
    });
}

const auto v3_3 = "RFB 003.003\n"_bytes;
const auto v3_7 = "RFB 003.007\n"_bytes;
const auto v3_8 = "RFB 003.008\n"_bytes;
const auto none_only = "\x01\x01"_bytes;
const auto challenge = "0123456789abcdef"_bytes;
const auto shared = "\x01"_bytes;
const auto desk = server_init(1024, 768, text_message("desk"));

const transcript full_3_8 = {
    server(v3_8),         viewer(v3_8),      server("\x03\x13\x02\x01"_bytes),
    viewer("\x02"_bytes), server(challenge), viewer(challenge),
    server(u32(0)),       viewer(shared),    server(desk),
};

constexpr std::string_view full_3_8_facts =
    "complete 3.8/3.8 +VeNCrypt +VncAuth +None =VncAuth shared 1024x768 'desk'";

TEST(Handshake, IsReadToTheEnd) {
    expect_heard(full_3_8, full_3_8_facts, "3.8, VncAuth");
    expect_heard({server(v3_8), viewer(v3_8), server(none_only), viewer("\x01"_bytes),
                  server(u32(0)), viewer("\0"_bytes), server(desk)},
                 "complete 3.8/3.8 +None =None 1024x768 'desk'", "3.8, None: with a result");
    expect_heard({server(v3_7), viewer(v3_7), server(none_only), viewer("\x01"_bytes),
                  viewer(shared), server(desk)},
                 "complete 3.7/3.7 +None =None shared 1024x768 'desk'", "3.7, None: without");
    expect_heard({server(v3_7), viewer(v3_7), server("\x01\x02"_bytes), viewer("\x02"_bytes),
                  server(challenge), viewer(challenge), server(u32(0)), viewer(shared),
                  server(desk)},
                 "complete 3.7/3.7 +VncAuth =VncAuth shared 1024x768 'desk'", "3.7, VncAuth");
    expect_heard({server(v3_3), viewer(v3_3), server(u32(1)), viewer(shared), server(desk)},
                 "complete 3.3/3.3 +None =None shared 1024x768 'desk'", "3.3, None");
    expect_heard({server(v3_3), viewer(v3_3), server(u32(2)), server(challenge), viewer(challenge),
                  server(u32(0)), viewer(shared), server(desk)},
                 "complete 3.3/3.3 +VncAuth =VncAuth shared 1024x768 'desk'", "3.3, VncAuth");
}

TEST(Handshake, TheViewersAnswerDecidesTheRules) {
    const auto as_3_8 = [](const bytes& offered, const bytes& answered) {
        return transcript{server(offered),      viewer(answered), server(none_only),
                          viewer("\x01"_bytes), server(u32(0)),   viewer(shared),
                          server(desk)};
    };
    const auto as_3_3 = [](const bytes& offered, const bytes& answered) {
        return transcript{server(offered), viewer(answered), server(u32(1)), viewer(shared),
                          server(desk)};
    };
    const std::string rest = " +None =None shared 1024x768 'desk'";
    expect_heard(as_3_3(v3_8, v3_3), "complete 3.8/3.3" + rest, "an old viewer");
    expect_heard(as_3_8("RFB 003.889\n"_bytes, "RFB 003.889\n"_bytes),
                 "complete 3.889/3.889" + rest, "Apple");
    expect_heard(as_3_8("RFB 003.889\n"_bytes, v3_8), "complete 3.889/3.8" + rest,
                 "Apple's server");
    expect_heard(as_3_8(v3_8, "RFB 003.889\n"_bytes), "complete 3.8/3.889" + rest,
                 "Apple's viewer");
    expect_heard(as_3_8("RFB 004.001\n"_bytes, v3_8), "complete 4.1/3.8" + rest, "RealVNC 4");
    expect_heard(as_3_8("RFB 005.000\n"_bytes, "RFB 005.000\n"_bytes), "complete 5.0/5.0" + rest,
                 "RealVNC 5");
    expect_heard(as_3_3("RFB 003.006\n"_bytes, "RFB 003.006\n"_bytes), "complete 3.6/3.6" + rest,
                 "UltraVNC, old");
    expect_heard(as_3_3(v3_8, "RFB 003.005\n"_bytes), "complete 3.8/3.5" + rest,
                 "5 was never published");
}

TEST(Handshake, ARefusalHasAReason) {
    const auto reason = text_message("too many");
    expect_heard({server(v3_8), viewer(v3_8), server("\0"_bytes), server(reason)},
                 "refused 3.8/3.8 because 'too many'", "3.8, no security types");
    expect_heard({server(v3_7), viewer(v3_7), server("\0"_bytes), server(reason)},
                 "refused 3.7/3.7 because 'too many'", "3.7, no security types");
    expect_heard({server(v3_3), viewer(v3_3), server(u32(0)), server(reason)},
                 "refused 3.3/3.3 because 'too many'", "3.3, type 0");
    expect_heard({server(v3_8), viewer(v3_8), server(none_only), viewer("\x01"_bytes),
                  server(u32(1)), server(text_message(""))},
                 "refused 3.8/3.8 +None =None", "an empty reason");
    expect_heard({server(v3_8), viewer(v3_8), server("\x01\x02"_bytes), viewer("\x02"_bytes),
                  server(challenge), viewer(challenge), server(u32(2)), server(reason)},
                 "refused 3.8/3.8 +VncAuth =VncAuth because 'too many'", "3.8, wrong password");
}

TEST(Handshake, BeforeVersion38AWrongPasswordHasNone) {
    expect_heard({server(v3_7), viewer(v3_7), server("\x01\x02"_bytes), viewer("\x02"_bytes),
                  server(challenge), viewer(challenge), server(u32(1))},
                 "refused 3.7/3.7 +VncAuth =VncAuth", "3.7");
    expect_heard({server(v3_3), viewer(v3_3), server(u32(2)), server(challenge), viewer(challenge),
                  server(u32(1))},
                 "refused 3.3/3.3 +VncAuth =VncAuth", "3.3");
}

namespace {

/// A session of version 3.8 whose authentication is this, and succeeds.
transcript authenticated(const transcript& said) {
    transcript all{server(v3_8), viewer(v3_8)};
    all.insert(all.end(), said.begin(), said.end());
    all.insert(all.end(), {server(u32(0)), viewer(shared), server(desk)});
    return all;
}

bytes some(std::size_t size) {
    return bytes(size, std::byte{0xa5});
}

bytes u16(std::uint16_t value) {
    bytes b(2);
    rfb::byte_writer out(b);
    EXPECT_TRUE(out.u16(value));
    return b;
}

bytes counted(std::uint16_t size, std::size_t more = 0) {
    return joined({u16(size), some(size + more)});
}

bytes key(std::uint32_t bits) {
    return joined({u32(bits), some(2 * ((bits + 7) / 8))});
}

transcript key_pairs(const bytes& type, std::uint16_t hash, std::uint32_t bits = 2048) {
    return authenticated({server(joined({"\x01"_bytes, type})), viewer(type), server(key(bits)),
                          viewer(key(1024)), server(counted(256)), viewer(counted(128)),
                          server(counted(hash, 16)), viewer(counted(hash, 16)),
                          server(counted(1, 16)), viewer(counted(20, 16))});
}

} // namespace

// What the bytes of each type are: the source of the programs that speak it.
TEST(Handshake, AuthenticationIsFollowedByItsLengths) {
    const std::string rest = " shared 1024x768 'desk'";
    expect_heard(key_pairs("\x06"_bytes, 20), "complete 3.8/3.8 +RA2ne =RA2ne" + rest, "RA2ne");
    expect_heard(key_pairs("\x82"_bytes, 32), "complete 3.8/3.8 +RA2ne_256 =RA2ne_256" + rest,
                 "RA2ne_256");
    expect_heard(authenticated({server("\x01\x16"_bytes), viewer("\x16\x02\x03usabc"_bytes),
                                server(challenge), viewer(challenge)}),
                 "complete 3.8/3.8 +XVP =XVP" + rest, "XVP");
    expect_heard(authenticated({server("\x01\x1e"_bytes), viewer("\x1e"_bytes),
                                server(joined({u16(2), u16(8), some(16)})), viewer(some(128 + 8))}),
                 "complete 3.8/3.8 +AppleDH =AppleDH" + rest, "Apple's");
    expect_heard(authenticated({server("\x01\x71"_bytes), viewer("\x71"_bytes), server(some(24)),
                                viewer(some(8 + 256 + 64))}),
                 "complete 3.8/3.8 +MSLogonII =MSLogonII" + rest, "MSLogonII");
    expect_heard(authenticated({server("\x01\x76"_bytes), viewer("\x76"_bytes), server(some(32)),
                                viewer(some(32 + 256 + 64))}),
                 "complete 3.8/3.8 +MSLogonIII =MSLogonIII" + rest, "MSLogonIII");
    expect_heard(authenticated({server("\x01\x68"_bytes), viewer("\x68"_bytes),
                                server("\x02\0\0\0hi"_bytes), viewer("\x01\0\0\0"_bytes)}),
                 "complete 3.8/3.8 +SCPrompt =SCPrompt" + rest, "a prompt");
    expect_heard(authenticated({server("\x01\x74"_bytes), viewer("\x74\x02hi"_bytes)}),
                 "complete 3.8/3.8 +ClientText =ClientText" + rest, "a text");
}

TEST(Handshake, VenCryptWithoutTlsIsFollowed) {
    const auto until_choice = [](const bytes& types, const bytes& choice) {
        return transcript{server("\x01\x13"_bytes),
                          viewer("\x13"_bytes),
                          server("\0\x02"_bytes),
                          viewer("\0\x02"_bytes),
                          server(joined({"\0"_bytes, types})),
                          viewer(choice)};
    };
    const auto plain = joined({"\x02"_bytes, u32(256), u32(262)});
    const auto login = joined({u32(256), u32(3), u32(2), "cowpw"_bytes});
    const std::string rest = " shared 1024x768 'desk'";
    expect_heard(authenticated(until_choice(plain, login)),
                 "complete 3.8/3.8 +VeNCrypt =VeNCrypt -256 -262 =256" + rest, "Plain");
    auto consented = until_choice(plain, login);
    consented.push_back(server("\x01"_bytes));
    expect_heard(authenticated(consented),
                 "complete 3.8/3.8 +VeNCrypt =VeNCrypt -256 -262 =256" + rest,
                 "Plain, with a consent");
    auto vnc = until_choice(joined({"\x01"_bytes, u32(2)}), u32(2));
    vnc.insert(vnc.end(), {server(challenge), viewer(challenge)});
    expect_heard(authenticated(vnc), "complete 3.8/3.8 +VeNCrypt =VeNCrypt -2 =2" + rest,
                 "VncAuth");
    expect_heard(authenticated(until_choice(joined({"\x01"_bytes, u32(1)}), u32(1))),
                 "complete 3.8/3.8 +VeNCrypt =VeNCrypt -1 =1" + rest, "None");
    expect_heard(authenticated(until_choice(plain, u32(262))),
                 "opaque 3.8/3.8 +VeNCrypt =VeNCrypt -256 -262 =262", "X509Plain");
    expect_heard(authenticated(until_choice(plain, u32(257))),
                 "opaque 3.8/3.8 +VeNCrypt =VeNCrypt -256 -262 =257", "not in the list");
    expect_heard({server(v3_8), viewer(v3_8), server("\x01\x13"_bytes), viewer("\x13"_bytes),
                  server("\0\x02"_bytes), viewer("\0\x02"_bytes), server("\x01"_bytes)},
                 "refused 3.8/3.8 +VeNCrypt =VeNCrypt", "the version is not taken");
    expect_heard({server(v3_8), viewer(v3_8), server("\x01\x13"_bytes), viewer("\x13"_bytes),
                  server("\0\x02"_bytes), viewer("\0\x02"_bytes), server("\0\0"_bytes)},
                 "refused 3.8/3.8 +VeNCrypt =VeNCrypt", "no types");
}

TEST(Handshake, TightIsFollowed) {
    const auto capability = [](std::uint32_t number) {
        return joined({u32(number), "VENDNAME____"_bytes});
    };
    const std::string rest = " shared 1024x768 'desk'";
    expect_heard(authenticated({server("\x01\x10"_bytes), viewer("\x10"_bytes),
                                server(joined({u32(1), capability(0)})), viewer(u32(0)),
                                server(joined({u32(2), capability(1), capability(2)})),
                                viewer(u32(2)), server(challenge), viewer(challenge)}),
                 "complete 3.8/3.8 +Tight =Tight -1 -2 =2" + rest, "VncAuth");
    expect_heard(authenticated({server("\x01\x10"_bytes), viewer("\x10"_bytes), server(u32(0)),
                                server(u32(0))}),
                 "complete 3.8/3.8 +Tight =Tight" + rest, "nothing offered: None");
    expect_heard(authenticated({server("\x01\x10"_bytes), viewer("\x10"_bytes), server(u32(0)),
                                server(joined({u32(1), capability(129)})), viewer(u32(129)),
                                viewer(joined({u32(1), u32(1), "ab"_bytes}))}),
                 "complete 3.8/3.8 +Tight =Tight -129 =129" + rest, "a login");
    expect_heard(authenticated({server("\x01\x10"_bytes), viewer("\x10"_bytes), server(u32(0)),
                                server(joined({u32(1), capability(19)})), viewer(u32(19)),
                                server("\0\x02"_bytes), viewer("\0\x02"_bytes),
                                server(joined({"\0\x01"_bytes, u32(1)})), viewer(u32(1))}),
                 "complete 3.8/3.8 +Tight =Tight -1 =1" + rest, "VeNCrypt inside");
    expect_heard({server(v3_8), viewer(v3_8), server("\x01\x10"_bytes), viewer("\x10"_bytes),
                  server(joined({u32(1), capability(7)})), viewer(u32(7))},
                 "opaque 3.8/3.8 +Tight =Tight", "a tunnel");
    expect_heard({server(v3_8), viewer(v3_8), server("\x01\x10"_bytes), viewer("\x10"_bytes),
                  server(u32(0)), server(u32(0xffffffffU))},
                 "opaque 3.8/3.8 +Tight =Tight", "too many types");
}

TEST(Handshake, UltraVncsLayersAreFollowed) {
    const auto next = u32(0xffffffffU);
    expect_heard({server(v3_8), viewer(v3_8), server("\x02\x11\x75"_bytes), viewer("\x11"_bytes),
                  server(next), server("\x01\x02"_bytes), viewer("\x02"_bytes), server(challenge),
                  viewer(challenge), server(u32(0)), viewer("\x03\x02hi"_bytes), server(desk)},
                 "complete 3.8/3.8 +Ultra +TakesText +VncAuth =VncAuth shared 1024x768 'desk'",
                 "two layers, and a text");
    expect_heard({server(v3_8), viewer(v3_8), server("\x02\x11\x75"_bytes), viewer("\x11"_bytes),
                  server(u32(0)), viewer("\x02\0"_bytes), server(desk)},
                 "complete 3.8/3.8 +Ultra +TakesText =Ultra 1024x768 'desk'", "not shared");
    expect_heard({server(v3_8), viewer(v3_8), server(none_only), viewer("\x01"_bytes),
                  server(u32(0)), viewer("\x03"_bytes)},
                 "opaque 3.8/3.8 +None =None shared", "flags that were not announced");
    expect_heard({server(v3_8), viewer(v3_8), server("\x01\x11"_bytes), viewer("\x11"_bytes),
                  server(next), server("\x01\x02"_bytes), viewer("\x11"_bytes)},
                 "opaque 3.8/3.8 +Ultra +VncAuth =Ultra", "of the list before");
    transcript endless{server(v3_8), viewer(v3_8)};
    for (int i = 0; i < 9; ++i) {
        endless.insert(endless.end(),
                       {server("\x01\x11"_bytes), viewer("\x11"_bytes), server(next)});
    }
    EXPECT_EQ(heard(endless).substr(0, 14), "opaque 3.8/3.8");
}

TEST(Handshake, UltraVncsPromptsComeFirst) {
    const auto v3_18 = "RFB 003.018\n"_bytes;
    const auto v3_16 = "RFB 003.016\n"_bytes;
    const auto prompt = server("\x02\0\0\0hi"_bytes);
    const auto yes = viewer("\x01\0\0\0"_bytes);
    expect_heard({server(v3_18), viewer(v3_18), prompt, yes, server(none_only),
                  viewer("\x01"_bytes), server(u32(0)), viewer(shared), server(desk)},
                 "complete 3.18/3.18 +None =None shared 1024x768 'desk'", "3.18");
    expect_heard(
        {server(v3_16), viewer(v3_16), prompt, yes, server(u32(1)), viewer(shared), server(desk)},
        "complete 3.16/3.16 +None =None shared 1024x768 'desk'", "3.16");
    expect_heard({server(v3_18), viewer(v3_18), server("\xff\xff\0\0"_bytes)}, "opaque 3.18/3.18",
                 "a prompt that no program sends");
}

TEST(Handshake, ServerInitMayComeAtOnceWhereApplesViewerChoosesNone) {
    const auto apple = "RFB 003.889\n"_bytes;
    expect_heard(
        {server(v3_8), viewer(apple), server(none_only), viewer("\x01"_bytes), server(desk)},
        "complete 3.8/3.889 +None =None shared 1024x768 'desk'", "libvncserver");
    expect_heard({server(v3_8), viewer(apple), server(none_only), viewer("\x01"_bytes),
                  server(u32(1)), server(text_message("no"))},
                 "refused 3.8/3.889 +None =None because 'no'", "a result all the same");
}

TEST(Handshake, LengthsThatNoProgramSendsEndTheReading) {
    const auto opaque = [](const transcript& said) { return heard(said).substr(0, 6); };
    EXPECT_EQ(opaque(key_pairs("\x06"_bytes, 20, 512)), "opaque");
    EXPECT_EQ(opaque(key_pairs("\x06"_bytes, 20, 16384)), "opaque");
    EXPECT_EQ(opaque({server(v3_8), viewer(v3_8), server("\x01\x1e"_bytes), viewer("\x1e"_bytes),
                      server(joined({u16(2), u16(0xffff)}))}),
              "opaque");
}

TEST(Handshake, GoesOnInAnotherProcessAtEachByte) {
    const auto said = key_pairs("\x06"_bytes, 20);
    rfb::handshake_reader reader;
    for (const auto& m : said) {
        for (const auto b : m.data) {
            if (!reader.done()) {
                reader = rfb::handshake_reader::restore(reader.save()).value();
            }
            reader.feed(m.from, {&b, 1});
        }
    }
    EXPECT_EQ(describe(reader.facts()), "complete 3.8/3.8 +RA2ne =RA2ne shared 1024x768 'desk'");
}

TEST(Handshake, PrivateSecurityEndsTheReading) {
    const auto more = "\x16\x03\x01 private"_bytes;
    expect_heard({server(v3_8), viewer(v3_8), server("\x02\x13\x01"_bytes), viewer("\x13"_bytes),
                  server(more), viewer(more)},
                 "opaque 3.8/3.8 +VeNCrypt +None =VeNCrypt", "VeNCrypt");
    expect_heard(
        {server(v3_7), viewer(v3_7), server("\x01\x10"_bytes), viewer("\x10"_bytes), server(more)},
        "opaque 3.7/3.7 +Tight =Tight", "Tight");
    expect_heard({server(v3_3), viewer(v3_3), server(u32(16)), server(more)},
                 "opaque 3.3/3.3 +Tight =Tight", "3.3, Tight");
    expect_heard({server(v3_3), viewer(v3_3), server(u32(0xfffffffaU)), server(more)},
                 "opaque 3.3/3.3", "3.3, UltraVNC with Windows accounts");
}

TEST(Handshake, ASurpriseEndsTheReading) {
    expect_heard({server(v3_8), viewer(v3_8), server(none_only), viewer("\x02"_bytes)},
                 "opaque 3.8/3.8 +None =VncAuth", "a type that was not offered");
    expect_heard({server(v3_8), viewer(v3_8), server(none_only), viewer("\0"_bytes)},
                 "opaque 3.8/3.8 +None =Invalid", "type 0");
    expect_heard({server(v3_3), viewer(v3_8), server(u32(1))}, "opaque 3.3/3.8",
                 "a viewer that answers more than was offered");
    expect_heard({server("RFB 000.000\n"_bytes), viewer(padded("ID:1", 250)), server(v3_8)},
                 "opaque ?/?", "one more repeater in between");
    expect_heard({server(v3_8), viewer("RFB 000.000\n"_bytes)}, "opaque ?/?",
                 "a viewer that echoes the greeting of a repeater");
    expect_heard({server("RFB 002.002\n"_bytes), viewer(v3_8)}, "opaque ?/?", "before RFB 3");
    expect_heard({server("RFB 006.000\n"_bytes), viewer(v3_8)}, "opaque ?/?", "after RFB 5");
}

TEST(Handshake, WhatIsNotRfbShowsAtItsFirstByte) {
    for (const auto from : {side::server, side::viewer}) {
        for (std::size_t place = 0; place < v3_8.size(); ++place) {
            auto wrong = v3_8;
            wrong[place] = std::byte{0x16};
            rfb::handshake_reader reader;
            reader.feed(from, std::span(wrong).first(place));
            EXPECT_FALSE(reader.done()) << place;
            reader.feed(from, std::span(wrong).subspan(place, 1));
            EXPECT_EQ(describe(reader.facts()), "opaque ?/?") << place;
        }
    }
}

TEST(Handshake, IsInProgressUntilTheLastByte) {
    rfb::handshake_reader reader;
    EXPECT_EQ(describe(reader.facts()), "in progress ?/?");
    for (const auto& m : full_3_8) {
        for (const auto b : m.data) {
            EXPECT_FALSE(reader.done());
            reader.feed(m.from, {&b, 1});
        }
    }
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(describe(reader.facts()), full_3_8_facts);
}

TEST(Handshake, NothingChangesOnceDone) {
    rfb::handshake_reader reader;
    for (const auto& m : full_3_8) {
        reader.feed(m.from, m.data);
    }
    reader.feed(side::server, bytes(1 << 18, std::byte{'x'}));
    reader.feed(side::viewer, bytes(1 << 18));
    EXPECT_EQ(describe(reader.facts()), full_3_8_facts);
}

TEST(Handshake, ThePictureMayFollowTheNameAtOnce) {
    auto said = full_3_8;
    said.back().data.resize(said.back().data.size() + (1U << 18U));
    EXPECT_EQ(heard(said), full_3_8_facts);
}

// A name of `claimed` bytes of which `sent` came.
std::string heard_name(std::uint32_t claimed, std::size_t sent) {
    auto said = full_3_8;
    said.back() = server(server_init(1, 2, joined({u32(claimed), bytes(sent, std::byte{'n'})})));
    return heard(said);
}

TEST(Handshake, LongNamesAreCutAndNotWaitedFor) {
    const std::string start = "complete 3.8/3.8 +VeNCrypt +VncAuth +None =VncAuth shared 1x2";
    const auto named = [&](std::size_t size) {
        return start + " '" + std::string(size, 'n') + '\'';
    };
    EXPECT_EQ(heard_name(0, 0), start);
    EXPECT_EQ(heard_name(255, 255), named(255));
    EXPECT_EQ(heard_name(256, 256), named(256));
    EXPECT_EQ(heard_name(257, 256), named(256));
    EXPECT_EQ(heard_name(5000, 5000), named(256));
    EXPECT_EQ(heard_name(0xffffffffU, 256), named(256));
    EXPECT_EQ(heard_name(0xffffffffU, 255).substr(0, 11), "in progress");
}

TEST(Handshake, LongReasonsAreCutAndNotWaitedFor) {
    transcript said = {server(v3_8), viewer(v3_8), server("\0"_bytes), server(u32(0xffffffffU)),
                       server(bytes(255, std::byte{'r'}))};
    EXPECT_EQ(heard(said), "in progress 3.8/3.8");
    said.push_back(server("r"_bytes));
    EXPECT_EQ(heard(said), "refused 3.8/3.8 because '" + std::string(256, 'r') + '\'');
}

TEST(Handshake, ASideMayBeAheadByMaxLead) {
    for (const auto ahead : {side::viewer, side::server}) {
        const auto start = sent_by(ahead, full_3_8);
        auto most = start;
        most.resize(rfb::handshake_reader::max_lead);
        rfb::handshake_reader reader;
        reader.feed(ahead, most);
        EXPECT_EQ(describe(reader.facts()), "in progress ?/?");
        reader.feed(other(ahead), sent_by(other(ahead), full_3_8));
        EXPECT_EQ(describe(reader.facts()), full_3_8_facts);
    }
}

TEST(Handshake, ASideThatIsFurtherAheadIsASurprise) {
    for (const auto ahead : {side::viewer, side::server}) {
        auto too_much = sent_by(ahead, full_3_8);
        too_much.resize(rfb::handshake_reader::max_lead + 1);
        for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{1024}}) {
            rfb::handshake_reader reader;
            reader.feed(ahead, std::span(too_much).first(cut));
            EXPECT_FALSE(reader.done());
            reader.feed(ahead, std::span(too_much).subspan(cut));
            EXPECT_EQ(describe(reader.facts()), "opaque ?/?");
        }
    }
}

TEST(Handshake, TheLeadIsCountedAnewAtEachStep) {
    // 255 security types, then a challenge: more than max_lead in all, never at once.
    transcript said = {server(v3_8),
                       viewer(v3_8),
                       server(joined({"\xff"_bytes, bytes(255, std::byte{2})})),
                       viewer("\x02"_bytes),
                       server(challenge),
                       viewer(challenge)};
    said.push_back(server(joined({u32(1), u32(1000), bytes(1000, std::byte{'r'})})));
    EXPECT_EQ(heard(said).substr(0, 24), "refused 3.8/3.8 +VncAuth");
    EXPECT_EQ(heard_byte_by_byte(said), heard(said));
}

TEST(SecurityType, OfVenCryptAndTightHasAName) {
    const std::pair<std::uint32_t, std::string_view> rows[] = {
        {1, "None"},    {2, "VncAuth"},           {19, "VeNCrypt"},   {129, "UnixLogin"},
        {256, "Plain"}, {258, "TLSVnc"},          {262, "X509Plain"}, {263, "unknown"},
        {0, "unknown"}, {0xffffffffU, "unknown"},
    };
    for (const auto& [type, name] : rows) {
        EXPECT_EQ(rfb::security_subtype_name(type), name) << type;
    }
}

TEST(SecurityType, HasAName) {
    const std::pair<std::uint8_t, std::string_view> rows[] = {
        {0, "Invalid"},      {1, "None"},           {2, "VncAuth"},     {3, "RealVNC"},
        {5, "RA2"},          {6, "RA2ne"},          {15, "RealVNC"},    {16, "Tight"},
        {17, "Ultra"},       {18, "TLS"},           {19, "VeNCrypt"},   {20, "SASL"},
        {22, "XVP"},         {24, "IntegratedSSH"}, {25, "unknown"},    {30, "AppleDH"},
        {35, "Apple"},       {36, "unknown"},       {113, "MSLogonII"}, {104, "SCPrompt"},
        {118, "MSLogonIII"}, {127, "unknown"},      {128, "RealVNC"},   {129, "RA2_256"},
        {255, "RealVNC"},
    };
    for (const auto& [type, name] : rows) {
        EXPECT_EQ(rfb::security_type_name(type), name) << int{type};
    }
}

} // namespace handshake_test
