// Writes our number and a newline.
// SPDX-License-Identifier: EUPL-1.2
#include "service/pid_file.hpp"

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

pid_file::pid_file(std::string path, writing when) : path_(std::move(path)) {
    if (path_.empty()) {
        return;
    }
    // Without O_NONBLOCK a FIFO would hold us.
    file_ =
        net::unique_fd{::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666)};
    if (!file_) {
        error_ = {errno, boost::system::system_category()};
    } else if (when == writing::now) {
        write();
    }
}

void pid_file::write() {
    const auto text = std::to_string(::getpid()) + '\n';
    if (!file_) {
        return;
    }
    const auto written = ::write(file_.get(), text.data(), text.size());
    if (written < 0) {
        error_ = {errno, boost::system::system_category()};
    } else {
        // Only now, so that whoever reads it finds a number at any time. A FIFO has no length.
        (void)!::ftruncate(file_.get(), written);
    }
    file_ = net::unique_fd{};
}

void pid_file::leave_file() {
    path_.clear();
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
