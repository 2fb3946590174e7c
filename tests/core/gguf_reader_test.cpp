#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "container/gguf.h"
#include "container/gguf_limits.h"
#include "gguf_builder.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using Bytes = GgufBuilder::Bytes;
using ::testing::HasSubstr;

constexpr uint32_t f32 = 0, f16 = 1, q8_0 = 8;

/// A small model with one of everything.
GgufBuilder small_model() {
  GgufBuilder file;
  file.value("general.architecture", "llama")
      .value("llama.block_count", 1)
      .value("flags", GgufBuilder::array, GgufBuilder::list(GgufBuilder::boolean, 3, {1, 0, 1}))
      .value("words", GgufBuilder::array,
             GgufBuilder::list(GgufBuilder::string, 2,
                               GgufBuilder::joined({GgufBuilder::text("a"), GgufBuilder::text("")})))
      .value("signed", GgufBuilder::i64, GgufBuilder::raw<int64_t>(-5))
      .tensor("token_embd.weight", {64, 4}, f16, 512)
      .tensor("blk.0.attn_q.weight", {64, 2, 1, 1}, q8_0, 136)
      .tensor("blk.0.attn_norm.weight", {64}, f32, 256);
  return file;
}

GgufHeader read_whole(const Bytes& file) {
  GgufReading reading = read_gguf(file, file.size());
  EXPECT_TRUE(reading.header.has_value());
  return std::move(*reading.header);
}

/// The sentence reading fails with; empty when it does not fail.
std::string problem(const Bytes& file) {
  return sentence_of([&] {
    const GgufReading reading = read_gguf(file, file.size());
    EXPECT_TRUE(reading.header) << "all bytes were offered";
  });
}

TEST(GgufReader, ReadsEverything) {
  const Bytes file = small_model().build();
  const GgufHeader header = read_whole(file);
  EXPECT_EQ(header.version, 3u);
  EXPECT_EQ(header.alignment, 32u);
  EXPECT_EQ(header.text("general.architecture"), "llama");
  EXPECT_EQ(header.number("llama.block_count"), 1u);
  EXPECT_EQ(header.number("signed"), std::nullopt);
  EXPECT_EQ(header.number("words"), std::nullopt);
  EXPECT_EQ(header.text("llama.block_count"), std::nullopt);
  ASSERT_EQ(header.values.size(), 5u);
  EXPECT_EQ(header.values[3].count, 2u);
  EXPECT_EQ(header.values[3].element, ValueType::string);
  ASSERT_EQ(header.tensors.size(), 3u);
  EXPECT_EQ(header.tensors[1].name, "blk.0.attn_q.weight");
  EXPECT_EQ(header.tensors[1].bytes, 136u);
  EXPECT_EQ(header.tensors[1].offset, header.data_offset + 512);
  EXPECT_EQ(header.tensors[2].offset, header.data_offset + 512 + 160);
  EXPECT_EQ(file[header.tensors[2].offset], 3) << "the first byte of the third tensor's data";
}

TEST(GgufReader, ReadsVersion2) {
  GgufBuilder file = small_model();
  file.version = 2;
  EXPECT_EQ(read_whole(file.build()).version, 2u);
}

TEST(GgufReader, ReadsAFileWithoutTensors) {
  GgufBuilder file;
  file.value("general.architecture", "llama").data = false;
  EXPECT_TRUE(read_whole(file.build()).tensors.empty());
}

TEST(GgufReader, AsksForTwiceAsMuchAndNeverForTheWholeFile) {
  GgufBuilder file = small_model();
  file.value("long", GgufBuilder::array, GgufBuilder::list(GgufBuilder::u8, 300'000, Bytes(300'000)));
  const Bytes bytes = file.build();
  const uint64_t file_bytes = uint64_t{6} << 30;
  uint64_t offered = 0;
  std::vector<uint64_t> asked;
  for (;;) {
    const GgufReading reading = read_gguf(std::span(bytes).first(std::min<size_t>(offered, bytes.size())), file_bytes);
    if (reading.header) break;
    ASSERT_GT(reading.needed, offered);
    asked.push_back(offered = reading.needed);
  }
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[0], gguf::first_request_bytes);
  EXPECT_LT(asked.back(), 2 * bytes.size());
}

TEST(GgufReader, GivesTheSameHeaderFromAnySufficientPrefix) {
  const Bytes file = small_model().build();
  for (size_t length = 0; length <= file.size(); ++length) {
    const GgufReading reading = read_gguf(std::span(file).first(length), file.size());
    if (!reading.header) {
      EXPECT_GT(reading.needed, length);
      EXPECT_LE(reading.needed, file.size());
      continue;
    }
    EXPECT_EQ(reading.header->values.size(), 5u);
    EXPECT_EQ(reading.header->tensors.size(), 3u);
  }
}

