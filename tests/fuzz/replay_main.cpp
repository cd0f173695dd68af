// Runs a fuzzer once on each file of the directories named; stands in for libFuzzer's main.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

int main(int argc, char** argv) {
    std::size_t inputs = 0;
    for (const auto* directory : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
        for (const auto& file : std::filesystem::directory_iterator(directory)) {
            std::cout << file.path().filename() << std::endl; // before it can abort
            std::ifstream in(file.path(), std::ios::binary);
            const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
            const std::vector<std::uint8_t> input(text.begin(), text.end());
            LLVMFuzzerTestOneInput(input.data(), input.size());
            ++inputs;
        }
    }
    std::cout << inputs << " inputs\n";
    return inputs > 0 ? 0 : 1; // an empty corpus proves nothing
}
