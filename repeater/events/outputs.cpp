// From the configuration to queues.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/outputs.hpp"

#include "repeater/events/exec.hpp"
#include "repeater/events/file.hpp"
#include "repeater/events/url.hpp"

#include <boost/json/serialize.hpp>
#include <openssl/rand.h>

#include <array>
#include <fmt/format.h>
#include <stdexcept>

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

event_outputs::event_outputs(const output_config& c, event_sink& losses)
    : losses_(losses), id_(c.ids), boot_(random_name()) {
    if (!c.file.empty()) {
        add("--event-file", std::make_unique<event_file>(c.file));
    }
    if (!c.exec.empty()) {
        add("--event-exec", std::make_unique<event_exec>(c.exec, delivery_limit));
    }
    if (c.url) {
        add("--event-url", std::make_unique<event_url>(*c.url, delivery_limit));
    }
}

void event_outputs::add(std::string name, std::unique_ptr<event_output> output) {
    const auto report = [this, name = std::move(name)](std::size_t count, const std::string& why) {
        losses_.receive(event::events_lost{name, count, why});
    };
    queues_.push_back(
        std::make_unique<event_queue>(std::move(output), event_queue::options{}, report));
}

void event_outputs::receive(const any_event& e) {
    if (queues_.empty() || !is_milestone(e)) {
        return;
    }
    auto object = to_json(e, id_);
    object["boot"] = boot_;
    object["seq"] = ++seq_;
    object["time"] = utc_time();
    const auto json = boost::json::serialize(object);
    for (const auto& queue : queues_) {
        queue->push(json);
    }
}

void event_outputs::finish(std::chrono::milliseconds at_most) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    for (const auto& queue : queues_) {
        queue->finish(std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now()));
    }
}

} // namespace repeater
