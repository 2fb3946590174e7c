#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "codec/converter.h"
#include "compare/comparer.h"
#include "compare/pairing.h"
#include "core/plan_checks.h"
#include "error.h"

namespace nibble {
namespace {

std::vector<uint8_t> f32_bytes(size_t count) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0.0f, 0.1f);
  std::vector<uint8_t> bytes(4 * count);
  for (size_t i = 0; i < count; ++i) store(bytes.data() + 4 * i, normal(random));
  return bytes;
}

std::vector<uint8_t> converted(const std::vector<uint8_t>& source, const char* to,
                               ConversionStatistics* figures = nullptr) {
  const uint64_t count = source.size() / 4;
  std::vector<uint8_t> target(find_format(to)->bytes_for(count));
  Converter converter("f32", to, "llama.cpp");
  converter.convert(source.data(), target.data(), {count, 0, count}, nullptr);
  if (figures) *figures = converter.figures();
  return target;
}

TEST(Comparer, OfAFileWithItsOriginalFindsWhatConvertingFound) {
  const std::vector<uint8_t> source = f32_bytes(5120);
  for (const char* type : {"q4_0", "q6_K", "iq4_xs", "f16"}) {
    ConversionStatistics expected;
    const std::vector<uint8_t> target = converted(source, type, &expected);
    for (const Kernel kernel : every_kernel()) {
      Comparer comparer("f32", type, kernel);
      EXPECT_EQ(comparer.kernel(), kernel);
      comparer.compare({source.data(), 0}, {target.data(), 0}, 0, 5120);
      EXPECT_EQ(comparer.figures().errors.rmse(), expected.errors.rmse()) << type;
      EXPECT_EQ(comparer.figures().errors.max_error(), expected.errors.max_error()) << type;
      EXPECT_EQ(comparer.figures().codes.counts(), expected.codes.counts()) << type;
      ASSERT_EQ(comparer.figures().blocks.worst().size(), expected.blocks.worst().size());
      for (size_t i = 0; i < expected.blocks.worst().size(); ++i) {
        EXPECT_EQ(comparer.figures().blocks.worst()[i].number, expected.blocks.worst()[i].number);
      }
    }
  }
}

TEST(Comparer, MeasuresTwoQuantizedFilesWhoseBlocksDiffer) {
  const std::vector<uint8_t> source = f32_bytes(4096);
  const std::vector<uint8_t> a = converted(source, "q8_0"), b = converted(source, "q4_K");
  std::vector<float> x(4096), y(4096);
  for (size_t i = 0; i < 128; ++i) find_format("q8_0")->decode(a.data() + 34 * i, x.data() + 32 * i);
  for (size_t i = 0; i < 16; ++i) find_format("q4_K")->decode(b.data() + 144 * i, y.data() + 256 * i);
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(x[i] - y[i]) * static_cast<double>(x[i] - y[i]);
  Comparer comparer("q8_0", "q4_K");
  comparer.compare({a.data(), 0}, {b.data(), 0}, 0, 4096);
  EXPECT_NEAR(comparer.figures().errors.rmse(), std::sqrt(sum / 4096), 1e-12);
  comparer.compare({a.data(), 0}, {b.data(), 1.0f}, 0, 4096);
  EXPECT_NEAR(comparer.figures().errors.bias(), 1.0, 0.01);
}

TEST(Comparer, RefusesWhatCannotBeDecodedOrIsNoWholeBlock) {
  EXPECT_THROW(Comparer("f32", "i32"), Error);
  EXPECT_THROW(Comparer("q4_9", "f32"), Error);
  const std::vector<uint8_t> source = f32_bytes(256), target = converted(source, "q4_K");
  Comparer comparer("f32", "q4_K");
  EXPECT_THROW(comparer.compare({source.data(), 0}, {target.data(), 0}, 0, 32), Error);
  EXPECT_THROW(comparer.compare({source.data(), 0}, {target.data(), 0}, 32, 256), Error);
}

/// Adds an F32 tensor without caring for its bytes.
void f32(GgufBuilder& builder, const char* name, const std::vector<uint64_t>& shape) {
  uint64_t weights = 1;
  for (const uint64_t size : shape) weights *= size;
  builder.tensor(name, shape, 0, 4 * weights);
}

TEST(PairTensors, FindsNamesakesAndWhatChanged) {
  GgufBuilder a, b;
  f32(a, "same", {32, 4});
  f32(a, "reshaped", {64, 2});
  f32(a, "resized", {32, 8});
  f32(a, "old.1", {96});
  f32(a, "gone", {160});
  f32(a, "old.2", {96});
  f32(b, "added", {192, 2});
  f32(b, "new.1", {96});
  f32(b, "new.2", {96});
  f32(b, "resized", {32, 9});
  f32(b, "reshaped", {32, 4});
  f32(b, "same", {32, 4});
  const Model first = model_of({a}), second = model_of({b});
  const std::vector<TensorPair> pairs = pair_tensors(first, second);
  std::vector<std::string> found;
  const auto name = [](const Model& model, const std::optional<uint32_t>& index) {
    return index ? model.tensors()[*index].name : std::string("-");
  };
  const char* matches[] = {"same", "reshaped", "resized", "renamed", "only a", "only b"};
  for (const TensorPair& pair : pairs) {
    found.push_back(name(first, pair.a) + " " + name(second, pair.b) + ": " + matches[static_cast<int>(pair.match)]);
  }
  EXPECT_THAT(
      found, testing::ElementsAre("same same: same", "reshaped reshaped: reshaped", "resized resized: resized",
                                  "old.1 new.1: renamed", "gone -: only a", "old.2 new.2: renamed", "- added: only b"));
}

TEST(PairTensors, GuessesNoNameWhereMoreThanOneAnswerFits) {
  GgufBuilder a, b;
  f32(a, "old", {96});
  f32(b, "one", {96});
  f32(b, "two", {96});
  const std::vector<TensorPair> pairs = pair_tensors(model_of({a}), model_of({b}));
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].match, Match::only_a);
  EXPECT_EQ(pairs[1].match, Match::only_b);
}

}  // namespace
}  // namespace nibble
