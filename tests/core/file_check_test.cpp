#include "check/file_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "check/weight_check.h"
#include "codec/codec.h"
#include "formats/format.h"
#include "gguf_builder.h"

namespace nibble {
namespace {

using B = GgufBuilder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t f32 = 0, f16 = 1, q8_0 = 8;

/// Findings in the files, offered whole under the names "0.gguf", "1.gguf", ...
Findings found(const std::vector<B::Bytes>& files, std::vector<ModelTensor>* tensors = nullptr) {
  FileCheck check;
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(check.offer(i, std::to_string(i) + ".gguf", files[i].size(), 0, files[i]).bytes, 0u);
  }
  EXPECT_TRUE(check.is_gguf());
  Findings findings = check.check_headers();
  if (tensors) *tensors = check.tensors();
  return findings;
}
Findings found(const B& file) { return found(std::vector<B::Bytes>{file.build()}); }

auto about(const std::string& subject, const std::string& words, const std::string& llama_cpp = "") {
  return AllOf(Field(&Finding::subject, subject), Field(&Finding::text, HasSubstr(words)),
               Field(&Finding::llama_cpp, HasSubstr(llama_cpp)));
}

/// An architecture that Nibble does not run, so that nothing but the tests' own entries counts.
B model() {
  B file;
  file.value("general.architecture", "other").value("other.block_count", 1).value("other.context_length", 8);
  file.value("other.embedding_length", 4).tensor("token_embd.weight", {4, 2}, f32, 32);
  return file.tensor("blk.0.a.weight", {4}, f32, 16);
}

B with_tokens(uint64_t count) {
  B::Bytes texts;
  for (uint64_t i = 0; i < count; ++i) texts = B::joined({texts, B::text("a")});
  return model().value("tokenizer.ggml.tokens", B::array, B::list(B::string, count, texts));
}

TEST(FileCheck, FindsNothingInASoundFile) {
  EXPECT_THAT(found(model()), IsEmpty());
  EXPECT_THAT(found(with_tokens(2)), IsEmpty());
}

TEST(FileCheck, ReadsOnBehindFaultsOfTheHeader) {
  B file = model();
  file.value("x", 1).value("x", 2).tensor("blk.0.a.weight", {4}, f32, 16).tensor("b", {8}, 4, 32);
  file.tensor("c", {30}, q8_0, 34).tensor("d", {8}, f32, 32, 4096).tensor("e", {1 << 20}, f32, 32, 4128);
  std::vector<ModelTensor> tensors;
  const Findings findings = found(std::vector<B::Bytes>{file.build()}, &tensors);
  EXPECT_THAT(findings, ElementsAre(about("x", "appears twice", "duplicate key 'x'"),
                                    about("blk.0.a.weight", "appears twice", "duplicate tensor name"),
                                    about("b", "unknown type 4", "for the type of the tensor"),
                                    about("c", "rows of 30 weights", "not a multiple of block size"),
                                    about("d", "Unexpected end of file", "not within the file bounds"),
                                    about("e", "Unexpected end of file", "not within the file bounds")));
  for (const Finding& finding : findings) EXPECT_EQ(finding.file, "0.gguf");
  ASSERT_EQ(tensors.size(), 2u);  // whose bytes are known and there, and of each name the first
  EXPECT_EQ(tensors[1].name, "blk.0.a.weight");
}

TEST(FileCheck, SaysWhereTensorsLieWrongly) {
  B file = model();
  file.tensor("inside", {8}, f32, 32, 32).tensor("behind", {8}, f32, 32, 64);
  EXPECT_THAT(found(file), ElementsAre(about("inside", "inside the tensors before it", "has offset")));
  B gap = model();
  gap.tensor("beyond", {4}, f32, 64, 96);
  EXPECT_THAT(found(gap), ElementsAre(about("beyond", "beyond the tensors before it")));
}

TEST(FileCheck, SaysWhyNothingMoreCanBeRead) {
  B newer = model();
  newer.version = 9;
  EXPECT_THAT(found(newer), ElementsAre(about("", "GGUF version 9", "refuses")));
  B::Bytes cut = model().build();
  cut.resize(60);
  EXPECT_THAT(found(std::vector<B::Bytes>{cut}), ElementsAre(about("", "only 36 bytes follow")));
  FileCheck check;
  const B::Bytes other(256, 'x');
  check.offer(0, "x.bin", other.size(), 0, other);
  EXPECT_FALSE(check.is_gguf());
}

TEST(FileCheck, ChecksKindsAlignmentAndWhatIsNeeded) {
  EXPECT_THAT(found(model().value("general.alignment", 24)), ElementsAre(about("general.alignment", "power of two")));
  EXPECT_THAT(found(model().value("general.alignment", "32")), ElementsAre(about("general.alignment", "not u32")));
  EXPECT_THAT(found(model().value("other.rope.freq_base", 10000)),
              ElementsAre(about("other.rope.freq_base", "is u32, and loaders ask for f32",
                                "key other.rope.freq_base has wrong type u32 but expected type f32")));
  EXPECT_THAT(found(model().value("tokenizer.ggml.scores", B::array, B::list(B::i32, 1, B::raw(1)))),
              ElementsAre(about("tokenizer.ggml.scores", "a list of i32, and loaders ask for a list of f32")));
  EXPECT_THAT(found(model().value("other.attention.head_count", B::array, B::list(B::i32, 1, B::raw(1)))), IsEmpty());
  EXPECT_THAT(found(B().value("x", 1).tensor("a", {4}, f32, 16)),
              ElementsAre(about("general.architecture", "does not say", "unknown model architecture")));
  EXPECT_THAT(found(B().value("general.architecture", "other").tensor("a", {4}, f32, 16)),
              ElementsAre(about("other.block_count", "no entry"), about("other.context_length", "no entry"),
                          about("other.embedding_length", "no entry")));
  // Adapters and image encoders have other entries.
  EXPECT_THAT(found(B().value("general.architecture", "clip").tensor("a", {4}, f32, 16)), IsEmpty());
  EXPECT_THAT(found(B().value("general.architecture", "other").value("general.type", "adapter")), IsEmpty());
}

TEST(FileCheck, HoldsTheVocabularyAgainstTheEmbedding) {
  EXPECT_THAT(found(with_tokens(3)), ElementsAre(about("token_embd.weight", "2 rows, and the vocabulary 3 tokens",
                                                       "has wrong shape; expected 4, 3, got 4, 2")));
  B lists = with_tokens(2);
  lists.value("tokenizer.ggml.scores", B::array, B::list(B::f32, 1, B::raw(1.0f)));
  lists.value("tokenizer.ggml.token_type", B::array, B::list(B::i32, 2, B::raw(uint64_t{1})));
  lists.value("tokenizer.ggml.eos_token_id", 2).value("tokenizer.ggml.bos_token_id", 1);
  const Findings findings = found(lists);
  EXPECT_THAT(findings, ElementsAre(about("tokenizer.ggml.scores", "1 element, and the vocabulary 2 tokens",
                                          "Index out of array bounds for scores (1 < 2)"),
                                    about("tokenizer.ggml.eos_token_id", "names token 2", "bad special token")));
  EXPECT_EQ(findings[1].level, Finding::Level::warning);
  EXPECT_THAT(found(with_tokens(2).value("tokenizer.ggml.model", "gpt2")),
              ElementsAre(about("tokenizer.ggml.merges", "byte pairs", "cannot find tokenizer merges")));
}

TEST(FileCheck, HoldsMetadataAgainstTensors) {
  EXPECT_THAT(found(model().tensor("blk.1.a.weight", {4}, f32, 16)),
              ElementsAre(about("blk.1.a.weight", "says 1 layer, and the tensors are those of 2")));
  B missing = B().value("general.architecture", "other").value("other.block_count", 3).value("other.context_length", 8);
  missing.value("other.embedding_length", 8).tensor("token_embd.weight", {4, 2}, f32, 32);
  EXPECT_THAT(found(missing.tensor("blk.0.a.weight", {4}, f32, 16)),
              ElementsAre(about("token_embd.weight", "have 4 weights, and \"other.embedding_length\" says 8"),
                          about("other.block_count", "says 3 layers, and the tensors are those of 1")));
  EXPECT_THAT(found(model().value("general.file_type", 7)),
              ElementsAre(about("general.file_type", "stands for Q8_0, and no tensor is of type Q8_0")));
  EXPECT_THAT(found(model().value("general.file_type", 0u)), IsEmpty());
}

TEST(FileCheck, KnowsHowLongANameMayBe) {
  EXPECT_THAT(found(model().tensor(std::string(63, 'x'), {4}, f32, 16)), IsEmpty());
  EXPECT_THAT(found(model().tensor(std::string(64, 'x'), {4}, f32, 16)),
              ElementsAre(about(std::string(64, 'x'), "has 64 bytes", "is too long: 64 >= 64")));
}

TEST(FileCheck, SaysWhichTensorANetworkLacks) {
  B file = B().value("general.architecture", "llama").value("llama.block_count", 1).value("llama.context_length", 8);
  file.value("llama.embedding_length", 4).value("llama.attention.head_count", 1).value("llama.feed_forward_length", 4);
  file.value("llama.attention.layer_norm_rms_epsilon", B::f32, B::raw(1e-5f));
  file.tensor("token_embd.weight", {4, 2}, f32, 32).tensor("blk.0.attn_q.weight", {4, 4}, f32, 64);
  EXPECT_THAT(found(file), ElementsAre(Field(&Finding::text, HasSubstr("The model has no tensor"))));
}

TEST(FileCheck, ChecksPartsTogether) {
  const auto part = [](uint16_t number, const std::string& name) {
    B file;
    if (number == 0) file.value("general.architecture", "other").value("general.type", "adapter");
    return file.value("split.no", B::u16, B::raw(number))
        .value("split.count", B::u16, B::raw<uint16_t>(2))
        .value("split.tensors.count", B::i32, B::raw(2))
        .tensor(name, {4}, f32, 16)
        .build();
  };
  EXPECT_THAT(found({part(0, "a"), part(1, "b")}), IsEmpty());
  EXPECT_THAT(found({part(0, "a"), part(1, "a")}), ElementsAre(about("", "is in two of the files")));
  EXPECT_THAT(found({part(0, "a")}), ElementsAre(about("", "missing")));
}

TEST(FileCheck, TellsOfBytesBehindTheLastTensor) {
  B::Bytes file = model().build();
  EXPECT_EQ(file.size() % 32, 0u);
  file.resize(file.size() - 16);  // of the padding
  EXPECT_THAT(found(std::vector<B::Bytes>{file}), IsEmpty());
  file.resize(file.size() + 17);
  EXPECT_THAT(found(std::vector<B::Bytes>{file}), ElementsAre(about("", "1 byte behind the last tensor")));
}

WeightCounts counted_in(std::string_view type, uint64_t weights, uint64_t first, const std::vector<uint8_t>& bytes) {
  StudyPiece piece{bytes.data(), std::string(type), weights, weights, 0, {{first, weights}}, "", 0};
  std::vector<uint8_t> result;
  WeightCheck().run(piece, result);
  WeightCounts counts;
  EXPECT_EQ(result.size(), 3 * sizeof(uint64_t));
  std::memcpy(&counts.nan, result.data(), 8);
  std::memcpy(&counts.infinite, result.data() + 8, 8);
  std::memcpy(&counts.first, result.data() + 16, 8);
  return counts;
}

TEST(WeightCheck, CountsWhatIsNoFiniteNumber) {
  std::vector<float> values(100000, 1.0f);
  values[70000] = std::numeric_limits<float>::infinity();
  values[70001] = -std::numeric_limits<float>::quiet_NaN();
  values[99999] = std::numeric_limits<float>::quiet_NaN();
  std::vector<uint8_t> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  const WeightCounts counts = counted_in("f32", values.size(), 500000, bytes);
  EXPECT_EQ(counts.nan, 2u);
  EXPECT_EQ(counts.infinite, 1u);
  EXPECT_EQ(counts.first, 570000u);
}

/// A scale that is NaN makes every weight of its block NaN, in every type.
TEST(WeightCheck, SeesScalesOfEveryTypeThatCanBeDecoded) {
  size_t types = 0;
  for (const Format& format : all_formats()) {
    const Decoder* decoder = find_decoder(format.type, Kernel::scalar);
    if (!decoder || !format.quantized) continue;
    ++types;
    const size_t blocks = (size_t{1} << 15) / format.block_length;
    std::vector<uint8_t> bytes(blocks * format.block_bytes, 0);
    const uint64_t weights = blocks * format.block_length;
    EXPECT_EQ(counted_in(format.name, weights, 0, bytes).nan, 0u) << format.name;
    // Whatever the second half of the blocks is made of: all ones are NaN where a scale is a float.
    std::fill(bytes.begin() + static_cast<ptrdiff_t>(blocks / 2 * format.block_bytes), bytes.end(), 0xFF);
    std::vector<float> values(weights);
    decoder->decode(bytes.data(), values.data(), blocks);
    uint64_t nan = 0;
    for (const float value : values) nan += std::isnan(value);
    const WeightCounts counts = counted_in(format.name, weights, 0, bytes);
    EXPECT_EQ(counts.nan, nan) << format.name;
    if (nan > 0) {
      EXPECT_EQ(counts.first, weights / 2) << format.name;
    }
  }
  EXPECT_GT(types, 20u);
}

TEST(WeightCheck, SaysHowManyAndWhere) {
  const std::vector<uint64_t> shape = {256, 4};
  EXPECT_THAT(weight_finding("m.gguf", "a", shape, {2, 1, 300}).text,
              HasSubstr("2 weights are no numbers (NaN) and 1 is infinite, the first in row 1, column 44"));
  EXPECT_THAT(weight_finding("m.gguf", "a", shape, {0, 1, 0}).text,
              HasSubstr("1 weight is infinite, the first in row 0"));
}

}  // namespace
}  // namespace nibble