TEST(GgufReader, NamesTheByteWhereAFileCutShortEnds) {
  const Bytes whole = small_model().build();
  const uint64_t last_byte_needed = read_whole(whole).tensors.back().offset + 256;
  for (size_t length = 1; length < last_byte_needed; ++length) {
    const std::string sentence = problem({whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length)});
    ASSERT_NE(sentence, "") << length;
    const bool counted_out =
        sentence.find("The header announces") == 0 || sentence.find("claims to have") != std::string::npos;
    if (!counted_out) {
      EXPECT_THAT(sentence, HasSubstr("Unexpected end of file at byte " + std::to_string(length))) << length;
      EXPECT_THAT(sentence, HasSubstr("download it again"));
    }
  }
}

TEST(GgufReader, SaysHowManyBytesAreMissing) {
  GgufBuilder file;
  file.tensor("w", {100}, f32, 400);
  Bytes bytes = file.build();
  bytes.resize(bytes.size() - 16 - 39);  // the padding, and 39 bytes of weights
  EXPECT_EQ(problem(bytes),
            "Unexpected end of file at byte " + std::to_string(bytes.size()) +
                ": tensor \"w\" needs 39 more bytes. The file is probably cut short; download it again.");
}

TEST(GgufReader, SurvivesEveryCorruptionOfOneByte) {
  const Bytes good = small_model().build();
  const uint64_t header_bytes = read_whole(good).data_offset;
  size_t refused = 0, accepted = 0;
  for (size_t at = 0; at < header_bytes; ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes bad = good;
      bad[at] = static_cast<uint8_t>(value);
      const std::string sentence = problem(bad);
      if (sentence.empty()) {
        ++accepted;
        continue;
      }
      ++refused;
      EXPECT_EQ(sentence.back(), '.') << sentence;
    }
  }
  EXPECT_GT(refused, accepted);
}

TEST(GgufReader, RefusesOtherFilesAndVersions) {
  EXPECT_THAT(problem({'P', 'K', 3, 4, 0, 0}), HasSubstr("not a GGUF file"));
  GgufBuilder file = small_model();
  file.version = 1;
  EXPECT_THAT(problem(file.build()), HasSubstr("GGUF version 1; versions 2 to 3 can be read. Convert"));
  file.version = 0;
  EXPECT_THAT(problem(file.build()), HasSubstr("GGUF version 0"));
  file.version = 4;
  EXPECT_THAT(problem(file.build()),
              HasSubstr("GGUF version 4; versions 2 to 3 can be read. A newer Nibble may read it."));
  file.version = 0x03000000;
  EXPECT_THAT(problem(file.build()), HasSubstr("big-endian"));
}

