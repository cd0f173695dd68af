// Makes one text of each event, and gives it to the queue of each output.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/outputs.hpp"

#include "repeater/events/exec.hpp"
#include "repeater/events/fields.hpp"
#include "repeater/events/file.hpp"
#include "repeater/events/json_log.hpp"
#include "repeater/events/url.hpp"
#include "repeater/events/utc_time.hpp"

#include <openssl/rand.h>

#include <array>
#include <fmt/format.h>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace repeater {

namespace {

constexpr auto delivery_limit = std::chrono::seconds(5); // security G5

std::string random_name() {
    std::array<unsigned char, 8> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("no random bytes to be had from the system");
    }
    std::string name;
    for (const auto byte : bytes) {
        name += fmt::format("{:02x}", byte);
    }
    return name;
}

} // namespace

outputs::outputs(const output_config& c, event_sink& losses)
    : losses_(losses), id_(c.ids, c.id_key), boot_(random_name()) {
    if (!c.file.empty()) {
        add("--event-file", std::make_unique<file_output>(c.file));
    }
    if (!c.exec.empty()) {
        add("--event-exec", std::make_unique<exec_output>(c.exec, delivery_limit));
    }
    if (c.url) {
        add("--event-url", std::make_unique<url_output>(*c.url, delivery_limit));
    }
}

void outputs::add(const std::string& name, std::unique_ptr<output> to) {
    const auto report = [this, name](std::size_t count, const std::string& why) {
        losses_.receive(event::events_lost{name, count, why});
    };
    outputs_.push_back(
        {name, std::make_unique<output_queue>(std::move(to), output_queue::options{}, report)});
}

void outputs::receive(const any_event& e) {
    if (outputs_.empty() && !next_) {
        return;
    }
    auto fields = fields_of(e, id_);
    if (!is_milestone(fields)) {
        return;
    }
    const auto time = utc_time(std::chrono::system_clock::now());
    if (is_paused_ || next_) {
        fields.members["time"] = time;
        next_ ? next_(json_text(fields)) : held_.push_back(json_text(fields));
        return;
    }
    fields.members["boot"] = boot_;
    fields.members["seq"] = ++seq_;
    fields.members["time"] = time;
    push(json_text(fields));
}

void outputs::push(const std::string& json) {
    for (const auto& each : outputs_) {
        each.queue->push(json);
    }
}

outputs::position outputs::pause() {
    is_paused_ = true;
    return {boot_, seq_};
}

std::vector<outputs::queued> outputs::undelivered() const {
    std::vector<queued> all;
    for (const auto& each : outputs_) {
        for (auto& json : each.queue->undelivered()) {
            all.push_back({each.name, std::move(json)});
        }
    }
    return all;
}

void outputs::resume() {
    is_paused_ = false;
    for (const auto& each : std::exchange(held_, {})) {
        tell(each);
    }
}

void outputs::leave_to(next_teller next) {
    next_ = std::move(next);
    for (const auto& each : outputs_) {
        each.queue->leave_undelivered();
    }
    for (auto& each : std::exchange(held_, {})) {
        next_(std::move(each));
    }
}

void outputs::go_on(const position& from, const std::vector<queued>& undelivered) {
    boot_ = from.boot;
    seq_ = from.seq;
    for (const auto& one : undelivered) {
        for (const auto& each : outputs_) {
            each.name == one.output ? each.queue->push(one.json) : void();
        }
    }
}

void outputs::tell(const std::string& json) {
    const auto without_end = std::string_view{json}.substr(0, json.rfind('}'));
    push(fmt::format(R"({},"boot":"{}","seq":{}}})", without_end, boot_, ++seq_));
}

void outputs::finish(std::chrono::milliseconds at_most) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    for (const auto& each : outputs_) {
        each.queue->finish(std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now()));
    }
}

} // namespace repeater
