// Talks to the program through a socket each way, and to the service by HTTP.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/authorize/ask.hpp"

#include "net/unique_fd.hpp"
#include "repeater/events/http_call.hpp"
#include "repeater/events/http_post.hpp"
#include "service/child_process.hpp"
#include "service/ready_by.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

using time_point = std::chrono::steady_clock::time_point;

/// Writes the question, ends what can be written, and reads what comes until the end of it.
std::string talk(int socket, const std::string& question, time_point end) {
    std::size_t sent = 0;
    while (sent < question.size() && service::ready_by(socket, POLLOUT, end)) {
        const auto n = ::send(socket, question.data() + sent, question.size() - sent,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) {
            break; // the program need not read it
        }
        sent += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    (void)::shutdown(socket, SHUT_WR);
    std::string said;
    std::array<char, 4096> some{};
    while (said.size() <= longest_answer && service::ready_by(socket, POLLIN, end)) {
        const auto n = ::recv(socket, some.data(), some.size(), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            break;
        }
        said.append(some.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    return said;
}

} // namespace

answer ask_program(const std::vector<std::string>& command, const std::string& question,
                   time_point end) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return no_answer{std::generic_category().message(errno)};
    }
    const net::unique_fd ours{ends[0]};
    net::unique_fd theirs{ends[1]};
    try {
        service::child_process program(command, theirs.get(), theirs.get());
        theirs = net::unique_fd{};
        const auto said = talk(ours.get(), question + '\n', end);
        if (!program.ends_by(end)) {
            return no_answer{"it did not answer and end in time, and was killed"};
        }
        const int status = program.wait();
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            return no_answer{WIFEXITED(status)
                                 ? "it ended with status " + std::to_string(WEXITSTATUS(status))
                                 : "it was ended by signal " + std::to_string(WTERMSIG(status))};
        }
        return said.size() > longest_answer ? no_answer{"its answer is too long"}
                                            : parse_answer(said);
    } catch (const std::system_error& e) {
        return no_answer{command.front() + ": " + e.code().message()};
    }
}

answer ask_service(const http_url& at, const std::string& question, time_point end) {
    constexpr int forbidden = 403;
    const auto left = end - std::chrono::steady_clock::now();
    const auto got =
        call(at, post_of_json(at, question, "1.0"),
             std::chrono::duration_cast<std::chrono::milliseconds>(left), longest_answer);
    if (!got.no_answer.empty()) {
        return no_answer{got.no_answer};
    }
    if (got.answer.status == forbidden) {
        auto said = parse_answer(got.body);
        return std::holds_alternative<unauthorized>(said) ? said : unauthorized{};
    }
    if (auto why = post_refused(got.answer, at, "--authorize-url")) {
        return no_answer{*std::move(why)};
    }
    return parse_answer(got.body);
}

} // namespace repeater
