// Implements the list by CLI11, which only this file and option.cpp include.
// SPDX-License-Identifier: EUPL-1.2
#include "service/option_list.hpp"

#include "service/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <sstream>
#include <utility>

namespace service {

namespace {

std::string with_default(const std::string& help, const std::string& value) {
    return help.ends_with(']') ? help : fmt::format("{} [{}]", help, value);
}

std::string in_seconds(std::chrono::milliseconds time) {
    return fmt::format("{}", std::chrono::duration<double>(time).count());
}

/// The spelling, in `shown`, of the one of the words that is shown.
std::string as_shown(const std::string& shown, const std::vector<std::string>& words) {
    for (const auto& each : CLI::detail::split(shown, '|')) {
        if (std::find(words.begin(), words.end(), CLI::detail::to_lower(each)) != words.end()) {
            return each;
        }
    }
    return "";
}

} // namespace

option_list::option_list(const program& p)
    : app_(std::make_unique<CLI::App>(p.purpose, p.name)), twice_(p.twice),
      nothing_is_not_set_(p.nothing_is_not_set) {
    app_->option_defaults()->take_last();
    if (p.has_version) {
        app_->set_version_flag("--version", p.name + " " + version);
    }
    if (!p.footer.empty()) {
        app_->footer(p.footer);
    }
}

option_list::~option_list() = default;

option& option_list::add(CLI::Option* described, on_reload what) {
    return all_.emplace_back(described, what);
}

option& option_list::flag(const std::string& names, bool& value, on_reload what,
                          const std::string& help) {
    return add(app_->add_flag(names, value, help), what).decides_its_own(value);
}

option& option_list::flag(const std::string& names, const std::function<void()>& given,
                          on_reload what, const std::string& help) {
    return add(app_->add_flag_callback(names, given, help), what);
}

option& option_list::text(const std::string& names, std::string& value, const std::string& type,
                          on_reload what, const std::string& help) {
    return add(app_->add_option(names, value, help)->type_name(type), what)
        .of_text()
        .decides_its_own(value);
}

option& option_list::list(const std::string& names, std::vector<std::string>& values,
                          const std::string& type, on_reload what, const std::string& help) {
    auto* const o = app_->add_option(names, values, help)->type_name(type)->allow_extra_args(false);
    // The default of all options is to take the last value; lists are to have all of them.
    o->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return add(o, what).of_text().decides_its_own(values);
}

option& option_list::comma_list(const std::string& names, std::vector<std::string>& values,
                                const std::string& type, on_reload what, const std::string& help) {
    auto& o = list(names, values, type, what, help);
    app_->get_option(o.name())->delimiter(',');
    return o;
}

template <class Number>
option& option_list::number(const std::string& names, Number& value, std::optional<bounds> within,
                            on_reload what, const std::string& help, const std::string& type) {
    auto* const o = app_->add_option(names, value, with_default(help, fmt::format("{}", value)));
    if (!type.empty()) {
        o->type_name(type);
    }
    if (within) {
        o->check(std::visit([](auto b) { return CLI::Range(b.least, b.most); }, *within));
    }
    return add(o, what).decides_its_own(value);
}

template option& option_list::number(const std::string&, std::uint16_t&, std::optional<bounds>,
                                     on_reload, const std::string&, const std::string&);
template option& option_list::number(const std::string&, unsigned&, std::optional<bounds>,
                                     on_reload, const std::string&, const std::string&);
template option& option_list::number(const std::string&, std::size_t&, std::optional<bounds>,
                                     on_reload, const std::string&, const std::string&);
template option& option_list::number(const std::string&, double&, std::optional<bounds>, on_reload,
                                     const std::string&, const std::string&);

option& option_list::seconds(const std::string& names, std::chrono::milliseconds& value,
                             seconds_range within, on_reload what, const std::string& help) {
    const auto take = [&value](std::chrono::milliseconds time) { value = time; };
    return add_seconds(names, take, within, what, with_default(help, in_seconds(value)))
        .decides_its_own(value);
}

option& option_list::seconds(const std::string& names,
                             std::optional<std::chrono::milliseconds>& value, seconds_range within,
                             on_reload what, const std::string& help) {
    const auto take = [&value](std::chrono::milliseconds time) { value = time; };
    return add_seconds(names, take, within, what, help).decides_its_own(value);
}

option& option_list::add_seconds(const std::string& names,
                                 const std::function<void(std::chrono::milliseconds)>& take,
                                 seconds_range within, on_reload what, const std::string& help) {
    const auto set = [take](double seconds) {
        constexpr double thousand = 1000;
        take(std::chrono::milliseconds(std::llround(seconds * thousand)));
    };
    const auto check = [within](const std::string& word) {
        double seconds = 0;
        const bool is_good = CLI::detail::lexical_cast(word, seconds) && seconds >= within.least &&
                             seconds <= within.most;
        return is_good ? std::string{}
                       : fmt::format("{} is not a number of seconds from {} to {}", word,
                                     within.least, within.most);
    };
    return add(
        app_->add_option_function<double>(names, set, help)->type_name("SECONDS")->check(check),
        what);
}

option& option_list::whole_seconds(const std::string& names, std::chrono::seconds& value,
                                   between<std::size_t> within, on_reload what,
                                   const std::string& help) {
    const auto take = [&value](std::uint32_t s) { value = std::chrono::seconds{s}; };
    auto* const o = app_->add_option_function<std::uint32_t>(
        names, take, with_default(help, std::to_string(value.count())));
    return add(o->type_name("SECONDS")->check(CLI::Range(within.least, within.most)), what)
        .decides_its_own(value);
}

option& option_list::rate(const std::string& names, net::rate& value, on_reload what,
                          const std::string& help) {
    const auto take = [&value](const std::string& word) { value = *net::parse_rate(word); };
    const auto check = [](const std::string& word) {
        return net::parse_rate(word) ? std::string{}
                                     : word + " is not of the form 20/s, 10/min or 60/h, with ,100 "
                                              "behind it for so many at once; or 0";
    };
    auto* const o = app_->add_option_function<std::string>(
        names, take, with_default(help, net::to_string(value)));
    return add(o->type_name("RATE")->check(check), what).decides_its_own(value);
}

option& option_list::one_of(const std::string& names, const word_choice& of, on_reload what,
                            const std::string& help) {
    const auto take = [take = of.take](const std::string& word) {
        take(CLI::detail::to_lower(word));
    };
    const auto check = [words = of.words, shown = of.shown](const std::string& word) {
        const bool is_known =
            std::find(words.begin(), words.end(), CLI::detail::to_lower(word)) != words.end();
        return is_known ? std::string{} : word + " is not one of " + shown;
    };
    auto* const o = app_->add_option_function<std::string>(
        names, take, with_default(help, as_shown(of.shown, of.now)));
    return add(o->type_name(of.shown)->check(check), what);
}

option& option_list::log_level(service::log_level& level, on_reload what, const std::string& help) {
    using enum service::log_level;
    const choices<service::log_level> all{
        {"debug", debug}, {"info", info}, {"warn", warn}, {"error", error}};
    return choice("--log-level", level, all, "debug|info|warn|error", what, help);
}

option& option_list::positional(const std::string& name, std::string& value,
                                const std::string& help) {
    return add(app_->add_option(name, value, help), on_reload::never);
}

option& option_list::rest(const std::string& name, std::vector<std::string>& values) {
    return add(app_->add_option(name, values)->group(""), on_reload::never);
}

void option_list::parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end()); // CLI11 wants a vector of words in reverse order
    try {
        app_->parse(std::move(words));
    } catch (const CLI::Success& asked) {
        // Success is how CLI11 reports --help and --version; exit() writes the text for either.
        std::ostringstream text;
        app_->exit(asked, text, text);
        throw text_asked_for(text.str());
    } catch (const CLI::ParseError& e) {
        throw bad_option(e.what());
    }
    if (twice_ == repeated::refused) {
        refuse_repeated();
    }
}

