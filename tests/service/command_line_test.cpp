// A command line, the file that it names, and who is blamed for what.
// SPDX-License-Identifier: EUPL-1.2
#include "service/command_line.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace command_line_test {

namespace {

using words = std::vector<std::string>;
using enum service::on_reload;

struct settings {
    std::string file;
    std::uint16_t port = 1;
    std::uint16_t other_port = 2;
    words names;
    bool loud = false;
    bool check = false;
};

class line {
public:
    line() {
        options_.text("--config", c_.file, "FILE", never, "");
        options_.number("--port", c_.port, std::nullopt, takes_effect, "");
        options_.number("--other-port", c_.other_port, std::nullopt, takes_effect, "");
        options_.comma_list("--name", c_.names, "NAME", takes_effect, "");
        options_.flag("--loud", c_.loud, takes_effect, "");
        options_.flag(service::check_names, c_.check, never, "");
    }

    void parse(words w) { options_.parse(std::move(w)); }

    settings finish() {
        for (const auto& each : c_.names) {
            if (each == "bad") {
                throw service::bad_option("--name", each + " is no name");
            }
        }
        if (c_.port == c_.other_port) {
            throw service::bad_option("the ports are the same");
        }
        return std::move(c_);
    }

    [[nodiscard]] const std::string& file() const { return c_.file; }

    [[nodiscard]] const service::option_list& options() const { return options_; }

private:
    settings c_;
    service::option_list options_{{.name = "program", .purpose = "Does it."}};
};

class command_line : public testing::Test {
protected:
    std::variant<settings, service::early_exit> read(const std::string& text, words more = {}) {
        path = directory.file("options", text);
        more.push_back("--config=" + path);
        return service::read_command_line<line>("program", more);
    }

    settings good(const std::string& text, words more = {}) {
        auto outcome = read(text, std::move(more));
        if (const auto* bye = std::get_if<service::early_exit>(&outcome)) {
            throw std::runtime_error(bye->text);
        }
        return std::get<settings>(std::move(outcome));
    }

    void expect_refused(const std::string& text, const words& more, int exit_code,
                        const std::string& why) {
        const auto outcome = read(text, more);
        const auto* const bye = std::get_if<service::early_exit>(&outcome);
        ASSERT_NE(bye, nullptr) << text;
        EXPECT_EQ(bye->exit_code, exit_code) << bye->text;
        EXPECT_EQ(bye->text, "program: " + why + " (--help lists the options)\n");
    }

    support::scratch_directory directory;
    std::string path;
};

} // namespace

TEST_F(command_line, WinsOverItsFile) {
    const auto c = good("port = 7\nname = [a, b]\nname = c,d\nloud\n", {"--port=8"});
    EXPECT_EQ(c.port, 8);
    EXPECT_EQ(c.names, (words{"a", "b", "c", "d"}));
    EXPECT_TRUE(c.loud);
    EXPECT_EQ(good("name = [a, b]\nloud = true\n", {"--name=c", "--loud=false"}).names, words{"c"});
    EXPECT_EQ(good("port = [7]").port, 7);
}

TEST_F(command_line, NamesTheLineThatIsWrong) {
    const auto expect = [this](const std::string& text, const std::string& where_and_why) {
        expect_refused(text, {}, EX_CONFIG, directory.path() / ("options" + where_and_why));
    };
    expect("\nsize = 1\n", ":2: no such option: size");
    expect("config = /c\n", ":1: no such option: config");
    expect("check-config\n", ":1: no such option: check-config");
    expect("port = x\n", ":1: Could not convert: --port = x");
    expect("port\n", ":1: --port: 1 required UINT missing");
    expect("name = good\nname = [good,\n bad]\n", ":3: --name: bad is no name");
    expect("port = 5\nport = 6\n", ":1: port takes one value, not 2");
    expect("port = [5, 6]\n", ":1: port takes one value, not 2");
    expect("[ports]\n", ":1: there are no sections such as [ports]");
}

TEST_F(command_line, BlamesTheFileAloneWhereNoLineIsToBlame) {
    path = directory.path() / "options";
    expect_refused("port = 2\n", {}, EX_CONFIG, path + ": the ports are the same");
    expect_refused("port = 3\n", {"--other-port=1", "--port=1"}, EX_USAGE,
                   "the ports are the same");
    expect_refused("name = good\n", {"--name=bad"}, EX_USAGE, "--name: bad is no name");
}

TEST_F(command_line, AsksToCheckByEitherName) {
    for (const auto* const word : {"--check", "--check-config"}) {
        EXPECT_TRUE(good("port = 7", {word}).check);
        expect_refused("", {word, "--name=bad"}, EX_CONFIG, "--name: bad is no name");
    }
    EXPECT_FALSE(service::asks_to_check({"--checks", "check"}));
}

TEST_F(command_line, SaysThatItsFileCannotBeRead) {
    const auto bye = std::get<service::early_exit>(
        service::read_command_line<line>("program", {"--config=/nonexistent/options"}));
    EXPECT_EQ(bye.exit_code, EX_CONFIG);
    EXPECT_EQ(bye.text, "program: --config: cannot read /nonexistent/options: No such file or "
                        "directory (--help lists the options)\n");
}

} // namespace command_line_test
