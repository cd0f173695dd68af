// Appends whole lines to a file or to a descriptor that we were started with, without blocking.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace service {

/// Waits until the descriptor takes bytes. False: no longer, the writer gives up for now.
using room_wait = std::function<bool(int fd)>;

/// Waits until that time at most.
[[nodiscard]] room_wait room_until(std::chrono::steady_clock::time_point);

/// The number of the descriptor of ours that a path leads to, such as 1 for /dev/stdout, for
/// /proc/self/fd/1 and for a link to either. Nothing: it leads to none.
[[nodiscard]] std::optional<int> descriptor_named(std::string path);

/// A regular file holds whole lines only, also on a full disk: what is written of a line that does
/// not fit is taken back. A pipe gets no line in parts unless it is longer than PIPE_BUF. A disk
/// that hangs is the one thing that can block write().
class line_file {
public:
    using write_call = std::function<ssize_t(int fd, const void* bytes, std::size_t size)>;

    struct how {
        mode_t mode = 0666;             ///< of a new file
        bool makes_directories = false; ///< where they are missing
        /// Holds a FIFO open for reading as well, so that its lines wait for a reader. Otherwise a
        /// FIFO that nobody reads cannot be opened.
        bool holds_fifo = false;
        write_call write{}; ///< in the place of write(2); empty: none
    };

    /// Opens a file for appending; never waits for the reader of a FIFO. A path that names a
    /// descriptor of ours is that descriptor, since a socket cannot be opened.
    [[nodiscard]] static boost::system::result<line_file> open(const std::string& path, how);

    /// Writes to the same place as the descriptor, which may be closed afterwards.
    [[nodiscard]] static boost::system::result<line_file> of_descriptor(int fd, write_call = {});

    struct outcome {
        std::size_t taken = 0;           ///< bytes, up to the end of a line
        boost::system::error_code error; ///< why not all; would_block where the wait gave up
    };

    /// `lines` end with a newline. A line of which a pipe or a socket took a part counts as taken;
    /// its rest goes out before anything else.
    [[nodiscard]] outcome write(std::string_view lines, const room_wait&);

    /// Whether the rest of a line that counts as taken is still to be written.
    [[nodiscard]] bool owes_a_rest() const { return !rest_.empty(); }

    /// Whether it is a descriptor of ours and has no name under which it could be opened anew.
    [[nodiscard]] bool is_descriptor() const { return is_descriptor_; }

    /// For what belongs to this file too, such as the output of programs that we start.
    [[nodiscard]] int native_handle() const { return fd_.get(); }

private:
    line_file(net::unique_fd, write_call, bool is_descriptor);

    boost::system::error_code put(std::string_view bytes, const room_wait&,
                                  std::size_t& done) const;
    boost::system::error_code finish_begun(const room_wait&);
    std::size_t settle(std::string_view piece, std::size_t done, bool goes_on);
    [[nodiscard]] bool take_back(std::size_t part) const;
    void look_for_a_torn_line(const std::string& path);

    net::unique_fd fd_;
    write_call write_;
    bool is_descriptor_;
    bool is_regular_ = false;
    std::size_t largest_ = 65536; ///< bytes that are written at once, unless one line is longer
    std::string rest_;            ///< of a line that is out in part
    bool torn_ = false;           ///< a part of a line stands at the end and stays there
};

/// Why a file for lines could not be opened, in words.
[[nodiscard]] std::string open_error_text(const boost::system::error_code&);

} // namespace service
