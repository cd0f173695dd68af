// What the benches share of being a program: arguments, signals, reports.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/program.hpp"

#include "bench/machine.hpp"
#include "bench/process_tree.hpp"
#include "bench/report.hpp"
#include "bench/runner.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>

namespace bench {

namespace {

struct command_line {
    bench::plan plan;
    std::vector<std::string> subjects;
    std::string at = "127.0.0.1";
    std::string json_file;
    std::string markdown_file;
    int slice_ms = 400;
    int budget_s = 600;
    int drain_s = 60;
    bool list = false;
};

void declare(CLI::App& app, const program& what, command_line& c) {
    app.add_option("--subject", c.subjects,
                   "NAME=KIND:COMMAND, repeatable. " + what.subjects +
                       ". The first is also measured against itself");
    app.add_option("--tests", c.plan.tests, "Only these, separated by commas")->delimiter(',');
    app.add_option(
           "--paced", c.plan.paced,
           "Tests at half the peak rate: half of what the slowest of these subjects reaches "
           "in the same round, separated by commas [all]")
        ->delimiter(',');
    app.add_flag("--list", c.list, "Print the tests and exit");
    app.option_defaults()->take_last(); // what a script says may be said otherwise behind it
    app.add_option("--rounds", c.plan.rounds, "Most rounds")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--slice", c.slice_ms, "Milliseconds of measuring in a slice")
        ->check(CLI::Range(50, 60'000))
        ->capture_default_str();
    app.add_option("--budget", c.budget_s, "No new round that would end later than this, seconds")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    app.add_option("--drain", c.drain_s, "Most seconds of a run to wait for TIME_WAITs to go")
        ->check(CLI::Range(0, 3600))
        ->capture_default_str();
    app.add_option("--idle", c.plan.idle_peers, "Peers or pairs of the memory tests")
        ->check(CLI::Range(20, 100'000))
        ->capture_default_str();
    app.add_option("--herd", c.plan.herd, "Servers that reconnect at once")
        ->check(CLI::Range(20, 100'000))
        ->capture_default_str();
    app.add_option("--sessions", c.plan.mixed_sessions, "Sessions of the mixed load")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    app.add_option("--at", c.at,
                   "The subjects listen on this IPv4 address, perhaps beyond a network")
        ->check(CLI::ValidIPV4)
        ->capture_default_str();
    app.add_option("--rate", c.plan.rate, "Tests at half the peak rate: so many a second instead")
        ->check(CLI::Range(1, 1'000'000));
    app.add_flag("--pin", c.plan.pin_all, "Both ends and the subject on one CPU, in all tests");
    app.add_option("--json", c.json_file, "Write every figure there");
    app.add_option("--markdown", c.markdown_file, "Write the tables there [standard output]");
}

void write_file(const std::string& name, const std::string& text) {
    std::ofstream file(name);
    if (!(file << text).flush()) {
        throw std::runtime_error("cannot write " + name);
    }
}

void print_tests() {
    for (const auto& t : all_tests()) {
        std::cout << t.key << "\t" << t.title << '\n';
    }
}

int carry_out(command_line c) {
    for (const auto& text : c.subjects) {
        c.plan.subjects.push_back(parse_subject(text));
    }
    c.plan.slice = std::chrono::milliseconds(c.slice_ms);
    c.plan.budget = std::chrono::seconds(c.budget_s);
    c.plan.drain = std::chrono::seconds(c.drain_s);
    subjects_are_at(c.at);
    c.plan.beside_direct = c.plan.beside_direct && c.at == "127.0.0.1"; // nobody else is there
    const auto outcome = run(c.plan);
    if (!c.json_file.empty()) {
        write_file(c.json_file, to_json(c.plan, outcome));
    }
    const auto markdown = to_markdown(c.plan, outcome);
    if (c.markdown_file.empty()) {
        std::cout << markdown;
    } else {
        write_file(c.markdown_file, markdown);
    }
    return outcome.results.failures().empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

// From here on INT, TERM and HUP end the subjects, and then us.
void take_signals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaddset(&signals, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([signals] {
        int signal = 0;
        if (::sigwait(&signals, &signal) == 0) {
            end_all_children();
            ::_exit(128 + signal);
        }
    }).detach();
}

} // namespace

int run_program(const program& what, int argc, char** argv) {
    try {
        CLI::App app(what.description);
        command_line c;
        c.plan.beside_direct = what.beside_direct;
        declare(app, what, c);
        CLI11_PARSE(app, argc, argv);
        if (c.list) {
            print_tests();
            return EXIT_SUCCESS;
        }
        (void)std::signal(SIGPIPE, SIG_IGN);
        // What a subject leaves behind is ours to reap.
        (void)::prctl(PR_SET_CHILD_SUBREAPER, 1);
        raise_descriptor_limit();
        take_signals();
        return carry_out(std::move(c));
    } catch (const std::exception& e) {
        std::cerr << what.name << ": " << e.what() << '\n';
        return EXIT_FAILURE;
    }
}

} // namespace bench
