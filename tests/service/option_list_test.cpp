// What --help says of options, how they are refused, and what a reload makes of them.
// SPDX-License-Identifier: EUPL-1.2
#include "service/option_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace option_list_test {

namespace {

using namespace std::chrono_literals;
using enum service::on_reload;
using testing::HasSubstr;
using words = std::vector<std::string>;

enum class colour { red, green };

struct settings {
    std::size_t size = 7;
    std::chrono::milliseconds pause{2'500};
    std::chrono::seconds age{3600};
    colour paint = colour::green;
    net::rate often{20, 1s, 100};
    std::string file;
    int sum = 0; ///< of terms
};

class options {
public:
    explicit options(settings& s) {
        list.number("--size", s.size, service::between<int>{1, 9}, needs_restart, "How large");
        list.seconds("--pause", s.pause, {0.0, 10.0}, takes_effect, "How long");
        list.whole_seconds("--age", s.age, {0, 9999}, takes_effect, "How old");
        list.choice("--paint", s.paint,
                    service::choices<colour>{{"red", colour::red}, {"green", colour::green}},
                    "Red|Green", needs_restart, "Which");
        list.rate("--often", s.often, takes_effect, "How often");
        list.text("--file", s.file, "FILE", never, "Where [nowhere]");
        list.list("--term", terms, "N", needs_restart, "Added").decides(s.sum);
    }

    words terms;
    service::option_list list{{.name = "program", .purpose = "Does it.", .footer = "Bye."}};
};

std::string complaint(const words& arguments) {
    settings s;
    options o(s);
    try {
        o.list.parse(arguments);
    } catch (const service::bad_option& e) {
        return e.what();
    }
    return "";
}

std::string text_for(const words& arguments) {
    settings s;
    options o(s);
    try {
        o.list.parse(arguments);
    } catch (const service::text_asked_for& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST(OptionList, PutsDefaultsIntoBrackets) {
    const auto help = text_for({"--help"});
    for (const auto* const line : {"How large [7]", "How long [2.5]", "How old [3600]",
                                   "Which [Green]", "Where [nowhere]\n", "Added\n", "Bye."}) {
        EXPECT_THAT(help, HasSubstr(line));
    }
    EXPECT_THAT(text_for({"--version"}), testing::StartsWith("program "));
}

TEST(OptionList, SetsValues) {
    settings s;
    options o(s);
    o.list.parse({"--size=3", "--pause", "0.25", "--age=1", "--paint=RED", "--term=1", "--term=2"});
    EXPECT_EQ(s.size, 3U);
    EXPECT_EQ(s.pause, 250ms);
    EXPECT_EQ(s.age, 1s);
    EXPECT_EQ(s.paint, colour::red);
    EXPECT_EQ(o.terms, (words{"1", "2"}));
    EXPECT_EQ(o.list.find_for_file("term")->count(), 2U);
    ASSERT_EQ(o.list.given().size(), 6U);
    EXPECT_EQ(o.list.given().at(4)->name(), "--term");
}

TEST(OptionList, SaysWhatIsWrong) {
    EXPECT_EQ(complaint({"--size=0"}), "--size: Value 0 not in range 1 to 9");
    EXPECT_EQ(complaint({"--pause=11"}), "--pause: 11 is not a number of seconds from 0 to 10");
    EXPECT_EQ(complaint({"--paint=blue"}), "--paint: blue is not one of Red|Green");
    EXPECT_THAT(complaint({"--colour=blue"}), HasSubstr("--colour=blue"));
    EXPECT_EQ(complaint({}), "");
}

TEST(OptionList, KnowsWhatAFileMayHave) {
    settings s;
    const options o(s);
    EXPECT_NE(o.list.find_for_file("size"), nullptr);
    for (const auto* const name : {"file", "help", "version", "colour", "", "-size"}) {
        EXPECT_EQ(o.list.find_for_file(name), nullptr) << name;
    }
}

TEST(OptionList, KeepsWhatNeedsARestart) {
    settings now;
    settings next;
    next.size = 8;
    next.pause = 1ms;
    next.sum = 3;
    next.file = "/f";
    EXPECT_EQ(service::keep_what_needs_a_restart(options(now).list, options(next).list),
              "size term");
    EXPECT_EQ(next.size, 7U);
    EXPECT_EQ(next.sum, 0);
    EXPECT_EQ(next.pause, 1ms);
    EXPECT_EQ(next.file, "/f");
    EXPECT_EQ(service::keep_what_needs_a_restart(options(now).list, options(next).list), "");
}

TEST(OptionList, RefusesOptionsThatWereGivenNothing) {
    const auto why = [](const words& arguments) -> std::string {
        try {
            service::refuse_missing_values(arguments);
        } catch (const service::bad_option& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_EQ(why({"--web="}), "--web: a value is missing");
    EXPECT_EQ(why({"--web", ""}), "--web: a value is missing");
    EXPECT_EQ(why({"--web=/w", ""}), "--web: a value is missing");
    EXPECT_EQ(why({"a", ""}), "an argument: a value is missing");
    EXPECT_EQ(why({"--web", "/w", "--check"}), "");
}

} // namespace option_list_test
