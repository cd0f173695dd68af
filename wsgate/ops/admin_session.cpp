// Reads a request and writes the response within one time limit, then waits for the next request.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ops/admin_session.hpp"

#include "net/alarm.hpp"
#include "wsgate/http/read_head.hpp"
#include "wsgate/http/url_path.hpp"
#include "wsgate/ops/exposition.hpp"

#include <array>
#include <span>
#include <utility>
#include <variant>

namespace wsgate {

admin_session::admin_session(const asio::any_io_executor& executor, net::connection c,
                             const metrics& m, readiness& r, std::chrono::milliseconds patience)
    : executor_(executor), client_(executor, c), metrics_(m), ready_(r), patience_(patience) {}

asio::awaitable<void> admin_session::run() {
    for (bool again = true; again;) { // g++ 12.2 breaks `while (co_await ...) {}`
        again = co_await serve_one();
    }
    client_.close();
}

/// Serves one request. True where the connection stays open for another.
asio::awaitable<bool> admin_session::serve_one() {
    const net::alarm too_late(executor_, net::clock::now() + patience_,
                              [this] { client_.close(); });
    std::array<std::byte, 2048> room{};
    scanner_ = head_scanner{};
    const auto head = co_await read_head(client_, scanner_, received_, room);
    if (head == head_scanner::state::incomplete) {
        co_return false;
    }
    if (head == head_scanner::state::refused) {
        (void)co_await write(serialized(refusal_answer(scanner_.why()), http::verb::get));
        co_return false;
    }
    const auto parsed = parse_head(std::string_view{received_}.substr(0, scanner_.size()));
    received_.erase(0, scanner_.size());
    if (const auto* refused = std::get_if<refusal>(&parsed)) {
        (void)co_await write(serialized(refusal_answer(*refused), http::verb::get));
        co_return false;
    }
    const auto& r = std::get<request>(parsed);
    auto said = co_await answer(r);
    said.keep_alive(may_stay(r));
    co_return co_await write(serialized(said, r.method())) && said.keep_alive();
}

asio::awaitable<text_response> admin_session::answer(const request& r) {
    using status = http::status;
    if (r.method() == http::verb::unknown) {
        co_return text_answer(status::not_implemented, "unknown method");
    }
    if (r.method() == http::verb::options && !has_body(r)) {
        co_return options_answer();
    }
    if (r.method() != http::verb::get && r.method() != http::verb::head) {
        co_return text_answer(status::method_not_allowed, "only GET, HEAD and OPTIONS");
    }
    const auto path = decoded_path({r.target().data(), r.target().size()});
    if (!path || has_body(r)) {
        co_return text_answer(status::bad_request, "bad request");
    }
    if (*path == "/metrics") {
        auto all = text_answer(status::ok, "");
        all.set(http::field::content_type, {exposition_type.data(), exposition_type.size()});
        all.set(http::field::cache_control, "no-store");
        all.body() = metrics_.text();
        all.content_length(all.body().size());
        co_return all;
    }
    if (*path == "/readyz") {
        co_return answer_of(co_await ready_.ask());
    }
    co_return *path == "/healthz" ? text_answer(status::ok, "ok")
                                  : text_answer(status::not_found, "nothing here");
}

asio::awaitable<bool> admin_session::write(std::string text) {
    auto rest = std::as_bytes(std::span(text));
    while (!rest.empty()) {
        const auto wrote = client_.write_some(rest);
        if (wrote.error && !wrote.would_block()) {
            co_return false;
        }
        rest = rest.subspan(wrote.bytes);
        if (rest.empty()) {
            break;
        }
        if (const auto [ec] = co_await client_.wait(net::readiness::write); ec) {
            co_return false;
        }
    }
    co_return true;
}

} // namespace wsgate
