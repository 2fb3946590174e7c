#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/codec.h"
#include "error.h"
#include "formats/group_formats.h"
#include "numeric/bits.h"
#include "numeric/half.h"
#include "numeric/level_sets.h"
#include "packed_matrix.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using ::testing::HasSubstr;
std::vector<float> decode(const Packing& packing, const reference::RawFile& file) {
  switch (packing.family) {
    case PackingFamily::int8: return reference::decode_int8(file, "m");
    case PackingFamily::four_bit: return reference::decode_four_bit(file, "m");
    case PackingFamily::gptq: return reference::decode_gptq(file, "m", packing.asymmetric);
  }
  return {};
}

double squared_error(const std::vector<float>& x, const std::vector<float>& y, double& largest) {
  double sum = 0;
  largest = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double off = x[i] - y[i];  // as the statistics define it: a difference of floats
    sum += off * off;
    largest = std::max(largest, std::fabs(off));
  }
  return sum;
}

class EveryPacking : public ::testing::TestWithParam<size_t> {
 protected:
  const Packing& packing = all_packings()[GetParam()];
};

TEST_P(EveryPacking, DecodesToWhatTheStatisticsClaim) {
  const Matrix matrix = filled(16, 384, 1);
  for (const std::string_view method : {"llama.cpp", "lsq", "grid"}) {
    const Packed packed = pack_all(packing, matrix, method);
    const std::vector<float> decoded = decode(packing, packed.file);
    ASSERT_EQ(decoded.size(), matrix.values.size());
    double largest;
    const double sum = squared_error(matrix.values, decoded, largest);
    const ErrorStatistics& claimed = packed.statistics.errors;
    EXPECT_EQ(claimed.count(), decoded.size());
    EXPECT_EQ(claimed.max_error(), largest) << packing.name() << " " << method;
    EXPECT_NEAR(claimed.rmse(), std::sqrt(sum / static_cast<double>(decoded.size())), 1e-12 * claimed.rmse());
    // 40 among values of 0.05: a row or group with it is coarse, the rest must be close.
    EXPECT_LT(claimed.quantile(0.5), packing.family == PackingFamily::int8 ? 0.0008 : 0.012)
        << packing.name() << " " << method;
  }
}

TEST_P(EveryPacking, ExactIsNeverWorse) {
  if (packing.family == PackingFamily::int8 || packing.nested)
    return;  // whole rows take long; nested scales move again
  const Matrix matrix = filled(8, 128, 2);
  double largest;
  const double simple = squared_error(matrix.values, decode(packing, pack_all(packing, matrix, "max7").file), largest);
  const double exact = squared_error(matrix.values, decode(packing, pack_all(packing, matrix, "exact").file), largest);
  EXPECT_LT(exact, simple) << packing.name();
}

