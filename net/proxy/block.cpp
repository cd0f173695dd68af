// A block has addresses of fixed sizes, then TLVs (type, length, value), some of which hold others.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/block.hpp"

#include "net/text/address_range.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/crc.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace net::proxy_block {

namespace {

using asio::ip::address_v4;
using asio::ip::address_v6;
using bytes = std::span<const std::byte>;
using endpoints = proxy_header::endpoints;
using boost::system::error_code;

// Version 2: signature, version and command, family and protocol, two bytes of length; the rest.
constexpr std::size_t command_at = 12;
constexpr std::size_t family_at = 13;
constexpr std::size_t length_at = 14;

constexpr unsigned version_2 = 2;

enum command : unsigned { local = 0, proxy = 1 };

enum family : unsigned { unspecified = 0, inet = 1, inet6 = 2, local_socket = 3 };

enum transport : unsigned { any_transport = 0, stream = 1, datagram = 2 };

enum tlv_type : std::uint8_t { crc32c = 0x03, unique_id = 0x05, ssl = 0x20, ssl_version = 0x21 };

constexpr std::size_t tlv_head = 3;
constexpr std::size_t crc_size = 4;
constexpr std::size_t ssl_head = 5; // flags of the client, and whether it was verified (0: yes)

constexpr std::size_t longest_version = 32; // "TLSv1.3" and the like

enum ssl_flag : std::uint8_t { over_ssl = 1, cert_conn = 2, cert_session = 4 };

unsigned char as_char(std::byte b) {
    return std::to_integer<unsigned char>(b);
}

std::string text_of(bytes b) {
    std::string text;
    std::transform(b.begin(), b.end(), std::back_inserter(text),
                   [](std::byte c) { return static_cast<char>(c); });
    return text;
}

std::uint16_t number_at(bytes b, std::size_t at) {
    return static_cast<std::uint16_t>(as_char(b[at]) << 8U | as_char(b[at + 1]));
}

/// Bytes of the addresses; empty where there is no such family or protocol.
std::optional<std::size_t> size_of_addresses(unsigned family, unsigned transport) {
    constexpr std::array<std::size_t, 4> sizes{0, 12, 36, 216};
    if (family > local_socket || transport > datagram) {
        return std::nullopt;
    }
    return sizes.at(family);
}

template <class Address>
endpoints read_endpoints(bytes block) {
    typename Address::bytes_type source{};
    typename Address::bytes_type destination{};
    const auto size = source.size();
    std::transform(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(size), source.begin(),
                   as_char);
    block = block.subspan(size);
    std::transform(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(size),
                   destination.begin(), as_char);
    block = block.subspan(size);
    return {{unmapped(Address{source}), number_at(block, 0)},
            {unmapped(Address{destination}), number_at(block, 2)}};
}

struct tlv {
    std::uint8_t type = 0;
    bytes value;
};

/// Takes one from the front; empty where it is not whole.
std::optional<tlv> take_tlv(bytes& from) {
    if (from.size() < tlv_head || from.size() - tlv_head < number_at(from, 1)) {
        return std::nullopt;
    }
    const tlv taken{as_char(from[0]), from.subspan(tlv_head, number_at(from, 1))};
    from = from.subspan(tlv_head + taken.value.size());
    return taken;
}

/// RFC 4960 appendix B, over the header with zeros in place of the checksum, the value of a TLV
/// within it.
bool is_right_checksum(bytes header, bytes checksum) {
    constexpr std::array<std::byte, crc_size> zeros{};
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum;
    const auto before = static_cast<std::size_t>(checksum.data() - header.data());
    sum.process_bytes(header.data(), before);
    sum.process_bytes(zeros.data(), zeros.size());
    const auto behind = header.subspan(before + crc_size);
    sum.process_bytes(behind.data(), behind.size());
    std::uint32_t given = 0;
    for (const auto b : checksum) {
        given = given << 8U | as_char(b);
    }
    return sum.checksum() == given;
}

error_code read_ssl(bytes value, proxy_header& header) {
    if (value.size() < ssl_head) {
        return proxy_error::bad_tlv;
    }
    const auto flags = as_char(value[0]);
    const bool verified = std::all_of(value.begin() + 1, value.begin() + ssl_head,
                                      [](std::byte b) { return b == std::byte{0}; });
    proxy_header::tls tls;
    tls.has_certificate = (flags & (cert_conn | cert_session)) != 0;
    tls.is_verified = tls.has_certificate && verified;
    for (auto rest = value.subspan(ssl_head); !rest.empty();) {
        const auto part = take_tlv(rest);
        if (!part) {
            return proxy_error::bad_tlv;
        }
        if (part->type == ssl_version) {
            tls.version = text_of(part->value.first(std::min(part->value.size(), longest_version)));
        }
    }
    if ((flags & over_ssl) != 0) {
        header.secured = std::move(tls);
    }
    return {};
}

error_code read_tlv(bytes whole, const tlv& t, proxy_header& header) {
    switch (t.type) {
    case crc32c:
        if (t.value.size() != crc_size) {
            return proxy_error::bad_tlv;
        }
        return is_right_checksum(whole, t.value) ? error_code{} : proxy_error::bad_checksum;
    case unique_id:
        if (t.value.size() > proxy_header::max_id) {
            return proxy_error::bad_tlv;
        }
        header.unique_id = text_of(t.value);
        return {};
    case ssl:
        return read_ssl(t.value, header);
    default:
        return {};
    }
}

error_code read_tlvs(bytes whole, bytes rest, proxy_header& header) {
    while (!rest.empty()) {
        const auto next = take_tlv(rest);
        if (!next) {
            return proxy_error::bad_tlv;
        }
        if (const auto ec = read_tlv(whole, *next, header)) {
            return ec;
        }
    }
    return {};
}

struct fixed_part {
    unsigned version, command, family, transport;
    std::size_t length;
};

fixed_part read_start(bytes block) {
    const auto first = as_char(block[command_at]);
    const auto second = as_char(block[family_at]);
    return {first / 16U, first % 16U, second / 16U, second % 16U, number_at(block, length_at)};
}

/// What is wrong with the fixed part, before the rest has come.
error_code judge(const fixed_part& fixed) {
    if (fixed.version != version_2) {
        return proxy_error::bad_version;
    }
    if (fixed.command != local && fixed.command != proxy) {
        return proxy_error::bad_command;
    }
    if (fixed.length > proxy_header::max_size - fixed_size) {
        return proxy_error::too_long;
    }
    if (fixed.command == local) {
        return {}; // its family and addresses are of no account
    }
    const auto addresses = size_of_addresses(fixed.family, fixed.transport);
    if (!addresses) {
        return proxy_error::bad_family;
    }
    return fixed.length < *addresses ? proxy_error::bad_length : error_code{};
}

/// Appends text, numbers (big-endian) and addresses.
class writer {
public:
    void put(std::string_view text) {
        std::transform(text.begin(), text.end(), std::back_inserter(out_),
                       [](char c) { return static_cast<std::byte>(c); });
    }

