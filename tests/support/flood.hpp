// A peer that never stops talking.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/tcp_client.hpp"

#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <vector>

namespace support {

/// Writes without end until the other side has gone.
class flood {
public:
    explicit flood(tcp_client& to)
        : thread_([&to] {
              const std::vector<std::byte> piece(65536, std::byte{'f'});
              try {
                  for (;;) {
                      to.send(piece);
                  }
              } catch (const std::system_error&) { // shut down: the test is over
              }
          }),
          to_(to) {}

    flood(const flood&) = delete;
    flood& operator=(const flood&) = delete;

    ~flood() {
        ::shutdown(to_.native_handle(), SHUT_RDWR);
        thread_.join();
    }

private:
    std::thread thread_;
    tcp_client& to_;
};

} // namespace support
