#include "container/importance.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "container/importance_reader.h"
#include "error.h"
#include "importance_files.h"
#include "sentence_of.h"
#include "test_files.h"

namespace nibble {
namespace {

std::string file_sentence(const Bytes& file) {
  return sentence_of([&] {
    const ImportanceIndex index = read_index(file);
    for (const ImportanceEntry& entry : index.entries) values_of(file, entry);
  });
}

TEST(Importance, LegacyValuesAreDividedByTheirCalls) {
  const Bytes file =
      legacy_file({{"b.weight", 3, {3, 1, 0.5f}}, {"a.weight", 0, {2, 4}}, {"c.weight", -1, {7}}}, "text.txt");
  const ImportanceIndex index = read_index(file);
  ASSERT_EQ(index.entries.size(), 3u);
  EXPECT_EQ(index.entries[0].name, "a.weight");
  EXPECT_EQ(values_of(file, *index.find("a.weight")), (std::vector<float>{2, 4}));
  EXPECT_EQ(values_of(file, *index.find("b.weight")), (std::vector<float>{1, 1.0f / 3, 0.5f / 3}));
  EXPECT_EQ(values_of(file, *index.find("c.weight")), (std::vector<float>{7}));
  EXPECT_EQ(index.find("b"), nullptr);
  EXPECT_EQ(index.find("d.weight"), nullptr);
  EXPECT_EQ(index.chunk_count, 17);
  EXPECT_EQ(index.datasets, std::vector<std::string>{"text.txt"});
}

TEST(Importance, LegacyTrailerIsOptional) {
  const ImportanceIndex bare = read_index(legacy_file({{"a", 1, {1}}}));
  EXPECT_EQ(bare.chunk_count, 0);
  EXPECT_TRUE(bare.datasets.empty());
  const ImportanceIndex nameless = read_index(legacy_file({{"a", 1, {1}}}, ""));
  EXPECT_EQ(nameless.chunk_count, 17);
  EXPECT_TRUE(nameless.datasets.empty());
}

TEST(Importance, LegacyNamesEndAtAZeroByteAndRepeatedOnesReplace) {
  const Bytes file = legacy_file({{"a", 1, {1}}, {std::string("a\0b", 3), 1, {2, 3}}, {"0", 1, {4}}});
  const ImportanceIndex index = read_index(file);
  ASSERT_EQ(index.entries.size(), 2u);
  EXPECT_EQ(values_of(file, *index.find("a")), (std::vector<float>{2, 3}));
}

TEST(Importance, LegacyIndexReadsHeadsOnly) {
  const Bytes file = legacy_file({{"a", 1, std::vector<float>(100'000, 1)},
                                  {"b", 1, std::vector<float>(1'000'000, 1)},
                                  {"c", 1, std::vector<float>(3, 1)}},
                                 "text.txt");
  uint64_t bytes_read = 0;
  const ImportanceIndex index = read_index(file, &bytes_read);
  EXPECT_EQ(index.entries.size(), 3u);
  EXPECT_EQ(index.datasets.size(), 1u);
  EXPECT_LT(bytes_read, file.size() / 50);
}

TEST(Importance, EveryTruncationOfALegacyFileIsRefused) {
  const Bytes file = legacy_file({{"blk.0.a", 3, {3, 1, 0.5f}}, {"blk.1.a", 2, {2, 4}}}, "text.txt");
  const size_t without_trailer = file.size() - 8 - 8;
  for (size_t length = 0; length < file.size(); ++length) {
    const std::string sentence = file_sentence(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(length)));
    EXPECT_EQ(sentence.empty(), length == without_trailer) << length << ": " << sentence;
  }
}

TEST(Importance, NoCorruptionOfALegacyFileDoesHarm) {
  const Bytes file = legacy_file({{"blk.0.a", 3, {3, 1, 0.5f}}, {"blk.1.a", 2, {2, 4}}}, "text.txt");
  for (size_t at = 0; at < file.size(); ++at) {
    for (const int value : {0, 1, 0x7F, 0x80, 0xFF, file[at] ^ 1, file[at] + 1}) {
      Bytes damaged = file;
      damaged[at] = static_cast<uint8_t>(value);
      file_sentence(damaged);
    }
  }
}

TEST(Importance, OtherFilesAreRefusedWithASentence) {
  for (const Bytes& file : {Bytes{}, Bytes{1, 0}, Bytes(100, 0), Bytes(100, 0xFF), Bytes{'P', 'K', 3, 4, 0, 0, 0, 0}}) {
    EXPECT_NE(file_sentence(file).find("imatrix"), std::string::npos) << file_sentence(file);
  }
}

TEST(Importance, GgufValuesAreDividedByTheCountOfTheirExpert) {
  const Bytes file = gguf_file({{"e.weight.in_sum2", {2, 3}, {2, 3, 5, 7, 11, 13}},
                                {"e.weight.counts", {1, 3}, {2, 0, 2.5f}},  // 2.5 counts as 3
                                {"a.weight.counts", {1}, {4}},
                                {"a.weight.in_sum2", {2}, {1, 2}},
                                {"unrelated", {1}, {1}}});
  const ImportanceIndex index = read_index(file);
  ASSERT_EQ(index.entries.size(), 2u);
  EXPECT_EQ(values_of(file, *index.find("e.weight")), (std::vector<float>{1, 1.5f, 1, 1, 11.0f / 3, 13.0f / 3}));
  EXPECT_EQ(values_of(file, *index.find("a.weight")), (std::vector<float>{0.25f, 0.5f}));
  EXPECT_EQ(index.datasets, (std::vector<std::string>{"first.txt", "second.txt"}));
  EXPECT_EQ(index.chunk_count, 5);
}

TEST(Importance, IncompleteGgufFilesAreRefused) {
  const std::vector<GgufTensorData> whole = {{"a.in_sum2", {2}, {1, 2}}, {"a.counts", {1}, {4}}};
  EXPECT_EQ(file_sentence(gguf_file(whole)), "");
  for (const char* key : {"imatrix.datasets", "imatrix.chunk_count", "imatrix.chunk_size"}) {
    EXPECT_NE(file_sentence(gguf_file(whole, key)).find(key), std::string::npos) << key;
  }
  EXPECT_NE(file_sentence(gguf_file({whole[0]})).find("a.in_sum2"), std::string::npos);
  EXPECT_NE(file_sentence(gguf_file({whole[1]})).find("a.counts"), std::string::npos);
  EXPECT_NE(file_sentence(gguf_file({})), "");
  EXPECT_NE(file_sentence(gguf_file({{"a.in_sum2", {2}, {1, 2}, 26}, whole[1]})).find("a.in_sum2"), std::string::npos);
}

TEST(Importance, EveryTruncationOfAGgufFileIsRefused) {
  const Bytes file = gguf_file({{"a.in_sum2", {2}, {1, 2}}, {"a.counts", {8}, std::vector<float>(8, 1)}});
  for (size_t length = 0; length < file.size(); ++length) {
    EXPECT_NE(file_sentence(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(length))), "") << length;
  }
}

/// The entry `name`, its values looked at for `matrices` matrices.
ImportanceEntry checked(const Bytes& file, const std::string& name, uint64_t matrices) {
  ImportanceEntry entry = *read_index(file).find(name);
  const std::span<const uint8_t> all(file);
  check_importance(entry, all.subspan(entry.values_offset, entry.values_bytes()),
                   all.subspan(entry.counts_offset.value_or(0), entry.counts_bytes()), matrices);
  return entry;
}

std::vector<std::pair<uint64_t, ImportanceFault>> faults(const ImportanceEntry& entry) {
  std::vector<std::pair<uint64_t, ImportanceFault>> list;
  for (const UnusableImportance& one : entry.unusable) list.emplace_back(one.matrix, one.fault);
  return list;
}

using Faults = std::vector<std::pair<uint64_t, ImportanceFault>>;

TEST(Importance, ValuesThatCannotBeUsedAreFoundByMatrix) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto one = [](std::vector<float> values) { return faults(checked(legacy_file({{"a", 1, values}}), "a", 1)); };
  EXPECT_EQ(one({1, 2}), Faults{});
  EXPECT_EQ(one({0, 2}), Faults{});  // a column that nothing ever met
  EXPECT_EQ(one({0, -0.0f}), (Faults{{0, ImportanceFault::zero}}));
  EXPECT_EQ(one({1, -1e-30f}), (Faults{{0, ImportanceFault::negative}}));
  for (const float bad : {infinity, -infinity, nan}) {
    EXPECT_EQ(one({1, bad}), (Faults{{0, ImportanceFault::not_finite}}));
  }
  // A stack: in files of both kinds, each matrix for itself.
  const std::vector<float> stack = {1, 2, 0, 0, 3, -1, nan, 1};
  const Faults expected = {
      {1, ImportanceFault::zero}, {2, ImportanceFault::negative}, {3, ImportanceFault::not_finite}};
  EXPECT_EQ(faults(checked(legacy_file({{"e", 1, stack}}), "e", 4)), expected);
  EXPECT_EQ(faults(checked(gguf_file({{"e.in_sum2", {2, 4}, stack}, {"e.counts", {1, 4}, {4, 4, 4, 4}}}), "e", 4)),
            expected);
  // A matrix that was never used counts 1 everywhere, as in llama.cpp, whatever its sums; a count must be a number.
  EXPECT_EQ(faults(checked(gguf_file({{"e.in_sum2", {2, 2}, {0, 0, 1, 2}}, {"e.counts", {1, 2}, {0, nan}}}), "e", 2)),
            (Faults{{1, ImportanceFault::not_finite}}));
}

TEST(Importance, WhatCannotBeUsedIsLeftOutAndSaid) {
  const Bytes file = legacy_file({{"a", 1, {0, 0}}, {"e", 1, {1, 2, 0, 0, -1, 0}}});
  ImportanceIndex index = read_index(file);
  for (ImportanceEntry& entry : index.entries) entry = checked(file, entry.name, entry.name == "e" ? 3 : 1);
  const ImportanceMatch none = match_importance(index, "a", std::vector<uint64_t>{2, 7}, false);
  EXPECT_EQ(none.entry, nullptr);
  EXPECT_EQ(none.unusable, 1u);
  EXPECT_EQ(none.note,
            "Its entry in the importance matrix cannot be used, all its values are zero: quantized without it.");
  const ImportanceMatch partly = match_importance(index, "e", std::vector<uint64_t>{2, 7, 3}, false);
  ASSERT_NE(partly.entry, nullptr);
  EXPECT_EQ(partly.unusable, 2u);
  EXPECT_EQ(partly.note,
            "The importance matrix cannot be used for 2 of its 3 matrices (the first is number 1, counted from 0: all "
            "its values are zero): quantized without it.");
  const std::string refused = sentence_of([&] { match_importance(index, "e", std::vector<uint64_t>{2, 7, 3}, true); });
  EXPECT_NE(refused.find("\"e\" needs importance for its new type. The importance matrix cannot be used for 2"),
            std::string::npos)
      << refused;
}

TEST(Importance, ReadsWhatLlamaImatrixWrote) {
  const Bytes file = test_file("ts3m-imatrix.gguf");
  const ImportanceIndex index = read_index(file);
  EXPECT_EQ(index.entries.size(), 28u);
  EXPECT_EQ(index.chunk_count, 60);
  EXPECT_EQ(index.datasets, std::vector<std::string>{"calib.txt"});
  // The data section starts at 3552; the first pair's values at 0, its count at 1024.
  const std::vector<float> values = values_of(file, *index.find("blk.0.attn_k.weight"));
  ASSERT_EQ(values.size(), 256u);
  float sum, count;
  std::memcpy(&sum, file.data() + 3552 + 4 * 255, 4);
  std::memcpy(&count, file.data() + 3552 + 1024, 4);
  EXPECT_EQ(values[255], sum / count);
  EXPECT_EQ(index.find("blk.3.ffn_down.weight")->values, 768u);
}

TEST(Importance, EntriesAreKeptOrDroppedByName) {
  const Bytes file = legacy_file({{"blk.0.attn_k", 1, {1}}, {"blk.0.attn_v", 1, {1}}, {"blk.0.ffn_up", 1, {1}}});
  const std::vector<std::string> none, attention = {"attn_k", "attn_v"};
  ImportanceIndex index = read_index(file);
  filter_importance(index, attention, none);
  EXPECT_EQ(index.entries.size(), 2u);
  filter_importance(index, none, attention);
  EXPECT_EQ(index.entries.size(), 0u);
  EXPECT_EQ(importance_metadata(index, "x"), std::nullopt);
  EXPECT_THROW(filter_importance(index, attention, attention), Error);
}

TEST(Importance, FitsOrIsReported) {
  const Bytes file = legacy_file({{"a.weight", 1, {1, 2, 3, 4}}, {"token_embd.weight", 1, {1}}});
  const ImportanceIndex index = read_index(file);
  const auto match = [&](const char* name, std::vector<uint64_t> shape, bool needed) {
    return match_importance(index, name, shape, needed);
  };
  EXPECT_NE(match("a.weight", {4, 7}, true).entry, nullptr);
  EXPECT_NE(match("a.weight", {2, 7, 2}, true).entry, nullptr);
  EXPECT_THROW(match("a.weight", {2, 7}, false), Error);
  EXPECT_EQ(match("token_embd.weight", {4, 7}, false).entry, nullptr);
  EXPECT_NE(match("token_embd.weight", {4, 7}, false).note, "");
  EXPECT_THROW(match("token_embd.weight", {4, 7}, true), Error);
  EXPECT_NE(match("b.weight", {4, 7}, false).note, "");
  EXPECT_THROW(match("b.weight", {4, 7}, true), Error);
}

TEST(Importance, MetadataTextsAreCut) {
  ImportanceIndex index = read_index(legacy_file({{"a", 1, {1}}, {"b", 1, {1}}}, std::string(200, 'd')));
  auto metadata = importance_metadata(index, std::string(200, 'p'));
  EXPECT_EQ(metadata->file, std::string(127, 'p'));
  EXPECT_EQ(metadata->dataset, std::string(127, 'd'));
  EXPECT_EQ(metadata->entries_count, 2u);
  EXPECT_EQ(metadata->chunks_count, 17u);
  index.chunk_count = 0;
  index.datasets.clear();
  metadata = importance_metadata(index, "p");
  EXPECT_EQ(metadata->dataset, std::nullopt);
  EXPECT_EQ(metadata->chunks_count, std::nullopt);
}

}  // namespace
}  // namespace nibble
