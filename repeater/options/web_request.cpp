// Reads REQUEST_METHOD, QUERY_STRING and CONTENT_LENGTH.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/web_request.hpp"

#include "rfb/text.hpp"

#include <algorithm>

namespace repeater {

namespace {

std::string value(const environment& variables, const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
}

} // namespace

std::vector<std::string> request_variables() {
    return {"REQUEST_METHOD", "QUERY_STRING", "CONTENT_LENGTH"};
}

bool is_web_request(const environment& variables) {
    const auto method = value(variables, "REQUEST_METHOD");
    const auto query = value(variables, "QUERY_STRING");
    return (method == "GET" && !std::all_of(query.begin(), query.end(), rfb::is_blank)) ||
           (method == "POST" && !value(variables, "CONTENT_LENGTH").empty());
}

bool asks_for_help(const environment& variables) {
    std::string query = "&" + value(variables, "QUERY_STRING") + "&";
    std::transform(query.begin(), query.end(), query.begin(), rfb::to_lower);
    const auto has = [&query](const char* pair) { return query.find(pair) != std::string::npos; };
    return value(variables, "REQUEST_METHOD") == "GET" && (has("&help=1&") || has("&help=true&"));
}

} // namespace repeater
