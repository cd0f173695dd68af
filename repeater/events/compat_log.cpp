// One function an event: the Perl's words for it.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/compat_log.hpp"

#include "net/connection.hpp"
#include "net/error_text.hpp"
#include "net/text/escape.hpp"
#include "repeater/events/hint.hpp"

#include <boost/asio/error.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fmt/format.h>
#include <unistd.h>

namespace repeater {

namespace {

using rfb::side;

/// The Perl says "client" for viewer.
std::string_view word(side s) {
    return s == side::viewer ? "client" : "server";
}

std::string_view id_of(const rfb::repeater_id& id) {
    return id.text();
}

std::string_view words_for(id_fault why) {
    switch (why) {
    case id_fault::unknown:
        return "its ID is not on the list";
    case id_fault::not_signed:
        return "its ID is not signed";
    case id_fault::wrong_signature:
        return "its ID has a wrong signature";
    case id_fault::expired:
        break;
    }
    return "its ID is expired";
}

std::int64_t whole_seconds(std::chrono::milliseconds t) {
    return std::chrono::duration_cast<std::chrono::seconds>(t).count();
}

/// Has no destructor: the C library aborts where it has no memory to list one for a thread.
struct time_stamp {
    std::time_t second = 0;
    std::array<char, 64> text{};
    std::size_t size = 0;
};

/// What lines begin with; made anew once a second. Valid until the next call on this thread.
std::string_view stamp_now() {
    thread_local time_stamp last;
    if (const auto now = std::time(nullptr); now != last.second) {
        const auto text = compat_time(now);
        last.second = now;
        last.size = text.copy(last.text.data(), last.text.size());
    }
    return {last.text.data(), last.size};
}

/// Writes the lines of one event. The lines of every pair are joined from their parts rather than
/// formatted, and the tags of meetings are made once an event.
struct compat_writer {
    service::log& log;
    std::string_view process;

    template <class... Parts>
    void line(const Parts&... parts) const {
        constexpr std::size_t usual = 200; // more than it is
        std::string whole;
        whole.reserve(usual);
        whole.append(stamp_now());
        (whole.append(parts), ...);
        log.line(service::log_level::info, whole);
    }

    void operator()(const event::starting& e) const {
        if (e.refuses_duplicates) {
            line("enabling refuse mode (-r).");
        }
        if (e.dials_anywhere) {
            line(fmt::format("WARNING: {}.", event::open_proxy_advice));
        }
        line(fmt::format("ultravnc_repeater: starting up.  pid: {}", e.pid));
    }

    void operator()(const event::advice& e) const { line("WARNING: " + net::escaped(e.text, 300)); }

    void operator()(const event::listening& e) const {
        if (!net::address_of(e.at)) {
            line(fmt::format("watching for {} connections on {}.", word(e.side),
                             net::escaped(e.name, 300)));
            return;
        }
        line(fmt::format("watching for {} connections on {}/{}.",
                         e.at.address().is_v4() ? "IPv4" : "IPv6", e.at.port(), word(e.side)));
    }

    void operator()(const event::admin_listening& e) const {
        line(fmt::format("answering /metrics, /healthz and /readyz on {}.",
                         net::escaped(e.name, 300)));
    }

    void operator()(const event::accept_failed& e) const {
        line(fmt::format("ultravnc_repeater: accept {}", e.error.message()));
    }

    void operator()(const event::limited& e) const {
        const auto ban = e.what == limit::wrong_ids
                             ? fmt::format("; its source is shut out for {} s", e.shut_out.count())
                             : "";
        line(fmt::format("closing vnc {} connection from {}: limit {} is reached{}.",
                         word(e.peer.side), net::name_of(e.peer.address), to_string(e.what), ban));
    }

    void operator()(const event::untold& e) const {
        line(fmt::format("{} events are not told here: too many from one source, or in all.",
                         e.count));
    }

    void operator()(const event::arrived& e) const {
        line("new vnc ", word(e.peer.side), " connecting.");
        if (!e.greeted) {
            line("ULTRAVNC_REPEATER_NO_RFB: not sending RFB 000.000");
        }
    }

    void operator()(const event::proxy_header_failed& e) const {
        line(fmt::format("closing vnc {} connection from {}: {}; {}.", word(e.proxy.side),
                         net::name_of(e.proxy.address), e.error.message(), hint_of(e)));
    }

