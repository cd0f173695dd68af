// Looks tokens up: in files of websockify's form, in a directory of files, or by their signatures.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/file_stamp.hpp"
#include "wsgate/access/signed_token.hpp"
#include "wsgate/access/token_file.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgate {

struct token_options {
    enum class kind {
        none,
        file,      ///< a file of lines, or a directory of such files; read again when it changes
        read_once, ///< the same, but read only when the configuration is
        file_name, ///< a directory: a file's name is the token, its content the target
    };

    kind what = kind::none;
    std::string path;
    std::vector<std::string> keys;  ///< files with keys of signed tokens; looked up besides `what`
    std::vector<target_rule> allow; ///< where tokens may lead; empty: anywhere
    bool from_host = false;         ///< the token is in the Host field, and not in the query
    bool tls = false;               ///< HOST:PORT means tls:HOST:PORT
    std::chrono::milliseconds look_again{1'000};

    [[nodiscard]] bool is_used() const { return what != kind::none || !keys.empty(); }
};

/// Safe from any thread; reads files where they have changed, at most once in `look_again`.
class token_source {
public:
    /// Called for lines that are skipped and files that cannot be read, with a sentence without
    /// secrets.
    using complaint = std::function<void(std::string_view)>;

    /// Throws std::runtime_error where a file cannot be used at all.
    token_source(token_options, complaint);

    /// The target, or why there is none, as a literal for the log that clients must not see.
    [[nodiscard]] std::variant<target, std::string_view> find(std::string_view token,
                                                              std::uint64_t unix_seconds);

    [[nodiscard]] const token_options& options() const { return options_; }

private:
    struct seen_file {
        std::string name;
        service::file_stamp stamp;

        friend bool operator==(const seen_file&, const seen_file&) = default;
    };

    [[nodiscard]] std::vector<seen_file> look() const;
    [[nodiscard]] std::shared_ptr<const token_table> load(const std::vector<seen_file>&) const;
    [[nodiscard]] std::shared_ptr<const token_table> current();
    [[nodiscard]] std::optional<target> find_by_file_name(std::string_view token) const;

    token_options options_;
    complaint complain_;
    std::vector<std::string> keys_;

    std::mutex refreshing_; ///< held by the one thread that looks; others use the old table
    std::vector<seen_file> seen_;
    std::chrono::steady_clock::time_point looked_;

    std::mutex table_mutex_;
    std::shared_ptr<const token_table> table_;
};

/// Reads the key of signed tokens from a file: its content without the line's end. Throws
/// std::runtime_error where it is short, or others than its owner and group may read it.
[[nodiscard]] std::string read_token_key(const std::string& path);

} // namespace wsgate
