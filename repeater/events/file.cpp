// Appends each line by one write(2), so that lines of several writers do not mix.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/file.hpp"

#include "net/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace repeater {

std::optional<std::string> file_output::deliver(const std::string& json) {
    constexpr mode_t owner_and_group = 0640;
    const net::unique_fd file{
        ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, owner_and_group)};
    if (file.get() < 0) {
        return std::strerror(errno); // NOLINT: its text is copied at once
    }
    const auto line = json + '\n';
    const auto written = ::write(file.get(), line.data(), line.size());
    if (written < 0) {
        return std::strerror(errno); // NOLINT: as above
    }
    if (static_cast<std::size_t>(written) != line.size()) {
        return "only a part of the line could be written";
    }
    return std::nullopt;
}

} // namespace repeater
