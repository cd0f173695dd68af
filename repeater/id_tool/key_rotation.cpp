// Writes the new file beside the old one, then takes its place.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/id_tool/key_rotation.hpp"

#include "net/unique_fd.hpp"
#include "repeater/ids/id_files.hpp"
#include "service/key_file.hpp"

#include <openssl/rand.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace repeater {

namespace {

constexpr mode_t mode_of_new_file = 0600;

[[noreturn]] void fail(const std::string& path, int error) {
    throw std::runtime_error(
        fmt::format("{}: {}", path, std::error_code{error, std::generic_category()}.message()));
}

std::string in_hex(std::string_view bytes) {
    std::string text;
    for (const auto byte : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return text;
}

std::string new_key() {
    std::array<unsigned char, 32> bytes{};
    if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("OpenSSL has no random numbers");
    }
    return std::string{bytes.begin(), bytes.end()};
}

bool write_whole(int fd, std::string_view text) {
    return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           ::fsync(fd) == 0;
}

/// `before`: what there was, whose mode and owner the new file gets; null: nothing.
void replace(const std::string& path, std::string_view text, const struct stat* before) {
    auto beside = path + ".XXXXXX";
    const net::unique_fd fd{::mkostemp(beside.data(), O_CLOEXEC)};
    if (!fd) {
        fail(path, errno);
    }
    const bool is_like_before = before == nullptr
                                    ? ::fchmod(fd.get(), mode_of_new_file) == 0
                                    : ::fchown(fd.get(), before->st_uid, before->st_gid) == 0 &&
                                          ::fchmod(fd.get(), before->st_mode & ALLPERMS) == 0;
    if (!is_like_before || !write_whole(fd.get(), text) ||
        std::rename(beside.c_str(), path.c_str()) != 0) {
        const auto why = errno;
        ::unlink(beside.c_str());
        fail(path, why);
    }
}

} // namespace

void rotate_key(const std::string& path) {
    struct stat before {};

    const bool is_there = ::stat(path.c_str(), &before) == 0;
    if (!is_there && errno != ENOENT) {
        fail(path, errno);
    }
    auto text = fmt::format("# Keys of signed IDs: the current one, then the one before it.\n{}\n",
                            in_hex(new_key()));
    if (is_there) {
        text += in_hex(service::read_keys(path, most_id_keys).front()) + '\n';
    }
    replace(path, text, is_there ? &before : nullptr);
}

} // namespace repeater