std::string packing_test_name(const ::testing::TestParamInfo<size_t>& parameter) {
  std::string name(all_packings()[parameter.param].name());
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(All, EveryPacking, ::testing::Range(size_t{0}, all_packings().size()), packing_test_name);

TEST(Packing, TheLargestMagnitudeIsKeptByDefault) {
  const Matrix matrix = filled(8, 128, 3);
  const Packed packed = pack_all(*find_packing("nf4"), matrix, llama_cpp);
  const reference::RawTensor& absmax = packed.file.tensors.at("m.weight.absmax");
  for (size_t b = 0; b < absmax.bytes.size() / 4; ++b) {
    float largest = 0;
    for (size_t i = 0; i < 64; ++i) largest = std::max(largest, std::fabs(matrix.values[b * 64 + i]));
    EXPECT_EQ(load<float>(absmax.bytes.data() + 4 * b), largest);
  }
  const Packed rows = pack_all(*find_packing("INT8"), matrix, llama_cpp);
  EXPECT_EQ(load<float>(rows.file.tensors.at("m.SCB").bytes.data() + 4 * 5), 40.0f);
}

TEST(Packing, BlocksRunThroughRowsAndTheLastOneMayBeShort) {
  const Matrix matrix = filled(9, 129, 4);  // 1161 weights: 18 blocks and 9 weights
  const Packing& packing = *find_packing("nf4");
  Bytes codes, scales;
  const ConversionStatistics statistics = pack(packing, PackedPart::codes, matrix, llama_cpp, 1161, 64, codes);
  pack(packing, PackedPart::scales, matrix, llama_cpp, 1161, 64, scales);
  EXPECT_EQ(codes.size(), 581u);
  EXPECT_EQ(scales.size(), 19u * 4);
  EXPECT_EQ(statistics.errors.count(), 1161u);
}

TEST(Packing, Nf4IsTheNumberFormatsLabsOwn) {
  const std::vector<float> computed = normal_levels(4);
  const std::span<const float> levels = packing_levels(*find_packing("nf4"));
  ASSERT_EQ(computed.size(), levels.size());
  for (size_t i = 0; i < levels.size(); ++i) EXPECT_NEAR(computed[i], levels[i], 1e-6) << i;
}

TEST(Packing, NestedLevelsAreBitsandbytesDynamicMap) {
  const std::span<const float> levels = nested_levels();
  ASSERT_EQ(levels.size(), 256u);
  EXPECT_EQ(levels[255], 1.0f);
  EXPECT_FLOAT_EQ(levels[0], -0.99296875f);
  EXPECT_EQ(levels[127], 0.0f);
  EXPECT_FLOAT_EQ(levels[128], 5.5e-7f);
  EXPECT_TRUE(std::is_sorted(levels.begin(), levels.end()));
}

/// Blocks of groups as the method calibrated gives them, with codes and zeros of every kind.
TEST(Packing, BlocksThatAreGivenAreWhatTheFileHolds) {
  const Matrix matrix = filled(16, 384, 6);
  for (const Packing& packing : all_packings()) {
    if (packing.family != PackingFamily::gptq) continue;
    const Format& format = planned_format(packing.name());
    testing::Random random(8);
    Bytes blocks(format.bytes_for(matrix.values.size()));
    std::vector<float> given(matrix.values.size());
    for (size_t b = 0; b < given.size() / packing.group; ++b) {
      uint8_t* block = &blocks[b * format.block_bytes];
      for (uint32_t i = 4; i < format.block_bytes; ++i) block[i] = static_cast<uint8_t>(random.bits());
      store(block, f16_from_f32(0.01f * random.gauss()));
      store(block + 2, static_cast<uint16_t>(packing.asymmetric ? random.bits() % 16 : 8));
      format.decode(block, &given[b * packing.group]);
    }
    reference::RawFile file;
    const PackedMatrix packed = packed_matrix(packing, "m.weight", matrix.rows, matrix.columns, "F32");
    for (const PackedConstant& constant : packed.constants)
      file.tensors[constant.tensor.name] = {std::string(constant.tensor.dtype), constant.tensor.shape, constant.bytes};
    const Bytes source = matrix.bytes();
    for (const PackedPart part : {PackedPart::codes, PackedPart::scales}) {
      const PackedStretch& stretch = part == PackedPart::codes ? packed.codes : packed.scales;
      MatrixPacker packer(packing, part, {"f32", "F32", matrix.rows, matrix.columns}, calibrated_method);
      Bytes out(stretch.bytes(), 0xAA);
      const uint64_t runs = part == PackedPart::codes ? matrix.columns / packing.group : 1;
      ConversionStatistics statistics;
      for (uint64_t run = 0; run < runs; ++run) {
        packer.begin(out.data() + run * out.size() / runs, run * packing.group, packing.group);
        for (uint64_t row = 0; row < matrix.rows; row += 4) {
          const uint64_t at = row * matrix.columns;
          packer.take(source.data() + at * sizeof(float), 4 * matrix.columns, blocks.data() + packer.given_bytes(at));
        }
        packer.finish();
        statistics.merge(packer.statistics());
      }
      uint64_t at = 0;
      for (const PackedTensor& tensor : stretch.tensors) {
        const auto begin = out.begin() + static_cast<ptrdiff_t>(at);
        file.tensors[tensor.name] = {
            std::string(tensor.dtype), tensor.shape, {begin, begin + static_cast<ptrdiff_t>(tensor.bytes)}};
        at += tensor.bytes;
      }
      if (part == PackedPart::scales) continue;
      double largest;
      squared_error(matrix.values, given, largest);
      EXPECT_EQ(statistics.errors.count(), given.size());
      EXPECT_EQ(statistics.errors.max_error(), largest) << packing.name();
    }
    EXPECT_EQ(decode(packing, file), given) << packing.name();
  }
}

/// What rounding compares calibrated codes with is what an output by the method lowest-error holds.
TEST(Packing, LowestErrorIsThatOfGroups) {
  const Matrix matrix = filled(8, 256, 9);
  for (const Packing& packing : all_packings()) {
    if (packing.family != PackingFamily::gptq) continue;
    const Format& format = planned_format(packing.name());
    std::vector<float> expected(matrix.values.size());
    Bytes blocks(format.bytes_for(matrix.values.size()));
    find_quantizer(format.type, lowest_error_method, best_kernel())
        ->quantize(matrix.values.data(), blocks.data(), matrix.values.size(), nullptr);
    for (size_t b = 0; b < expected.size() / packing.group; ++b)
      format.decode(&blocks[b * format.block_bytes], &expected[b * packing.group]);
    EXPECT_EQ(decode(packing, pack_all(packing, matrix, lowest_error_method).file), expected) << packing.name();
    if (packing.asymmetric) continue;  // where "exact" also tries zeros far from the range's
    EXPECT_EQ(decode(packing, pack_all(packing, matrix, "exact").file), expected) << packing.name();
  }
}

TEST(Packing, OnlyGptqLayoutsAreCalibrated) {
  for (const char* name : {"nf4", "fp4-nested", "int8"}) {
    EXPECT_THAT(sentence_of([&] { packing_method(*find_packing(name), calibrated_method); }),
                HasSubstr("chooses codes of GPTQ layouts and GGUF types, not of " + std::string(name)));
    EXPECT_THAT(sentence_of([&] { packing_method(*find_packing(name), lowest_error_method); }),
                HasSubstr("Choose one of: max7"));
  }
  MatrixPacker packer(*find_packing("gptq-4bit-32g"), PackedPart::codes, {"f32", "F32", 32, 32}, calibrated_method);
  std::vector<float> row(32);
  EXPECT_THROW(packer.take(reinterpret_cast<const uint8_t*>(row.data()), 32), Error);
}

TEST(Packing, MatricesThatDoNotFitAreNamed) {
  EXPECT_EQ(reason_against(*find_packing("gptq-4bit-128g"), 8, 192),
            "Its rows of 192 weights cannot be cut into groups of 128; gptq-4bit-64g could store it.");
  EXPECT_EQ(reason_against(*find_packing("gptq-4bit-64g-asym"), 32, 96),
            "Its rows of 96 weights cannot be cut into groups of 64; gptq-4bit-32g-asym could store it.");
  EXPECT_EQ(reason_against(*find_packing("gptq-4bit-32g"), 32, 172),
            "Its rows of 172 weights cannot be cut into groups of 32.");
  EXPECT_THAT(reason_against(*find_packing("gptq-4bit-64g"), 40, 192), HasSubstr("It has 40 rows"));
  EXPECT_EQ(reason_against(*find_packing("gptq-4bit-64g"), 64, 192), "");
  EXPECT_EQ(reason_against(*find_packing("nf4"), 3, 5), "");
}

TEST(Packing, WeightsThatAreNoNumbersAreRefused) {
  Matrix matrix = filled(8, 128, 5);
  matrix.values[128 * 3 + 5] = NAN;
  Bytes out;
  EXPECT_THAT(
      sentence_of([&] { pack(*find_packing("gptq-4bit-32g"), PackedPart::codes, matrix, llama_cpp, 128, 128, out); }),
      HasSubstr("row 3, column 5"));
  EXPECT_THROW(packing_method(*find_packing("nf4"), "nonsense"), Error);
}

}  // namespace
}  // namespace nibble
