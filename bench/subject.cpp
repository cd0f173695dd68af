// Starts a subject in a session of its own and leads pairs through it.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/subject.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <map>
#include <span>
#include <spawn.h>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::size_t hello_size = 250;

const std::map<std::string_view, subject_kind> kinds{{"repeater", subject_kind::repeater},
                                                     {"relay", subject_kind::relay},
                                                     {"gateway", subject_kind::gateway},
                                                     {"ws_proxy", subject_kind::ws_proxy},
                                                     {"chain", subject_kind::chain}};

constexpr std::string_view without_tls = ",plain";
constexpr std::string_view as_rfb = ",rfb";

std::string replaced(std::string text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what)) {
        text.replace(at, what.size(), by);
    }
    return text;
}

// posix_spawn's attributes, destroyed with their owner.
class spawn_settings {
public:
    spawn_settings() {
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
        // Signals as from a shell, not as we have them.
        sigset_t signals;
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes, &signals);
        ::sigaddset(&signals, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes, &signals);
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
        ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
        ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
    }

    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;

    ~spawn_settings() {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
    }

    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_t actions{};
};

pid_t spawn_shell(std::string command) {
    const spawn_settings settings;
    std::string shell = "sh";
    std::string option = "-c";
    command.insert(0, "exec ");
    const std::array<char*, 4> words{shell.data(), option.data(), command.data(), nullptr};
    pid_t child = 0;
    const int error = ::posix_spawn(&child, "/bin/sh", &settings.actions, &settings.attributes,
                                    words.data(), environ);
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "posix_spawn");
    }
    return child;
}

void pass_first_byte(const unique_fd& server, const unique_fd& viewer) {
    std::array<std::byte, 1> first{};
    send_all(server, first);
    receive_exactly(viewer, first);
}

void pass(const unique_fd& from, const unique_fd& to, std::vector<std::byte> message) {
    send_all(from, message);
    receive_exactly(to, message);
}

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto all = std::as_bytes(std::span(text));
    return {all.begin(), all.end()};
}

/// Version 3.8 without a password, and the head of an update whose only rectangle, Raw, has more
/// bytes than will ever be sent.
void begin_rfb(const unique_fd& server, const unique_fd& viewer) {
    using namespace std::string_view_literals;
    constexpr auto server_init = "\x04\x00\x03\x00 \x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00"
                                 "\x00\x00\x00\x00\x00\x00\x00"sv;
    constexpr auto request = "\x03\x00\x00\x00\x00\x00\x04\x00\x03\x00"sv;
    constexpr auto picture = "\x00\x00\x00\x01\x00\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00"sv;
    pass(server, viewer, bytes_of("RFB 003.008\n"));
    pass(viewer, server, bytes_of("RFB 003.008\n"));
    pass(server, viewer, bytes_of("\x01\x01"));
    pass(viewer, server, bytes_of("\x01"));
    pass(server, viewer, bytes_of("\x00\x00\x00\x00"sv));
    pass(viewer, server, bytes_of("\x01"));
    pass(server, viewer, bytes_of(server_init));
    pass(viewer, server, bytes_of(request));
    pass(server, viewer, bytes_of(picture));
}

} // namespace

subject parse_subject(std::string_view text) {
    const auto equals = text.find('=');
    const auto colon = text.find(':', equals == std::string_view::npos ? 0 : equals);
    if (equals == std::string_view::npos || colon == std::string_view::npos || equals == 0) {
        throw std::invalid_argument("not NAME=KIND:COMMAND: " + std::string(text));
    }
    auto kind = text.substr(equals + 1, colon - equals - 1);
    const bool has_tls = !kind.ends_with(without_tls);
    kind.remove_suffix(has_tls ? 0 : without_tls.size());
    const bool is_rfb = kind.ends_with(as_rfb);
    kind.remove_suffix(is_rfb ? as_rfb.size() : 0);
    const auto known = kinds.find(kind);
    if (known == kinds.end()) {
        throw std::invalid_argument("not a kind (repeater, relay, gateway, ws_proxy, chain): " +
                                    std::string(kind));
    }
    return {.name = std::string(text.substr(0, equals)),
            .kind = known->second,
            .command = std::string(text.substr(colon + 1)),
            .has_tls = has_tls,
            .is_rfb = is_rfb};
}

std::vector<std::byte> hello_for(std::uint64_t id) {
    const auto text = "ID:bench" + std::to_string(id);
    std::vector<std::byte> block(hello_size);
    std::memcpy(block.data(), text.data(), text.size());
    return block;
}

