// Fields and records: what is written is read, and what was cut or made up is found.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/fields.hpp"
#include "service/handover/records.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <limits>
#include <unistd.h>

namespace handover_records_test {

using service::field_reader;
using service::field_writer;
using service::record_batch;
using support::bytes_of;

TEST(HandoverFields, AreReadAsTheyWereWritten) {
    field_writer to;
    to.number(0);
    to.number(std::numeric_limits<std::uint64_t>::max());
    to.text("text");
    to.text("");
    to.bytes(bytes_of(std::string_view{"a\0b", 3}));
    to.number(1);
    const auto fields = to.take();
    field_reader in(fields);
    EXPECT_EQ(in.number(), 0U);
    EXPECT_EQ(in.number(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(in.text(), "text");
    EXPECT_EQ(in.text(), "");
    EXPECT_EQ(in.bytes().size(), 3U);
    EXPECT_TRUE(in.flag());
    EXPECT_FALSE(in.has_failed());
}

TEST(HandoverFields, ThatAreNotThereAreZeroAndThoseThatAreCutAFailure) {
    field_writer to;
    to.number(7);
    to.text("text");
    const auto whole = to.take();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto cut = std::span<const std::byte>(whole).first(size);
        field_reader in(cut);
        const auto number = in.number();
        const auto text = in.text();
        const bool is_at_an_end = size == 0 || size == 8 || size == whole.size();
        EXPECT_EQ(in.has_failed(), !is_at_an_end) << size;
        EXPECT_EQ(number, size < 8 ? 0U : 7U) << size;
        EXPECT_LE(text.size(), 4U) << size;
        EXPECT_EQ(in.number(), 0U) << "a field of a later version";
    }
}

TEST(HandoverFields, BeyondTheirLimitAreAFailureAndZero) {
    field_writer to;
    to.number(3);
    to.number(3);
    const auto fields = to.take();
    field_reader in(fields);
    EXPECT_EQ(in.number_up_to(3), 3U);
    EXPECT_FALSE(in.has_failed());
    EXPECT_EQ(in.number_up_to(2), 0U);
    EXPECT_TRUE(in.has_failed());
}

/// As many copies of standard input.
std::vector<net::unique_fd> some_descriptors(std::size_t count) {
    std::vector<net::unique_fd> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.emplace_back(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    }
    return all;
}

TEST(HandoverRecords, ShareAMessageAndKeepTheirDescriptorsApart) {
    record_batch batch;
    const std::array one{10};
    const std::array two{11, 12};
    EXPECT_TRUE(batch.add(1, bytes_of("first"), {}));
    EXPECT_TRUE(batch.add(2, bytes_of("second"), one));
    EXPECT_TRUE(batch.add(3, {}, two));
    EXPECT_EQ(batch.descriptors().size(), 3U);
    net::message m{{batch.bytes().begin(), batch.bytes().end()}, some_descriptors(3)};
    const auto last = m.descriptors[2].get();
    const auto all = service::records_of(std::move(m));
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 3U);
    EXPECT_EQ(all->at(0).kind, 1);
    EXPECT_EQ(all->at(0).fields, bytes_of("first"));
    EXPECT_EQ(all->at(0).descriptors.size(), 0U);
    EXPECT_EQ(all->at(1).descriptors.size(), 1U);
    ASSERT_EQ(all->at(2).descriptors.size(), 2U);
    EXPECT_EQ(all->at(2).descriptors[1].get(), last);
}

TEST(HandoverRecords, HaveNoRoomInAFullMessage) {
    record_batch batch;
    const std::vector<std::byte> largest(record_batch::max_fields);
    EXPECT_TRUE(batch.add(1, largest, {}));
    EXPECT_FALSE(batch.add(1, {}, {}));
    batch.clear();
    const std::vector<int> most(net::message_socket::max_descriptors, 0);
    EXPECT_TRUE(batch.add(1, {}, most));
    EXPECT_FALSE(batch.add(1, {}, std::array{0}));
    EXPECT_TRUE(batch.add(1, {}, {}));
}

TEST(HandoverRecords, AMessageThatIsCutHasNone) {
    record_batch batch;
    EXPECT_TRUE(batch.add(1, bytes_of("fields"), std::array{0}));
    const auto whole = batch.bytes();
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_FALSE(
            service::records_of({{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)},
                                 some_descriptors(1)}))
            << size;
    }
    for (const std::size_t descriptors : {0U, 2U}) {
        EXPECT_FALSE(
            service::records_of({{whole.begin(), whole.end()}, some_descriptors(descriptors)}))
            << descriptors;
    }
}

} // namespace handover_records_test