void option_list::refuse_repeated() const {
    for (const auto& each : all_) {
        if (each.takes_value() && !each.takes_many() && each.count() > 1) {
            throw bad_option(each.name(), fmt::format("takes one value, not {}", each.count()));
        }
    }
}

std::vector<const option*> option_list::given() const {
    std::vector<const option*> found;
    for (const auto* const each : app_->parse_order()) {
        const auto ours = std::find_if(all_.begin(), all_.end(),
                                       [each](const option& o) { return o.described() == each; });
        if (ours != all_.end()) {
            found.push_back(&*ours);
        }
    }
    return found;
}

bool option_list::is_said(const option& o) const {
    return std::any_of(all_.begin(), all_.end(), [&o](const option& each) {
        return each.count() > 0 &&
               (&each == &o || each.says_the_same_as(o) || o.says_the_same_as(each));
    });
}

const option* option_list::find_for_file(const std::string& name) const {
    const auto* const described = app_->get_option_no_throw("--" + name);
    const auto found = std::find_if(all_.begin(), all_.end(), [described](const option& o) {
        return o.described() == described && o.may_be_in_file();
    });
    return found == all_.end() ? nullptr : &*found;
}

std::string keep_what_needs_a_restart(const option_list& now, const option_list& next) {
    std::string all;
    for (std::size_t i = 0; i < now.all().size(); ++i) {
        const auto& before = now.all().at(i).decided();
        const auto& after = next.all().at(i).decided();
        bool is_same = true;
        for (std::size_t each = 0; now.all().at(i).needs_restart() && each < before.size();
             ++each) {
            if (!before[each].is_same(after[each])) {
                is_same = false;
                after[each].take(before[each]);
            }
        }
        if (!is_same) {
            all.append(all.empty() ? "" : " ").append(now.all().at(i).name().substr(2));
        }
    }
    return all;
}

void refuse_missing_values(const std::vector<std::string>& words) {
    std::string before = "an argument";
    for (const auto& word : words) {
        const bool is_option = word.starts_with("--");
        if (is_option && word.find('=') == word.size() - 1) {
            throw bad_option(word.substr(0, word.size() - 1), "a value is missing");
        }
        if (word.empty()) {
            throw bad_option(before, "a value is missing");
        }
        before = is_option ? word.substr(0, word.find('=')) : "an argument";
    }
}

} // namespace service