running_subject::running_subject(const subject& s, wrapping w)
    : kind_(s.kind), is_rfb_(s.is_rfb), wrap_(w) {
    if (takes_servers()) {
        viewer_port_ = free_port();
        server_port_ = free_port();
    } else {
        listener_ = listen_for_subject();
        server_port_ = port_of(listener_);
        viewer_port_ = kind_ == subject_kind::direct ? server_port_ : free_port();
    }
    if (kind_ != subject_kind::direct) {
        launch(s.command);
    }
}

running_subject::~running_subject() {
    if (processes_) {
        processes_->end();
    }
}

void running_subject::launch(const std::string& command) {
    auto line = replaced(command, "{viewer_port}", std::to_string(viewer_port_));
    line = replaced(std::move(line), "{server_port}", std::to_string(server_port_));
    line = replaced(std::move(line), "{wrap}", wrap_ == wrapping::tls ? "tls" : "plain");
    line = replaced(std::move(line), "{hop_port}", std::to_string(free_port()));
    processes_.emplace(spawn_shell(std::move(line)));
    try {
        wait_until_it_listens();
    } catch (...) {
        processes_->end();
        throw;
    }
}

// False where it does not listen yet.
bool running_subject::accepts_connections() const {
    try {
        auto probe = connect_to(viewer_port_);
        if (kind_ == subject_kind::relay) {
            // Else the next accept would get the probe's connection.
            reset(accept_from(listener_, 5s));
        } else if (takes_servers()) {
            reset(connect_to(server_port_));
        }
        reset(std::move(probe));
        return true;
    } catch (const std::system_error& e) {
        if (e.code() == std::errc::connection_refused) {
            return false;
        }
        throw;
    }
}

void running_subject::wait_until_it_listens() const {
    const auto deadline = clock::now() + 10s;
    while (!accepts_connections()) {
        if (processes_->leader_has_ended()) {
            throw std::runtime_error("it ended at once");
        }
        if (clock::now() > deadline) {
            throw std::runtime_error("it does not listen on its ports");
        }
        std::this_thread::sleep_for(10ms);
    }
}

unique_fd running_subject::waiting_server(std::uint64_t id) {
    auto server = connect_to(server_port_);
    send_all(server, hello_for(id));
    return server;
}

unique_fd running_subject::viewer_for(const unique_fd& waiting_server, std::uint64_t id) {
    auto viewer = connect_to(viewer_port_);
    std::array<std::byte, greeting_size> greeting{};
    receive_exactly(viewer, greeting);
    send_all(viewer, hello_for(id));
    if (is_rfb_) {
        begin_rfb(waiting_server, viewer);
    } else {
        pass_first_byte(waiting_server, viewer);
    }
    return viewer;
}

session_ends running_subject::make_pair() {
    session_ends ends;
    if (kind_ == subject_kind::repeater) {
        const auto id = next_id();
        ends.server = waiting_server(id);
        ends.viewer = viewer_for(ends.server, id);
    } else {
        ends.viewer = connect_to(viewer_port_);
        ends.server = accept_from(listener_);
        pass_first_byte(ends.server, ends.viewer);
    }
    return ends;
}

std::vector<session_ends> running_subject::make_pairs(std::size_t count,
                                                      std::chrono::milliseconds limit) {
    std::vector<session_ends> pairs;
    const auto deadline = clock::now() + limit;
    while (pairs.size() < count && clock::now() < deadline) {
        pairs.push_back(make_pair());
    }
    return pairs;
}

std::chrono::duration<double> running_subject::cpu() const {
    return processes_ ? processes_->cpu() : std::chrono::duration<double>{};
}

double running_subject::pss_kib() const {
    return processes_ ? processes_->pss_kib() : 0;
}

void running_subject::limit_descriptors(std::size_t most) const {
    if (processes_) {
        processes_->limit_descriptors(most);
    }
}

void running_subject::wait_until_quiet() const {
    constexpr std::chrono::duration<double> nearly_nothing = 2ms;
    const auto deadline = clock::now() + 3s;
    auto before = cpu();
    while (processes_ && clock::now() < deadline) {
        std::this_thread::sleep_for(100ms);
        const auto now = cpu();
        if (now - before < nearly_nothing) {
            return;
        }
        before = now;
    }
}

void reset(std::vector<session_ends> pairs) {
    for (auto& pair : pairs) {
        reset(std::move(pair.viewer));
        reset(std::move(pair.server));
    }
}

} // namespace bench
