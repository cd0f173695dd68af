// What proxies and browsers tell of the client: never believed beyond the first stranger.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/access/client_address.hpp"
#include "wsgate/access/origin.hpp"
#include "wsgate/access/request_id.hpp"

#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
using wsgate::client_address;

const auto stranger = asio::ip::make_address("192.0.2.1");
const auto loopback = asio::ip::make_address("127.0.0.1");

void check(wsgate::real_ip_header header, std::string_view text) {
    wsgate::proxy_rules rules;
    rules.header = header;
    fuzz::require(client_address(rules, stranger, {text}) == stranger);
    const auto told = client_address(rules, loopback, {text});
    fuzz::require(told.has_value());
    if (header != wsgate::real_ip_header::x_real_ip) {
        // What a proxy appends is found, whatever was there before.
        std::string appended{text};
        appended.append(header == wsgate::real_ip_header::forwarded ? ", for=192.0.2.1"
                                                                    : ", 192.0.2.1");
        fuzz::require(client_address(rules, loopback, {appended}) == stranger);
    }
}

void check_origin(std::string_view text) {
    if (const auto o = wsgate::parse_origin(text)) {
        std::string again{o->scheme};
        again.append("://").append(o->host);
        if (o->port != 0) {
            again.append(":").append(std::to_string(o->port));
        }
        fuzz::require(wsgate::parse_origin(again) == o);
        fuzz::require(!wsgate::origin_list{}.admits(text, {text}));
    }
    if (const auto list = wsgate::origin_list::parse(text)) {
        (void)list->admits(text, {text});
        (void)list->admits("https://a.example", {"a.example"});
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(input), size};
    for (const auto header :
         {wsgate::real_ip_header::x_forwarded_for, wsgate::real_ip_header::x_real_ip,
          wsgate::real_ip_header::forwarded}) {
        check(header, text);
    }
    check_origin(text);
    (void)wsgate::is_request_id(text);
    return 0;
}
