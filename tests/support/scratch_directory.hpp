// A directory that goes with its test, and files in it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace support {

class scratch_directory {
public:
    scratch_directory() {
        auto name = (std::filesystem::temp_directory_path() / "vnc-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::system_error(errno, std::system_category(), "mkdtemp");
        }
        path_ = name;
    }

    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;

    ~scratch_directory() { std::filesystem::remove_all(path_); }

    /// Writes a file; its path.
    [[nodiscard]] std::string file(std::string_view name, std::string_view text) const {
        const auto path = path_ / name;
        std::ofstream(path) << text;
        return path.string();
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace support
