// A request is one record, and its answer the number of a process or an error.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/starter.hpp"

#include "service/handover/fields.hpp"
#include "service/handover/sender.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace service {

namespace {

constexpr std::uint8_t to_start = 1;
constexpr std::uint8_t to_end = 2;
constexpr std::uint8_t answer = 3;

constexpr auto patience = std::chrono::seconds(5);
constexpr auto very_long = std::chrono::hours(24);

void end_here(pid_t pid) {
    (void)::kill(pid, SIGKILL);
    (void)::waitpid(pid, nullptr, 0);
}

std::int64_t start_here(const image_to_start& image, const record& r) {
    std::vector<int> passed;
    for (const auto& each : r.descriptors) {
        passed.push_back(each.get());
    }
    field_reader in(r.fields);
    try {
        return image.start(passed, in.text());
    } catch (const std::system_error& e) {
        return -e.code().value();
    }
}

std::int64_t obey(const image_to_start& image, const record& r) {
    if (r.kind == to_start) {
        return start_here(image, r);
    }
    field_reader in(r.fields);
    end_here(static_cast<pid_t>(in.number()));
    return 0;
}

/// All that the forked process does. Whoever has ended is collected with the next request: init
/// gets the others.
[[noreturn]] void serve(const image_to_start& image, const net::message_socket& from) {
    for (;;) {
        auto got = from.receive_within(very_long);
        if (!got && got.error() == boost::asio::error::timed_out) {
            continue;
        }
        const auto all = got ? records_of(std::move(*got)) : std::nullopt;
        if (!all || all->empty()) {
            std::_Exit(EXIT_SUCCESS);
        }
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        field_writer said;
        said.number(static_cast<std::uint64_t>(obey(image, all->front())));
        record_sender sender(from, patience);
        sender.add(answer, said.take());
        sender.send();
    }
}

void say_nothing() {
    const net::unique_fd nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        (void)::dup2(nothing.get(), standard);
    }
}

/// In the forked process: it keeps standard error, its end of the socket, and nothing else.
[[noreturn]] void become_starter(const image_to_start& image, int socket, starter::speaks how) {
    if (how == starter::speaks::nowhere) {
        say_nothing();
    }
    constexpr int kept = STDERR_FILENO + 1;
    (void)::dup2(socket, kept);
    ::closefrom(kept + 1);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) {
        (void)std::signal(number, SIG_IGN); // they are meant for who asked for it
    }
    serve(image, net::message_socket(net::unique_fd{kept}));
}

} // namespace

starter::starter(const image_to_start& image, bool forks, speaks how) : image_(image) {
    if (!forks) {
        return;
    }
    auto [ours, theirs] = net::message_socket::make_pair();
    const pid_t pid = ::fork();
    if (pid == 0) {
        become_starter(image, theirs.native_handle(), how);
    }
    if (pid < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    socket_ = std::move(ours);
    pid_ = pid;
}

starter::~starter() {
    if (socket_) {
        socket_ = {};
        (void)::waitpid(pid_, nullptr, 0);
    }
}

std::int64_t starter::ask(std::uint8_t what, std::span<const std::byte> fields,
                          std::span<const int> passed) {
    record_sender sender(socket_, patience);
    sender.add(what, fields, passed);
    sender.send();
    auto got = socket_.receive_within(patience);
    const auto all = got ? records_of(std::move(*got)) : std::nullopt;
    if (!all || all->size() != 1) {
        return -EPIPE;
    }
    field_reader in(all->front().fields);
    return static_cast<std::int64_t>(in.number());
}

pid_t starter::start(std::span<const int> passed, const std::string& names) {
    if (!socket_) {
        return image_.start(passed, names);
    }
    field_writer fields;
    fields.text(names);
    const auto pid = ask(to_start, fields.take(), passed);
    if (pid < 0) {
        throw std::system_error(static_cast<int>(-pid), std::generic_category(),
                                "cannot start " + image_.path());
    }
    return static_cast<pid_t>(pid);
}

void starter::end(pid_t pid) {
    if (!socket_) {
        end_here(pid);
        return;
    }
    field_writer fields;
    fields.number(static_cast<std::uint64_t>(pid));
    (void)ask(to_end, fields.take(), {});
}

} // namespace service