    /// The Perl's words.
    void failed(const event::introduction_failed& e) const {
        using reason = event::introduction_failed::reason;
        switch (e.why) {
        case reason::greeting_failed:
            line(fmt::format("ultravnc_repeater: bad RFB 000.000\n write: {} != 12 {}", 0,
                             e.error.message()));
            return;
        case reason::timed_out:
            if (e.got == 0) {
                line("ultravnc_repeater: got sig alarm.");
                line("ultravnc_repeater: read timed out: Interrupted system call");
                return;
            }
            [[fallthrough]];
        case reason::too_short:
            line(fmt::format("ultravnc_repeater: short read {} != {} ", e.got, e.size));
            return;
        case reason::read_failed:
            line(fmt::format("ultravnc_repeater: read error: {}", e.error.message()));
            return;
        case reason::no_version:
            line(fmt::format("no RFB version of vnc {}: {}", word(e.peer.side),
                             net::escaped(telling_part(e))));
            return;
        case reason::not_understood:
            break;
        }
        // Unlike the Perl: escaped and cut at the first NUL (spec 9.13).
        if (e.error == rfb::error::bad_id || e.error == rfb::error::text_behind_id ||
            e.error == rfb::error::id_too_long) {
            line(fmt::format("invalid ID:NNNNN string for vnc {}: {}", word(e.peer.side),
                             net::escaped(e.text)));
        } else {
            line(fmt::format("invalid host:port string for vnc {}: {}: {}", word(e.peer.side),
                             net::escaped(e.text), e.error.message()));
        }
    }

    /// Behind the Perl's words: what came, where they do not say it, and what it means.
    void operator()(const event::introduction_failed& e) const {
        failed(e);
        auto text = fmt::format("vnc {}", word(e.peer.side));
        using reason = event::introduction_failed::reason;
        const bool is_told = e.why == reason::not_understood || e.why == reason::no_version;
        if (!is_told && e.got > 0) {
            text += fmt::format(" sent {} of {} bytes, '{}'", e.got, e.size,
                                net::escaped(telling_part(e)));
        }
        const auto hint = hint_of(e);
        if (!hint.empty()) {
            line(fmt::format("{}: {}.", text, hint));
        } else if (!is_told && e.got > 0) {
            line(text + ".");
        }
    }

    void operator()(const event::probed& e) const {
        if (!e.announced) {
            line(fmt::format("new vnc {} connecting.", word(e.how.peer.side)));
        }
        failed(e.how);
        if (e.others > 0) {
            line(fmt::format("{} other vnc {} connections closed without a byte before.", e.others,
                             word(e.how.peer.side)));
        }
    }

    void operator()(const event::short_hello& e) const {
        line(fmt::format("vnc {} sent {} of {} bytes and waited: {}.", word(e.peer.side), e.got,
                         e.size, event::short_hello_advice));
    }

    void operator()(const event::id_truncated& e) const {
        line(fmt::format("text behind ID:{} of a vnc {} is no part of it: {}", id_of(e.id),
                         word(e.peer.side), net::escaped(e.ignored)));
    }

    void operator()(const event::ports_differ& e) const {
        line(fmt::format("refusing vnc {} for ID:{}: it named ID:{}:{}, and ID:{}:{} the vnc {}.",
                         word(e.newcomer.side), id_of(e.id), id_of(e.id),
                         net::escaped(e.newcomer_port), id_of(e.id), net::escaped(e.partner_port),
                         word(e.partner.side)));
    }

    void operator()(const event::waiting& e) const {
        line("storing new vnc ", word(e.peer.side), " with ID:", id_of(e.id), ".");
    }

    void operator()(const event::partner_checked& e) const {
        line(word(e.partner.side), " socket for ID:", id_of(e.id),
             e.alive ? " is still established." : " is no longer established, closing it.");
    }

    void operator()(const event::matched& e) const {
        line("hooking up new vnc ", word(e.newcomer.side), " with existing vnc ",
             word(e.partner.side), " for ID:", id_of(e.id), ".");
    }

    void operator()(const event::replaced& e) const {
        line(fmt::format("closing and deleting previous vnc {} with ID:{}.", word(e.older.side),
                         id_of(e.id)));
    }

    void operator()(const event::refused& e) const {
        using reason = event::refused::reason;
        if (e.why == reason::alone || e.why == reason::address) {
            line(fmt::format("refusing vnc {} from {} for ID:{}: {}.", word(e.peer.side),
                             net::name_of(e.peer.address), id_of(e.id),
                             e.why == reason::alone ? "no vnc server waits"
                                                    : "this door is for others"));
            return;
        }
        line(fmt::format("refusing extra vnc {} for ID:{}.", word(e.peer.side), id_of(e.id)));
    }

