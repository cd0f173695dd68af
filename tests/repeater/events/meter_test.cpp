// Each event moves its own number.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/meter.hpp"

#include <gtest/gtest.h>

namespace meter_test {

using namespace repeater;

TEST(WordsOf, AreThoseOfEveryValueInOrder) {
    const auto limits = words_of<limit>();
    ASSERT_GE(limits.size(), 12U);
    for (std::size_t i = 0; i < limits.size(); ++i) {
        EXPECT_EQ(limits[i], to_string(static_cast<limit>(i)));
    }
    EXPECT_EQ(limits.front(), "connections");
    EXPECT_EQ(limits[static_cast<std::size_t>(limit::banned)], "banned");
    using why = event::dial_refused::reason;
    EXPECT_EQ(words_of<why>().front(), "mode1_off");
    EXPECT_EQ(words_of<why>()[static_cast<std::size_t>(why::address)], "address");
}

TEST(Meter, CountsByReason) {
    meter m;
    m.receive(event::limited{{}, limit::waiting});
    m.receive(event::limited{{}, limit::waiting});
    m.receive(event::limited{{}, limit::banned});
    const auto& counts = m.counts();
    EXPECT_EQ(counts.limited[static_cast<std::size_t>(limit::waiting)], 2U);
    EXPECT_EQ(counts.limited[static_cast<std::size_t>(limit::banned)], 1U);
    EXPECT_EQ(counts.limited[static_cast<std::size_t>(limit::connections)], 0U);
}

TEST(Meter, CountsIdsThatWereNotAdmittedOrFoughtFor) {
    const auto id = rfb::repeater_id::make("1").value();
    meter m;
    m.receive(event::id_refused{{}, id, id_fault::expired});
    m.receive(event::id_lapsed{{}, id, id_fault::expired});
    m.receive(event::id_conflict{{}, id, {}});
    m.receive(event::refused{{}, id, event::refused::reason::conflict});
    const auto& counts = m.counts();
    EXPECT_EQ(counts.ids_refused[static_cast<std::size_t>(id_fault::expired)], 1U);
    EXPECT_EQ(counts.lapsed, 1U);
    EXPECT_EQ(counts.id_conflicts, 1U);
    EXPECT_EQ(counts.refused[static_cast<std::size_t>(event::refused::reason::conflict)], 1U);
    EXPECT_EQ(counts.refused[static_cast<std::size_t>(event::refused::reason::duplicate)], 0U);
}

TEST(Meter, CountsSessionsByTheirFirstEnd) {
    using how = event::ended::how;
    meter m;
    m.receive(event::ended{{},
                           rfb::side::viewer,
                           rfb::side::server,
                           {how::lingered, {}, 0},
                           {how::eof, {}, 0},
                           {},
                           rfb::destination{"far", 5900, 0}});
    EXPECT_EQ(m.counts().ended[static_cast<std::size_t>(how::eof)], 1U);
    EXPECT_EQ(m.counts().ended[static_cast<std::size_t>(how::lingered)], 0U);
}

TEST(Meter, CountsWhatOutputsLose) {
    meter m;
    m.count_lost({"--event-url", 7, ""});
    m.count_lost({"--event-url", 1, ""});
    EXPECT_EQ(m.lost(), (std::array<std::uint64_t, 3>{0, 0, 8}));
}

TEST(Meter, AddsWhatWasCountedElsewhereEachNumberToItsOwn) {
    meter there;
    there.receive(event::limited{{}, limit::banned});
    there.receive(event::defect{""});
    there.receive(event::upgrade_failed{""});
    const auto counted = there.begin_anew();
    EXPECT_EQ(there.counts().defects, 0U);
    meter here;
    here.receive(event::defect{""});
    here.add(counted);
    EXPECT_EQ(here.counts().limited[static_cast<std::size_t>(limit::banned)], 1U);
    EXPECT_EQ(here.counts().defects, 2U);
    EXPECT_EQ(here.counts().upgrades_failed, 1U);
    EXPECT_EQ(here.counts().upgrades, 0U);
    std::size_t numbers = 0;
    auto all = here.counts();
    for_each_count(all, [&numbers](std::uint64_t) { ++numbers; });
    EXPECT_EQ(numbers * sizeof(std::uint64_t), sizeof all) << "none is left out";
}

} // namespace meter_test
