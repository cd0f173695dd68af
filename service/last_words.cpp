// A terminate handler that needs no memory.
// SPDX-License-Identifier: EUPL-1.2
#include "service/last_words.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <poll.h>
#include <span>
#include <unistd.h>

namespace service {

namespace {

// NOLINTNEXTLINE(*-non-const-global-variables): a terminate handler has nothing else
std::atomic<const char*> name_of_program{"error"};

/// A text of bounded length on the stack.
class short_text {
public:
    void append(std::string_view more) {
        const auto room = std::span(text_).subspan(size_);
        const auto part = more.substr(0, room.size());
        std::copy(part.begin(), part.end(), room.begin());
        size_ += part.size();
    }

    [[nodiscard]] std::span<const char> bytes() const { return std::span(text_).first(size_); }

private:
    std::array<char, 1024> text_{};
    std::size_t size_ = 0;
};

void say(std::span<const char> bytes) {
    constexpr int patience = 1000; // milliseconds
    pollfd error{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&error, 1, patience) > 0) {
        (void)!::write(STDERR_FILENO, bytes.data(), bytes.size());
    }
}

[[noreturn]] void end_of_uncaught() noexcept {
    const auto thrown = std::current_exception();
    if (!thrown) {
        end_with("terminated");
    }
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        end_with(e.what());
    } catch (...) {
        end_with("unknown exception");
    }
}

} // namespace

void prepare_last_words(const char* program) {
    name_of_program = program;
    std::set_terminate(end_of_uncaught);
}

void end_with(std::string_view why) noexcept {
    short_text line;
    line.append(name_of_program.load());
    line.append(": error: ");
    constexpr std::size_t longest = 800;
    line.append(why.substr(0, longest));
    line.append("; it ends\n");
    say(line.bytes());
    ::_exit(EXIT_FAILURE);
}

} // namespace service
