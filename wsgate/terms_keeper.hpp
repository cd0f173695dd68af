// Builds the terms that new connections get, and builds them anew when files change.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/wake_up.hpp"
#include "service/file_watch.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/terms.hpp"

#include <memory>
#include <mutex>

namespace wsgate {

/// Lives on the event loop of `executor`; the terms themselves are for every thread, which gets
/// them by terms_in_force. Outlives all connections, since it also holds what is remembered of
/// clients across reloads (access_memory).
class terms_keeper {
public:
    /// `journal` and `metrics` outlive it. Throws std::runtime_error where a file cannot be used.
    terms_keeper(const asio::any_io_executor&, const config&, journal&, metrics&);

    /// The terms for a connection that is accepted now. From any thread.
    [[nodiscard]] std::shared_ptr<const terms> current() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }

    /// Reads the files of passwords, tokens, certificates and keys again. Where one cannot be used,
    /// all stays as it was, and the journal says so.
    void reload();

    /// Takes over another configuration, and reads all files as above. True where it is in force,
    /// but for what needs a restart.
    [[nodiscard]] bool reload(config);

    /// The keys of the tickets that all terms hand out.
    [[nodiscard]] ticket_ring& tickets() { return *tickets_; }

    /// Has the journal log what an operator should attend to.
    void warn();

    /// Reloads when certificates or keys have changed, and warns of those that expire once a day.
    /// Runs until it is cancelled.
    [[nodiscard]] asio::awaitable<void> watch();

private:
    [[nodiscard]] std::shared_ptr<const terms> build(config, const tls_server* before);
    void renew(config);
    void publish();
    void publish_certificates();
    void warn_of_own_files();
    void warn_of_open_paths();
    void warn_of_certificates();

    journal& journal_;
    metrics& metrics_;
    access_memory memory_;
    std::shared_ptr<ticket_ring> tickets_ = std::make_shared<ticket_ring>();
    std::shared_ptr<hidden_files> hidden_ = std::make_shared<hidden_files>();
    service::file_watch files_; ///< of current_; taken before the files were read
    mutable std::mutex mutex_;  ///< while current_ is replaced, which other threads may copy
    std::shared_ptr<const terms> current_;
    net::wake_up renewed_; ///< when current_ was replaced
};

} // namespace wsgate
