// Starts another process of this program for a process that may not start any.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/message_socket.hpp"
#include "service/handover/image.hpp"

#include <span>
#include <string>
#include <sys/types.h>

namespace service {

/// A process in a sandbox starts no program. So a small one is forked before, which has one thread,
/// keeps the rights that there are then, and does nothing but start this program when it is asked
/// to. It ends with this object, or with the process.
class starter {
public:
    enum class speaks {
        as_we_do,
        nowhere, ///< we are about to leave the terminal: whoever reads there waits for its end
    };

    /// `forks`: there will be a sandbox; otherwise the program is started from here. To be made
    /// before there are threads. Throws std::system_error.
    starter(const image_to_start&, bool forks, speaks = speaks::as_we_do);
    starter(const starter&) = delete;
    starter& operator=(const starter&) = delete;
    /// Waits for the end of the forked process, which comes at once.
    ~starter();

    /// As image_to_start has it. Throws std::system_error.
    [[nodiscard]] pid_t start(std::span<const int> passed, const std::string& names);

    /// Kills a process that was started, and waits for its end.
    void end(pid_t);

private:
    [[nodiscard]] std::int64_t ask(std::uint8_t what, std::span<const std::byte> fields,
                                   std::span<const int> passed);

    const image_to_start& image_;
    net::message_socket socket_; ///< to the forked process, if there is one
    pid_t pid_ = 0;              ///< its number
};

} // namespace service
