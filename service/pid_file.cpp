// Writes our number and a newline.
// SPDX-License-Identifier: EUPL-1.2
#include "service/pid_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <unistd.h>
#include <utility>

namespace service {

pid_file::pid_file(std::string path) : path_(std::move(path)) {
    if (path_.empty()) {
        return;
    }
    errno = 0;
    if (!(std::ofstream(path_) << ::getpid() << '\n' << std::flush)) {
        error_ = {errno, boost::system::system_category()};
    }
}

pid_file::~pid_file() {
    if (path_.empty() || error_) {
        return;
    }
    pid_t written = 0;
    if (std::ifstream(path_) >> written && written == ::getpid()) {
        (void)std::remove(path_.c_str());
    }
}

} // namespace service