    void operator()(const event::id_conflict& e) const {
        line(fmt::format("WARNING: several addresses claim ID:{}: vnc {}s of other addresses than "
                         "the one that waits are refused for {} s.",
                         id_of(e.id), word(e.newcomer.side), e.refused_for.count()));
    }

    // What it named may be the secret of somebody else, so that it is left out.
    void operator()(const event::id_refused& e) const {
        line(fmt::format("refusing vnc {} from {}: {} (--id-policy).", word(e.peer.side),
                         net::name_of(e.peer.address), words_for(e.why)));
    }

    void operator()(const event::id_lapsed& e) const {
        line(fmt::format("closing waiting vnc {} with ID:{}: {} (--id-policy).", word(e.peer.side),
                         id_of(e.id), words_for(e.why)));
    }

    void operator()(const event::left& e) const {
        line(fmt::format("socket for ID:{} is no longer established, closing it.", id_of(e.id)));
    }

    void operator()(const event::expired& e) const {
        line(fmt::format("vnc {} with ID:{} waited {} s, closing it.", word(e.peer.side),
                         id_of(e.id), std::chrono::duration<double>(e.waited).count()));
    }

    void operator()(const event::dialling& e) const {
        if (e.to.display) {
            line(fmt::format("resetting port from {} to {}.", *e.to.display, e.to.port));
        }
        line(fmt::format("making vnc client connection directly to vnc server host='{}' port='{}'.",
                         net::escaped(e.to.host), e.to.port));
    }

    void operator()(const event::dial_refused& e) const {
        using reason = event::dial_refused::reason;
        const auto* const why = e.why == reason::mode1_off ? "--mode1 is off"
                                : e.why == reason::port
                                    ? "port outside 5900-6099, see --mode1 any and --mode1-allow"
                                    : "address not allowed, see --mode1 any and --mode1-allow";
        line(fmt::format("refusing direct connection to {}:{}: {}.", net::escaped(e.to.host),
                         e.to.port, why));
    }

    void operator()(const event::dial_attempt_failed& e) const {
        using reason = event::dial_attempt_failed::reason;
        if (e.why == reason::unreachable || e.why == reason::left) {
            // The Perl names no address; of several it must be told.
            const auto which = e.is_of_a_name ? fmt::format(" ({})", net::to_string(e.to)) : "";
            line(fmt::format("{} connect error: {}{}", e.to.address().is_v4() ? "IPv4" : "IPv6",
                             e.error.message(), which));
            return;
        }
        const auto limit = std::chrono::duration<double>(e.limit).count();
        line(fmt::format("connected to {}, but {}{}.", net::to_string(e.to), hint_of(e),
                         e.why == reason::no_greeting ? fmt::format(" ({} s)", limit) : ""));
    }

    void operator()(const event::dial_failed& e) const {
        line(fmt::format("failed to connect to {}:{}.", net::escaped(e.to.host), e.to.port));
    }

    [[nodiscard]] std::string tag_of(const meeting& met) const {
        return fmt::format("[{}/{}] ", process, net::escaped(to_string(met), 300));
    }

    void operator()(const event::paired& e) const {
        const auto tag = tag_of(e.met);
        line(tag, "parent 1 -> 2.");
        line(tag, "child  2 -> 1.");
    }

    void operator()(const event::ended& e) const {
        const auto tag = tag_of(e.met);
        for (const auto from : {e.first, rfb::other(e.first)}) {
            const auto& d = from == side::viewer ? e.from_viewer : e.from_server;
            if (d.end == event::ended::how::eof) {
                line(tag, "Input is EOF.");
            } else if (d.end == event::ended::how::read_error) {
                line(tag, net::error_text(d.error));
            } else if (d.end == event::ended::how::write_error) {
                line(tag, "Output is EOF. ", net::error_text(d.error));
            }
            line(tag, "finished xfer.");
        }
    }

    void operator()(const event::not_authorized& e) const {
        line(fmt::format("{} vnc {} connection from {}: {}{}.",
                         e.may_go_on ? "WARNING: nobody was asked about" : "refusing",
                         word(e.peer.side), net::name_of(e.peer.address),
                         e.is_failure ? "no answer to whether it is authorized: "
                                      : "it is not authorized: ",
                         net::escaped(e.why, 200)));
    }

