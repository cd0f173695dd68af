// Runs the program, or calls the service, and reads the answer.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/authorize/ask.hpp"

#include "repeater/events/http_call.hpp"
#include "repeater/events/http_post.hpp"
#include "repeater/events/run_program.hpp"

#include <utility>

namespace repeater {

namespace {

using time_point = std::chrono::steady_clock::time_point;

} // namespace

answer ask_program(const std::vector<std::string>& command, const std::string& question,
                   time_point end) {
    auto run = run_program(command, question + '\n', end, longest_answer);
    if (run.failure) {
        return no_answer{*std::move(run.failure)};
    }
    return run.output.size() > longest_answer ? no_answer{"its answer is too long"}
                                              : parse_answer(run.output);
}

answer ask_service(const http_url& at, const std::string& question, time_point end) {
    constexpr int forbidden = 403;
    const auto left = end - std::chrono::steady_clock::now();
    const auto got =
        call(at, post_of_json(at, question, "1.0"),
             std::chrono::duration_cast<std::chrono::milliseconds>(left), longest_answer);
    if (!got.no_answer.empty()) {
        return no_answer{got.no_answer};
    }
    if (got.answer.status == forbidden) {
        auto said = parse_answer(got.body);
        return std::holds_alternative<unauthorized>(said) ? said : unauthorized{};
    }
    if (auto why = post_refused(got.answer, at, "--authorize-url")) {
        return no_answer{*std::move(why)};
    }
    return parse_answer(got.body);
}

} // namespace repeater
