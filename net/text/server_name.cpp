// Asks Boost.Asio what is an address.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/server_name.hpp"

#include <boost/asio/ip/address.hpp>

namespace net {

server_name server_name_of(std::string_view host) {
    boost::system::error_code not_literal;
    (void)boost::asio::ip::make_address(std::string{host}, not_literal);
    if (!not_literal) {
        return {std::string{host.substr(0, host.find('%'))}, true};
    }
    // "desk.example." is the same name, written so that no search list is tried; certificates have
    // none with a dot at the end, and servers know none.
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    return {std::string{host}, false};
}

} // namespace net