    void operator()(const event::policy_changed& e) const {
        line(fmt::format("session {}: the viewer {} from now on.",
                         static_cast<std::uint64_t>(e.pair),
                         e.now.view_only ? "only views" : "may control"));
    }

    void operator()(const event::policy_broken& e) const {
        line(fmt::format("session {} is ended: {}.", static_cast<std::uint64_t>(e.pair), e.why));
    }

    void operator()(const event::understood&) const {}

    // The Perl does not know what it relays, and says nothing when it is told to stop.
    void operator()(const event::described&) const {}

    void operator()(const event::stopping&) const {}

    void operator()(const event::drained_too_long& e) const {
        line(fmt::format("WARNING: --drain-timeout is over, ending {} live sessions.",
                         e.live_pairs));
    }

    void operator()(const event::stopped&) const {}

    void operator()(const event::sessions& e) const {
        line(fmt::format("USR1: vnc servers that wait: {}, vnc clients that wait: {}, live "
                         "sessions: {}.",
                         e.waiting_servers, e.waiting_viewers, e.live_pairs));
    }

    void operator()(const event::waits& e) const {
        line(fmt::format("USR1: vnc {} {} with ID:{} has waited {} s.", word(e.peer.side),
                         net::name_of(e.peer.address), id_of(e.id), whole_seconds(e.since)));
    }

    void operator()(const event::carries& e) const {
        line(tag_of(e.met),
             fmt::format("USR1: vnc client {} and vnc server {}: {} s, {} bytes to the server, {} "
                         "bytes to the client.",
                         net::name_of(e.viewer), net::name_of(e.server), whole_seconds(e.since),
                         e.viewer_to_server, e.server_to_viewer));
    }

    void operator()(const event::dismissed&) const {}

    void operator()(const event::reloaded& e) const {
        if (!e.error.empty()) {
            line("HUP: the old configuration stays: " + net::escaped(e.error, 300));
            return;
        }
        line("HUP: configuration read again.");
        if (!e.needs_restart.empty()) {
            line("HUP: changed, but in effect only after a restart: " + e.needs_restart);
        }
    }

    void operator()(const event::events_lost& e) const {
        line(fmt::format("WARNING: {} did not get {} events: {}", e.output, e.count,
                         net::escaped(e.why, 200)));
    }

    void operator()(const event::pid_file_failed& e) const {
        line(fmt::format("could not open pidfile: {} - {} - continuing...",
                         net::escaped(e.path, 300), e.error.message()));
    }

    void operator()(const event::supervising& e) const {
        using what = event::supervising::what;
        if (e.now == what::ends) {
            line(fmt::format("{}:\t{} looppid={}", e.cause, e.pid, e.child));
        } else if (e.now == what::starts) {
            line(fmt::format("ultravnc_repeater.pl: starting service. master-pid={}", e.pid));
        } else {
            line(fmt::format("ultravnc_repeater.pl: re-starting service.  master-pid={}", e.pid));
        }
    }

    void operator()(const event::upgraded& e) const {
        line(fmt::format(
            "USR2: took over from pid: {}, {} that wait, {} live sessions; {} end there.",
            e.from_pid, e.waiting, e.pairs, e.kept));
    }

    void operator()(const event::upgrade_failed& e) const {
        line("USR2: nobody has taken over: " + net::escaped(e.why, 300));
    }

    void operator()(const event::defect& e) const {
        line(fmt::format("ultravnc_repeater: a session ended by a defect: {}",
                         net::escaped(e.what, 200)));
    }
};

} // namespace

compat_log::compat_log(service::log& to) : log_(to), process_(std::to_string(::getpid())) {}

void compat_log::receive(const any_event& e) {
    std::visit(compat_writer{log_, process_}, e);
}

std::string compat_notice(std::string_view event, const boost::json::object& members) {
    const std::string_view why = members.at("why").as_string();
    const auto start = compat_time(std::time(nullptr));
    if (event == "log_lost") {
        return fmt::format("{}WARNING: {} lines of this log were lost: {}", start,
                           members.at("lines").as_uint64(), why);
    }
    return fmt::format("{}HUP: the old log file stays: {}", start, why);
}

std::string compat_time(std::time_t when) {
    std::tm local{};
    ::localtime_r(&when, &local);
    std::array<char, 64> text{};
    const auto size = std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S %Y: ", &local);
    return {text.data(), size};
}

} // namespace repeater
