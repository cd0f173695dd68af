// What every test program that opens sockets starts with.
// SPDX-License-Identifier: EUPL-1.2
#include <gmock/gmock.h>

#include <csignal>

int main(int argc, char** argv) {
    // As both daemons do: OpenSSL and splice(2) write without MSG_NOSIGNAL, and a client that
    // leaves is an error code, not the end of the process.
    (void)std::signal(SIGPIPE, SIG_IGN);
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
