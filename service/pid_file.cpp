// Writes our number and a newline.
// SPDX-License-Identifier: EUPL-1.2
#include "service/pid_file.hpp"

#include "net/unique_fd.hpp"
#include "service/read_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>

namespace service {

namespace {

constexpr std::size_t longest_pid_file = 100;

} // namespace

pid_file::pid_file(std::string path) : path_(std::move(path)) {
    if (path_.empty()) {
        return;
    }
    // Without O_NONBLOCK a FIFO would hold us.
    const net::unique_fd file{
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666)};
    const auto text = std::to_string(::getpid()) + '\n';
    if (!file || ::write(file.get(), text.data(), text.size()) < 0) {
        error_ = {errno, boost::system::system_category()};
    }
}

pid_file::~pid_file() {
    if (path_.empty() || error_) {
        return;
    }
    pid_t written = 0;
    if (std::istringstream(read_file(path_, longest_pid_file).value_or("")) >> written &&
        written == ::getpid()) {
        (void)std::remove(path_.c_str());
    }
}

} // namespace service
