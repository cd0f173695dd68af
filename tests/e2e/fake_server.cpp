// A VNC server of the libvncserver kind: dials a repeater under an ID and shows one picture.
// SPDX-License-Identifier: EUPL-1.2
//
// What it has to tell goes to stdout, one line each:
//   picture WIDTHxHEIGHT SHA256   what a viewer must see
//   waiting                       dialled, the ID is sent
//   key down|up KEYSYM            what a viewer typed
//   pointer MASK X Y              where a viewer points
//   gone                          the viewer has left; the program ends with status 0
#include "tests/e2e/picture.hpp"

#include <CLI/CLI.hpp>
#include <rfb/rfb.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace {

struct options {
    std::string host = "127.0.0.1";
    int port = 5500;
    std::string id;
    int width = 320;
    int height = 200;
    unsigned seed = 1;
    unsigned limit = 60; ///< seconds, for the whole program
    bool moves = false;  ///< each key moves a part of the picture
};

/// One pixel of the test picture. Its four quarters ask different things of an encoder: one plain
/// colour, a smooth ramp, two colours in squares, and noise that cannot be compressed.
std::array<std::uint8_t, 3> pixel(const options& wanted, int x, int y, std::mt19937& noise) {
    const auto base = static_cast<std::uint8_t>(wanted.seed * 37U);
    const bool right = x >= wanted.width / 2;
    const bool lower = y >= wanted.height / 2;
    if (!right && !lower)
        return {base, static_cast<std::uint8_t>(255U - base), 0x40};
    if (right && !lower)
        return {static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y), base};
    if (!right) {
        const bool dark = ((x / 8) + (y / 8)) % 2 == 0;
        return dark ? std::array<std::uint8_t, 3>{base, 0, 0x20}
                    : std::array<std::uint8_t, 3>{0xff, base, 0xe0};
    }
    const auto random = noise();
    return {static_cast<std::uint8_t>(random), static_cast<std::uint8_t>(random >> 8U),
            static_cast<std::uint8_t>(random >> 16U)};
}

e2e::picture paint(const options& wanted) {
    std::mt19937 noise{wanted.seed};
    e2e::picture painted{
        static_cast<std::size_t>(wanted.width), static_cast<std::size_t>(wanted.height), {}};
    for (int y = 0; y < wanted.height; ++y)
        for (int x = 0; x < wanted.width; ++x)
            std::ranges::copy(pixel(wanted, x, y, noise), std::back_inserter(painted.rgb));
    return painted;
}

/// What the callbacks of the library leave for the main loop.
bool viewer_has_left = false;

void key_event(rfbBool down, rfbKeySym key, rfbClientPtr /*from*/) {
    std::cout << "key " << (down != FALSE ? "down " : "up ") << key << std::endl;
}

void move_by_key(rfbBool down, rfbKeySym key, rfbClientPtr from) {
    key_event(down, key, from);
    if (down != FALSE)
        rfbDoCopyRect(from->screen, 40, 40, 120, 80, 30, 20);
}

void pointer_event(int mask, int x, int y, rfbClientPtr from) {
    std::cout << "pointer " << mask << ' ' << x << ' ' << y << std::endl;
    rfbDefaultPtrAddEvent(mask, x, y, from);
}

void viewer_gone(rfbClientPtr /*viewer*/) {
    viewer_has_left = true;
}

rfbNewClientAction new_viewer(rfbClientPtr viewer) {
    viewer->clientGoneHook = viewer_gone;
    return RFB_CLIENT_ACCEPT;
}

/// A screen without a listening socket. `shown` becomes its four bytes a pixel.
rfbScreenInfoPtr make_screen(const options& wanted, const e2e::picture& painted,
                             std::vector<char>& shown) {
    for (std::size_t i = 0; i < painted.rgb.size(); i += 3) {
        for (std::size_t channel = 0; channel < 3; ++channel)
            shown.push_back(static_cast<char>(painted.rgb[i + channel]));
        shown.push_back(0);
    }
    auto* screen = rfbGetScreen(nullptr, nullptr, wanted.width, wanted.height, 8, 3, 4);
    screen->frameBuffer = shown.data();
    screen->desktopName = "fake server";
    screen->alwaysShared = TRUE;
    screen->cursor = nullptr;
    screen->autoPort = FALSE;
    screen->port = -1;
    screen->ipv6port = -1;
    screen->kbdAddEvent = wanted.moves ? move_by_key : key_event;
    screen->ptrAddEvent = pointer_event;
    screen->newClientHook = new_viewer;
    rfbInitServer(screen);
    return screen;
}

/// Dials the repeater, sends the 250 bytes in one write as real servers do, and starts RFB.
bool dial(rfbScreenInfoPtr screen, options& wanted) {
    const auto repeater = rfbConnect(screen, wanted.host.data(), wanted.port);
    if (repeater < 0)
        return false;
    std::array<char, 250> hello{};
    std::ranges::copy("ID:" + wanted.id, hello.begin());
    if (send(repeater, hello.data(), hello.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(hello.size()))
        return false;
    auto* viewer = rfbNewClient(screen, repeater);
    if (viewer == nullptr)
        return false;
    viewer->reverseConnection = FALSE;
    rfbStartOnHoldClient(viewer);
    return true;
}

options parse(int argc, char** argv) {
    options wanted;
    CLI::App app{"A VNC server that dials a repeater"};
    app.add_option("--host", wanted.host);
    app.add_option("--port", wanted.port)->required();
    app.add_option("--id", wanted.id)->required()->check([](const std::string& id) {
        return id.size() > 246 ? std::string{"an ID has at most 246 characters"} : std::string{};
    });
    app.add_option("--width", wanted.width)->check(CLI::Range(8, 4096));
    app.add_option("--height", wanted.height)->check(CLI::Range(8, 4096));
    app.add_option("--seed", wanted.seed, "another seed, another picture");
    app.add_flag("--moves", wanted.moves, "each key that is pressed moves a part of the picture");
    app.add_option("--limit", wanted.limit, "seconds until the program gives up");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        std::exit(app.exit(problem));
    }
    return wanted;
}

} // namespace

int main(int argc, char** argv) {
    auto wanted = parse(argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    alarm(wanted.limit);

    const auto painted = paint(wanted);
    std::cout << "picture " << fingerprint(painted) << std::endl;
    std::vector<char> shown;
    auto* screen = make_screen(wanted, painted, shown);
    if (!dial(screen, wanted)) {
        std::cerr << "cannot dial " << wanted.host << ':' << wanted.port << std::endl;
        return 1;
    }
    std::cout << "waiting" << std::endl;
    while (!viewer_has_left)
        rfbProcessEvents(screen, 100'000);
    std::cout << "gone" << std::endl;
    rfbScreenCleanup(screen);
    return 0;
}
