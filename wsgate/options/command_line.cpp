// Fits gateway_options into service::read_command_line(), which both programs use.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/command_line.hpp"

#include "service/command_line.hpp"
#include "wsgate/options/gateway_options.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace wsgate {

namespace {

/// One reading of the gateway's options (a Line for service::read_command_line()).
class command_line {
public:
    command_line() { c_.threads = std::max(1U, std::thread::hardware_concurrency()); }

    void parse(std::vector<std::string> words) { options_.parse(std::move(words)); }

    [[nodiscard]] config finish() {
        options_.finish();
        return std::move(c_);
    }

    [[nodiscard]] const std::string& file() const { return c_.file; }

    [[nodiscard]] const service::option_list& options() const { return options_.list(); }

private:
    config c_;
    gateway_options options_{c_};
};

} // namespace

std::variant<config, service::early_exit> parse_command_line(int argc, const char* const* argv) {
    return service::read_command_line<command_line>("wsgate",
                                                    {argv + std::min(argc, 1), argv + argc});
}

} // namespace wsgate