    void put_u8(unsigned value) { out_.push_back(static_cast<std::byte>(value)); }

    void put_u16(std::size_t value) {
        put_u8(static_cast<unsigned>(value >> 8U & 0xffU));
        put_u8(static_cast<unsigned>(value & 0xffU));
    }

    template <class Bytes>
    void put_all(const Bytes& raw) {
        std::transform(raw.begin(), raw.end(), std::back_inserter(out_),
                       [](unsigned char c) { return std::byte{c}; });
    }

    void put_tlv(tlv_type type, std::string_view value) {
        put_u8(type);
        put_u16(value.size());
        put(value);
    }

    std::vector<std::byte> take() { return std::move(out_); }

private:
    std::vector<std::byte> out_;
};

void put_endpoints(writer& out, const endpoints& e) {
    const auto& [source, destination] = e;
    if (e.are_v4()) {
        out.put_all(source.address().to_v4().to_bytes());
        out.put_all(destination.address().to_v4().to_bytes());
    } else {
        out.put_all(mapped(source.address()).to_bytes());
        out.put_all(mapped(destination.address()).to_bytes());
    }
    out.put_u16(source.port());
    out.put_u16(destination.port());
}

void put_ssl(writer& out, const proxy_header::tls& tls) {
    const auto version = std::string_view{tls.version}.substr(0, longest_version);
    out.put_u8(ssl);
    out.put_u16(ssl_head + tlv_head + version.size());
    out.put_u8(tls.has_certificate ? over_ssl | cert_conn : over_ssl + 0U);
    out.put_u16(0);
    out.put_u16(tls.has_certificate && tls.is_verified ? 0 : 1);
    out.put_tlv(ssl_version, version);
}

} // namespace

boost::system::result<std::size_t> size_of(std::span<const std::byte, fixed_size> block) {
    const auto fixed = read_start(block);
    if (const auto ec = judge(fixed)) {
        return ec;
    }
    return fixed_size + fixed.length;
}

boost::system::result<proxy_header> parse(bytes whole) {
    const auto fixed = read_start(whole);
    const auto rest = whole.subspan(fixed_size);
    const auto size = size_of_addresses(fixed.family, fixed.transport).value_or(rest.size());
    proxy_header header;
    if (fixed.command == proxy && fixed.transport == stream) {
        if (fixed.family == inet) {
            header.addresses = read_endpoints<address_v4>(rest);
        } else if (fixed.family == inet6) {
            header.addresses = read_endpoints<address_v6>(rest);
        }
    }
    const auto ec = read_tlvs(whole, rest.subspan(std::min(size, rest.size())), header);
    // A receiver has to take LOCAL whatever stands behind it.
    if (ec && fixed.command == local && ec != proxy_error::bad_checksum) {
        return proxy_header{};
    }
    return ec ? boost::system::result<proxy_header>{ec} : header;
}

std::vector<std::byte> format(const proxy_header& header) {
    writer rest;
    if (header.addresses) {
        put_endpoints(rest, *header.addresses);
    }
    if (!header.unique_id.empty()) {
        rest.put_tlv(unique_id, std::string_view{header.unique_id}.substr(0, proxy_header::max_id));
    }
    if (header.secured) {
        put_ssl(rest, *header.secured);
    }
    const auto body = rest.take();
    writer out;
    out.put(start);
    out.put_u8(version_2 << 4U | (header.addresses ? proxy : local));
    out.put_u8(!header.addresses            ? unspecified << 4U | any_transport
               : header.addresses->are_v4() ? inet << 4U | stream
                                            : inet6 << 4U | stream);
    out.put_u16(body.size());
    auto all = out.take();
    all.insert(all.end(), body.begin(), body.end());
    return all;
}

} // namespace net::proxy_block
