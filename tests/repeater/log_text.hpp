// What a log writes for some events.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"
#include "service/log.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace support {

/// `arguments` go to the log's constructor, behind the file.
template <class Log, class... Arguments>
[[nodiscard]] std::string log_text(const char* pattern,
                                   const std::vector<repeater::any_event>& events,
                                   Arguments... arguments) {
    const auto file =
        std::filesystem::temp_directory_path() / ("log_text." + std::to_string(::getpid()));
    {
        service::log::options options;
        options.file = file;
        options.pattern = pattern;
        options.from = service::log_level::debug;
        service::log lines(options);
        Log log(lines, arguments...);
        for (const auto& e : events) {
            log.receive(e);
        }
    }
    std::ostringstream all;
    all << std::ifstream(file).rdbuf();
    std::filesystem::remove(file);
    return all.str();
}

} // namespace support
