// One read, one write, and back to waiting: an idle direction owns no buffer.
// SPDX-License-Identifier: EUPL-1.2
#include "net/pump.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace net {

namespace {

using end = pump_result::end;

pump_result failed(end how, const error_code& ec) {
    if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) {
        return {end::aborted, ec};
    }
    return {how, ec};
}

/// Writes all of `rest`, waiting as often as needed.
asio::awaitable<error_code> write_rest(stream& to, std::span<const std::byte> rest,
                                       pump_progress& progress) {
    while (!rest.empty()) {
        const auto wrote = to.write_some(rest);
        if (wrote.would_block()) {
            const auto [ec] = co_await to.wait(readiness::write);
            if (ec) {
                co_return ec;
            }
            continue;
        }
        if (wrote.error) {
            co_return wrote.error;
        }
        progress.bytes_written += wrote.bytes;
        rest = rest.subspan(wrote.bytes);
    }
    co_return error_code{};
}

} // namespace

asio::awaitable<pump_result> pump(stream& from, stream& to, std::vector<std::byte> early,
                                  std::span<std::byte> scratch, pump_progress& progress,
                                  pump_observer& observer) {
    auto kept = std::move(early);
    progress.bytes_read += kept.size();
    observer.passing(kept);
    for (;;) {
        if (!kept.empty()) {
            if (const auto ec = co_await write_rest(to, kept, progress)) {
                co_return failed(end::write_error, ec);
            }
            std::vector<std::byte>{}.swap(kept);
        }
        if (const auto [ec] = co_await from.wait(readiness::read); ec) {
            co_return failed(end::read_error, ec);
        }
        const auto got = from.read_some(scratch);
        if (got.would_block()) {
            continue;
        }
        if (got.error == asio::error::eof) {
            to.shutdown_send();
            co_return pump_result{};
        }
        if (got.error) {
            co_return failed(end::read_error, got.error);
        }
        const auto bytes = scratch.first(got.bytes);
        progress.bytes_read += bytes.size();
        observer.passing(bytes);
        const auto wrote = to.write_some(bytes);
        if (wrote.error && !wrote.would_block()) {
            co_return failed(end::write_error, wrote.error);
        }
        progress.bytes_written += wrote.bytes;
        if (wrote.bytes < bytes.size()) {
            const auto rest = bytes.subspan(wrote.bytes);
            kept.assign(rest.begin(), rest.end());
        }
    }
}

} // namespace net
