// A VNC viewer of the libvncclient kind: asks a repeater for an ID and tells what it sees.
// SPDX-License-Identifier: EUPL-1.2
//
// stdout, one line each:
//   picture WIDTHxHEIGHT SHA256   the whole picture, each time it has changed and no more is coming
//   gone                          the server's side has ended
// stdin, one command each; the viewer leaves with status 0 when stdin ends:
//   key KEYSYM                    press and release
//   pointer MASK X Y
#include "tests/e2e/picture.hpp"

#include <CLI/CLI.hpp>
#include <rfb/rfbclient.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <poll.h>
#include <sstream>
#include <string>
#include <unistd.h>

namespace {

struct options {
    std::string host = "127.0.0.1";
    int port = 5900;
    std::string id;
    std::string encoding = "raw";
    unsigned limit = 60; ///< seconds, for the whole program
};

class viewer {
public:
    /// Waits until the repeater has found a server. Throws when there will be no session.
    explicit viewer(const options& wanted);

    ~viewer();

    viewer(const viewer&) = delete;
    viewer& operator=(const viewer&) = delete;
    viewer(viewer&&) = delete;
    viewer& operator=(viewer&&) = delete;

    /// Until stdin or the session ends.
    void run();

private:
    static void rectangle_arrived(rfbClient* client, int x, int y, int width, int height);
    [[nodiscard]] bool take_messages();
    [[nodiscard]] bool take_commands();
    void obey(const std::string& command);
    void report();
    [[nodiscard]] bool is_complete() const;
    [[nodiscard]] e2e::picture look() const;

    rfbClient* client_;
    std::string encoding_;
    std::int64_t pixels_received_ = 0;
    bool changed_ = false;
    std::string last_reported_;
    std::string commands_; ///< of stdin, up to the last line break
};

/// The library makes the 250 bytes from a host and a number. So ID:1234 is host "ID" and port 1234;
/// of any other text all goes into the host, and the wire has ID:text:5900.
void name_id(rfbClient* client, const std::string& id) {
    const bool is_number = !id.empty() && id.size() < 10 && id.front() != '0' &&
                           id.find_first_not_of("0123456789") == std::string::npos;
    client->destHost = strdup(is_number ? "ID" : ("ID:" + id).c_str());
    client->destPort = is_number ? std::stoi(id) : 5900;
}

viewer::viewer(const options& wanted) : client_(rfbGetClient(8, 3, 4)), encoding_(wanted.encoding) {
    rfbClientSetClientData(client_, nullptr, this);
    std::free(client_->serverHost); // an empty text of the library's own
    client_->serverHost = strdup(wanted.host.c_str());
    client_->serverPort = wanted.port;
    client_->readTimeout = wanted.limit;
    name_id(client_, wanted.id);
    client_->appData.encodingsString = encoding_.c_str();
    client_->appData.enableJPEG = FALSE;
    client_->appData.useRemoteCursor = TRUE;
    client_->GotFrameBufferUpdate = rectangle_arrived;
    int no_arguments = 0;
    if (rfbInitClient(client_, &no_arguments, nullptr) == FALSE)
        throw std::runtime_error("no session"); // the library has freed client_
}

viewer::~viewer() {
    std::free(client_->frameBuffer); // not of those that the clean-up frees
    rfbClientCleanup(client_);
}

void viewer::rectangle_arrived(rfbClient* client, int /*x*/, int /*y*/, int width, int height) {
    auto& self = *static_cast<viewer*>(rfbClientGetClientData(client, nullptr));
    self.pixels_received_ += std::int64_t{width} * height;
    self.changed_ = true;
}

bool viewer::is_complete() const {
    return pixels_received_ >= std::int64_t{client_->width} * client_->height;
}

e2e::picture viewer::look() const {
    const auto& format = client_->format;
    const auto width = static_cast<std::size_t>(client_->width);
    const auto height = static_cast<std::size_t>(client_->height);
    e2e::picture seen{width, height, {}};
    seen.rgb.reserve(width * height * 3);
    for (std::size_t i = 0; i < width * height; ++i) {
        std::uint32_t pixel = 0;
        std::memcpy(&pixel, client_->frameBuffer + i * sizeof pixel, sizeof pixel);
        for (const auto shift : {format.redShift, format.greenShift, format.blueShift})
            seen.rgb.push_back(static_cast<std::uint8_t>(pixel >> shift));
    }
    return seen;
}

void viewer::report() {
    if (!changed_ || !is_complete())
        return;
    changed_ = false;
    const auto now = fingerprint(look());
    if (now == last_reported_)
        return;
    last_reported_ = now;
    std::cout << "picture " << now << std::endl;
}

/// False: the session is over.
bool viewer::take_messages() {
    for (;;) {
        // The library reads ahead: a quiet socket says nothing about what it holds already.
        const int ready = client_->buffered > 0 ? 1 : WaitForMessage(client_, 0);
        if (ready < 0)
            return false;
        if (ready == 0)
            return true;
        if (HandleRFBServerMessage(client_) == FALSE)
            return false;
    }
}

void viewer::obey(const std::string& command) {
    std::istringstream words{command};
    std::string verb;
    words >> verb;
    if (verb == "key") {
        std::uint32_t key = 0;
        words >> key;
        SendKeyEvent(client_, key, TRUE);
        SendKeyEvent(client_, key, FALSE);
    } else if (verb == "pointer") {
        int mask = 0;
        int x = 0;
        int y = 0;
        words >> mask >> x >> y;
        SendPointerEvent(client_, x, y, mask);
    } else {
        std::cerr << "not a command: " << command << std::endl;
    }
}

/// False: stdin has ended.
bool viewer::take_commands() {
    std::array<char, 256> text{};
    const auto count = read(STDIN_FILENO, text.data(), text.size());
    if (count <= 0)
        return false;
    commands_.append(text.data(), static_cast<std::size_t>(count));
    for (auto end = commands_.find('\n'); end != std::string::npos; end = commands_.find('\n')) {
        obey(commands_.substr(0, end));
        commands_.erase(0, end + 1);
    }
    return true;
}

void viewer::run() {
    for (;;) {
        if (!take_messages()) {
            std::cout << "gone" << std::endl;
            return;
        }
        report();
        std::array<pollfd, 2> inputs{
            {{STDIN_FILENO, POLLIN, 0}, {static_cast<int>(client_->sock), POLLIN, 0}}};
        poll(inputs.data(), inputs.size(), -1);
        if (inputs[0].revents != 0 && !take_commands())
            return;
    }
}

options parse(int argc, char** argv) {
    options wanted;
    CLI::App app{"A VNC viewer that asks a repeater for an ID"};
    app.add_option("--host", wanted.host);
    app.add_option("--port", wanted.port)->required();
    app.add_option("--id", wanted.id)->required();
    app.add_option("--encoding", wanted.encoding)
        ->check(CLI::IsMember(
            {"raw", "zrle", "tight", "hextile", "zlib", "rre", "corre", "ultra", "copyrect raw"}));
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
    const auto wanted = parse(argc, argv);
    alarm(wanted.limit);
    try {
        viewer{wanted}.run();
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "fake_viewer: " << problem.what() << std::endl;
        return 1;
    }
}
