#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "container/importance_writer.h"
#include "importance_files.h"
#include "numeric/bits.h"
#include "sentence_of.h"
#include "test_files.h"

namespace nibble {
namespace {

/// Adds a whole file, as whoever reads them does.
void merge(ImportanceSums& sums, const Bytes& file, uint32_t chunk_tokens) {
  const std::span<const uint8_t> all(file);
  const ImportanceIndex index = read_index(file);
  for (const ImportanceEntry& entry : index.entries) {
    sums.merge(entry, all.subspan(entry.values_offset, entry.values_bytes()),
               all.subspan(entry.counts_offset.value_or(0), entry.counts_bytes()), chunk_tokens);
  }
  for (const std::string& dataset : index.datasets) sums.add_dataset(dataset);
}

Bytes merged(const std::vector<Bytes>& files, uint32_t chunk_tokens = 512) {
  ImportanceSums sums;
  for (const Bytes& file : files) merge(sums, file, chunk_tokens);
  return sums.file(chunk_tokens);
}

Bytes dense(const std::vector<float>& sums, float count) {
  return gguf_file({{"a.weight.in_sum2", {sums.size()}, sums}, {"a.weight.counts", {1}, {count}}});
}

TEST(ImportanceMerge, OneFileStaysWhatItIs) {
  // llama-imatrix --in-file FILE -o OUT writes FILE again, when its chunks are those of -c.
  const Bytes file = test_file("ts3m-60x256-imatrix.gguf");
  EXPECT_EQ(merged({file}, 256), file);
  EXPECT_EQ(read_index(merged({file}, 512)).chunk_count, 30);
}

TEST(ImportanceMerge, SumsAreAddedInSinglePrecisionAndCountsRounded) {
  // 2^24 + 1 + 1: two roundings in single precision lose both ones; adding them first would not.
  const Bytes file = merged({dense({16777216, 3}, 512), dense({1, 4}, 511.6f), dense({1, 5}, 1024)});
  const ImportanceIndex index = read_index(file);
  const ImportanceEntry& entry = *index.find("a.weight");
  EXPECT_EQ(load<float>(file.data() + entry.values_offset), 16777216.0f);
  EXPECT_EQ(load<float>(file.data() + entry.values_offset + 4), 12.0f);
  EXPECT_EQ(load<float>(file.data() + *entry.counts_offset), 2048.0f);
  EXPECT_EQ(index.chunk_count, 4);
  const std::vector<std::string> all = {"first.txt",  "second.txt", "first.txt",
                                        "second.txt", "first.txt",  "second.txt"};
  EXPECT_EQ(index.datasets, all);
}

TEST(ImportanceMerge, LegacyFilesCountCallsOfAChunk) {
  const Bytes legacy = legacy_file({{"a.weight", 3, {6, 0.75f}}}, "old.txt");
  const Bytes file = merged({legacy, dense({100, 50}, 512)});
  const ImportanceIndex index = read_index(file);
  const ImportanceEntry& entry = *index.find("a.weight");
  EXPECT_EQ(load<float>(file.data() + entry.values_offset), 6 * 512 + 100.0f);
  EXPECT_EQ(load<float>(file.data() + entry.values_offset + 4), 0.75f * 512 + 50);
  EXPECT_EQ(load<float>(file.data() + *entry.counts_offset), 4 * 512.0f);
  EXPECT_EQ(index.datasets, (std::vector<std::string>{"old.txt", "first.txt", "second.txt"}));
}

TEST(ImportanceMerge, OneCountForAllBecomesOneForEachExpert) {
  const Bytes experts = gguf_file({{"e.in_sum2", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"e.counts", {1, 3}, {10, 0, 30}}});
  const Bytes legacy = legacy_file({{"e", 2, {2, 2, 2, 2, 2, 2}}});
  for (const auto& order : {std::vector{legacy, experts}, std::vector{experts, legacy}}) {
    const Bytes file = merged(order, 4);
    const ImportanceEntry entry = *read_index(file).find("e");
    ASSERT_EQ(entry.matrices, 3u);
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(load<float>(file.data() + entry.values_offset + 4 * i), static_cast<float>(8 + i + 1));
    }
    const std::array<float, 3> counts = {8 + 10, 8, 8 + 30};
    for (int m = 0; m < 3; ++m) EXPECT_EQ(load<float>(file.data() + *entry.counts_offset + 4 * m), counts[m]);
  }
}

TEST(ImportanceMerge, TensorsOfOneFileOnlyAreKept) {
  const Bytes other = gguf_file({{"b.in_sum2", {2}, {1, 2}}, {"b.counts", {1}, {512}}});
  const ImportanceIndex index = read_index(merged({dense({1, 2}, 512), other}));
  EXPECT_NE(index.find("a.weight"), nullptr);
  EXPECT_NE(index.find("b"), nullptr);
}

TEST(ImportanceMerge, WhatDoesNotBelongTogetherIsRefused) {
  EXPECT_EQ(sentence_of([] { merged({dense({1, 2}, 512), dense({1, 2, 3}, 512)}); }),
            "The importance matrices do not belong together: for \"a.weight\" one has 2 values and 1 count, the next 3 "
            "and 1. Merge matrices of one model only.");
  const Bytes experts = gguf_file({{"a.weight.in_sum2", {1, 2}, {1, 2}}, {"a.weight.counts", {1, 2}, {1, 1}}});
  EXPECT_NE(sentence_of([&] { merged({experts, dense({1, 2}, 512)}); }).find("2 values and 2 counts, the next 2 and 1"),
            std::string::npos);
  EXPECT_EQ(sentence_of([] { merged({dense({1, 2}, std::numeric_limits<float>::quiet_NaN())}); }),
            "The counts of \"a.weight\" are no numbers. Compute that matrix again.");
  const Bytes uneven = gguf_file({{"a.weight.in_sum2", {3}, {1, 2, 3}}, {"a.weight.counts", {1, 2}, {1, 1}}});
  EXPECT_NE(sentence_of([&] { merged({uneven}); }).find("3 values for 2 matrices"), std::string::npos);
  EXPECT_EQ(sentence_of([] { merged({}); }), "There is nothing to write an importance matrix of.");
}

TEST(ImportanceMerge, WhatAPassSawIsAddedToFiles) {
  ImportanceSums sums;
  merge(sums, legacy_file({{"e", 1, {1, 2, 3, 4}}}), 8);
  sums.add("e", 2, 2, 1, 0, std::vector<double>{0.5, 0.25}, 3);
  const ImportanceSums::Entry& entry = sums.entries().at("e");
  EXPECT_EQ(entry.sums, (std::vector<double>{8, 16, 24.5, 32.25}));
  EXPECT_EQ(entry.counts, (std::vector<double>{8, 11}));
  const std::string refused = sentence_of([&] { sums.add("e", 3, 2, 0, 0, std::vector<double>{1, 2, 3}, 3); });
  EXPECT_EQ(refused,
            "The importance matrix that is added to does not fit this model: for \"e\" it has 4 values instead of 6. "
            "Use the matrix that was computed from this model.");
}

TEST(ImportanceMerge, LegacyFilesHoldMeansTimesCalls) {
  ImportanceSums sums;
  merge(sums, dense({100, 50}, 700), 512);
  merge(sums, gguf_file({{"e.in_sum2", {1, 3}, {6, 0, 2}}, {"e.counts", {1, 3}, {512, 0, 256}}}), 512);
  merge(sums, gguf_file({{"unseen.in_sum2", {2}, {0, 0}}, {"unseen.counts", {1}, {0}}}), 512);
  // 700 tokens are two calls, begun ones counted; what met no token counts 1 each call.
  const Bytes expected = [] {
    Bytes bytes =
        legacy_file({{"a.weight", 2, {100.0f / 700 * 2, 50.0f / 700 * 2}}, {"e", 1, {6.0f / 512, 1, 2.0f / 256}}});
    put(bytes, int32_t{1});
    put(bytes, int32_t{10});
    put_text(bytes, "second.txt");
    return bytes;
  }();
  EXPECT_EQ(sums.legacy_file(512), expected);
}

}  // namespace
}  // namespace nibble
