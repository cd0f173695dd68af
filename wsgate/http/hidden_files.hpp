// The gateway's own keys, passwords, tokens and logs, which are never served.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/named_file.hpp"
#include "wsgate/http/open_below.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// Whether `name` is what editors, log rotation and people call copies of the file `original`:
/// "log.1", "log-20261129.gz", "users~", "#users#", ".users.swp", "self.bak.pem".
[[nodiscard]] bool is_name_of_copy(std::string_view name, std::string_view original);

/// Knows them by device and inode as they are at the moment, so that links and renamed directories
/// hide none from it, and their copies by their names. Safe from any thread.
class hidden_files {
public:
    /// Hides these files as well. What was hidden stays so: a file that no option names any more is
    /// a secret still. Paths are relative to the directory that we are in.
    void add(const std::vector<service::named_file>&);

    [[nodiscard]] bool hides(const found_below&) const;

    /// Those that are in the directory `root` or below it, under the names that the options have.
    [[nodiscard]] std::vector<service::named_file> below(const std::string& root) const;

private:
    /// What was there when the file was named. It counts where we may not look any more, since
    /// other directories on the way to it are closed to the user of --user.
    struct hidden_file {
        service::named_file named;
        std::optional<struct stat> then;
        std::optional<struct stat> directory_then;

        [[nodiscard]] bool covers(const found_below&) const;
        [[nodiscard]] bool is_copied_by(const found_below&) const;
    };

    using files = std::vector<hidden_file>;

    static void hide(const service::named_file&, files& all);
    [[nodiscard]] std::shared_ptr<const files> all() const;

    mutable std::mutex mutex_;
    std::shared_ptr<const files> all_ = std::make_shared<const files>();
};

} // namespace wsgate