TEST(GgufReader, RefusesHugeCountsWithoutAllocating) {
  for (const uint64_t count : {uint64_t{1} << 63, ~uint64_t{0}, uint64_t{1} << 40, uint64_t{100'000}}) {
    GgufBuilder file = small_model();
    file.tensor_count = count;
    EXPECT_THAT(problem(file.build()), HasSubstr("The header announces " + std::to_string(count) + " tensors, but"));
    file = small_model();
    file.key_value_count = count;
    EXPECT_THAT(problem(file.build()),
                HasSubstr("The header announces " + std::to_string(count) + " metadata entries"));
    file = small_model();
    file.value("huge", GgufBuilder::array, GgufBuilder::list(GgufBuilder::string, count, {}));
    EXPECT_THAT(problem(file.build()), HasSubstr("claims to have " + std::to_string(count) + " elements"));
    file = small_model();
    file.value("huge", GgufBuilder::string, GgufBuilder::raw(count));
    EXPECT_NE(problem(file.build()), "");
  }
}

TEST(GgufReader, AFileThatIsTrulyHugeIsRefusedAsSoonAsItsHeaderClaimsTooMuch) {
  const std::pair<GgufBuilder::Code, uint64_t> claims[] = {{GgufBuilder::u64, uint64_t{1} << 29},
                                                           {GgufBuilder::u8, uint64_t{70} << 20},
                                                           {GgufBuilder::string, uint64_t{1} << 24}};
  for (const auto& [element, count] : claims) {
    GgufBuilder file;
    file.value("huge", GgufBuilder::array, GgufBuilder::list(element, count, {}));
    const Bytes bytes = file.build();
    EXPECT_THAT(sentence_of([&] { read_gguf(bytes, uint64_t{1} << 40); }), HasSubstr("header is longer than 64 MiB"))
        << count;
  }
}

TEST(GgufReader, SaysThatAFileIsEmpty) { EXPECT_THAT(problem({}), HasSubstr("The file is empty.")); }

TEST(GgufReader, RefusesBadMetadata) {
  const auto with = [](std::string_view key, uint32_t code, const Bytes& bytes) {
    return problem(small_model().value(key, code, bytes).build());
  };
  EXPECT_THAT(with("llama.block_count", GgufBuilder::u32, GgufBuilder::raw(2u)),
              HasSubstr("\"llama.block_count\" appears twice"));
  EXPECT_THAT(with("", GgufBuilder::u32, GgufBuilder::raw(2u)), HasSubstr("entry 6 has an empty key"));
  EXPECT_THAT(with(std::string_view("a\0b", 3), GgufBuilder::u32, GgufBuilder::raw(2u)), HasSubstr("zero byte"));
  EXPECT_THAT(with("k", 13, {}), HasSubstr("unknown value type 13"));
  EXPECT_THAT(with("k", GgufBuilder::array, GgufBuilder::list(GgufBuilder::array, 1, {})),
              HasSubstr("array of arrays"));
  EXPECT_THAT(with("k", GgufBuilder::array, GgufBuilder::list(static_cast<GgufBuilder::Code>(99), 1, {})),
              HasSubstr("unknown value type 99"));
}

TEST(GgufReader, ChecksTheAlignment) {
  const auto with = [](const Bytes& bytes, uint32_t code = GgufBuilder::u32) {
    return problem(GgufBuilder().value("general.alignment", code, bytes).build());
  };
  EXPECT_EQ(with(GgufBuilder::raw(64u)), "");
  EXPECT_THAT(with(GgufBuilder::raw(0u)), HasSubstr("general.alignment is 0, which is not a power of two"));
  EXPECT_THAT(with(GgufBuilder::raw(24u)), HasSubstr("general.alignment is 24"));
  EXPECT_THAT(with(GgufBuilder::raw(uint64_t{32}), GgufBuilder::u64), HasSubstr("of type u64, not u32"));

  GgufBuilder file;
  file.alignment = 256;
  file.value("general.alignment", 256).tensor("a", {3}, f32, 12).tensor("b", {3}, f32, 12);
  const GgufHeader header = read_whole(file.build());
  EXPECT_EQ(header.data_offset % 256, 0u);
  EXPECT_EQ(header.tensors[1].offset, header.data_offset + 256);
}

TEST(GgufReader, RefusesBadTensors) {
  const auto with = [](std::string_view name, const std::vector<uint64_t>& shape, uint32_t type) {
    return problem(small_model().tensor(name, shape, type, 64).build());
  };
  EXPECT_EQ(with(std::string(127, 'n'), {4}, f32), "");
  EXPECT_THAT(with(std::string(128, 'n'), {4}, f32), HasSubstr("is 128 bytes long"));
  EXPECT_THAT(with(std::string_view("a\0b", 3), {4}, f32), HasSubstr("zero byte"));
  EXPECT_THAT(with("token_embd.weight", {4}, f32), HasSubstr("\"token_embd.weight\" appears twice"));
  EXPECT_THAT(with("w", {1, 1, 1, 1, 4}, f32), HasSubstr("has 5 dimensions"));
  EXPECT_THAT(with("w", {~uint64_t{0}, 4}, f32), HasSubstr("negative dimension"));
  EXPECT_THAT(with("w", {uint64_t{1} << 32, uint64_t{1} << 31}, f32), HasSubstr("more weights than can be counted"));
  EXPECT_THAT(with("w", {uint64_t{1} << 61}, f32), HasSubstr("more bytes than can be counted"));
  EXPECT_THAT(with("w", {4}, 4), HasSubstr("unknown type 4"));
  EXPECT_THAT(with("w", {4}, 43), HasSubstr("unknown type 43"));
  EXPECT_THAT(with("w", {33}, q8_0), HasSubstr("rows of 33 weights, which is not a multiple of the 32"));
}

TEST(GgufReader, AcceptsTensorsWithoutWeights) {
  GgufBuilder file;
  file.tensor("none", {0, 5}, f32, 0).tensor("scalar", {}, f32, 4).tensor("", {2}, f32, 8);
  file.tensor("wide", {uint64_t{1} << 62, uint64_t{1} << 62, 0}, f32, 0);
  const GgufHeader header = read_whole(file.build());
  EXPECT_EQ(header.tensors[0].weight_count, 0u);
  EXPECT_EQ(header.tensors[1].weight_count, 1u);
  EXPECT_EQ(header.tensors[3].bytes, 0u);
}

TEST(GgufReader, RefusesTensorsThatOverlapOrLeaveGaps) {
  EXPECT_THAT(problem(small_model().tensor("w", {4}, f32, 16, 0).build()), HasSubstr("inside the tensors before it"));
  EXPECT_THAT(problem(small_model().tensor("w", {4}, f32, 16, 4096).build()),
              HasSubstr("beyond the tensors before it"));
  EXPECT_THAT(problem(small_model().tensor("w", {4}, f32, 16, ~uint64_t{0}).build()), HasSubstr("beyond"));
}

TEST(GgufReader, KeepsArraysAsBytesOfTheHeader) {
  const Bytes file = small_model().build();
  const GgufHeader header = read_whole(file);
  const KeyValue& words = header.values[3];
  EXPECT_EQ(header.bytes.size(), words.offset + words.bytes + 8 + 6 + 4 + 8) << "up to the end of the last entry";
  EXPECT_FALSE(words.irregular);
}

}  // namespace
}  // namespace nibble
