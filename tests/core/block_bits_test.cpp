// What the Lab says of a block's bits: for every format with levels the numbers are read from the bits as they are
// described, weights are computed from these numbers, and the format's decoder must say the same.
#include "lab/block_bits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/kernel_inputs.h"
#include "error.h"
#include "formats/format.h"
#include "numeric/bits.h"
#include "numeric/half.h"
#include "numeric/scale_floats.h"

namespace nibble {
namespace {

using nlohmann::json;

/// The numbers of a block by part and index, from its bytes and the description alone.
using Numbers = std::map<std::pair<std::string, int>, int>;

Numbers read_numbers(const json& layout, const std::vector<uint8_t>& bytes) {
  Numbers numbers;
  for (const json& entry : layout["bits"]) {
    const int bit = entry[0], index = entry[2], adds = entry[3];
    const std::string part = entry[1];
    const auto [number, fresh] = numbers.try_emplace({part, index}, 0);
    if (fresh && part == "scale") number->second = layout["lowestScale"];
    if (bytes[static_cast<size_t>(bit / 8)] >> (bit % 8) & 1) number->second += adds;
  }
  return numbers;
}

float stored_number(const json& layout, int bits) {
  if (layout["storage"] == "f16") return f32_from_f16(static_cast<uint16_t>(bits));
  return layout["storage"] == "e8m0" ? half_of_e8m0(static_cast<uint8_t>(bits))
                                     : half_of_ue4m3(static_cast<uint8_t>(bits));
}

/// A weight from the numbers, as the kinds of formats are defined.
float weight_of(const json& layout, const Numbers& numbers, int weight) {
  const std::string kind = layout["kind"];
  const int run = weight / layout["runLength"].get<int>(), code = numbers.at({"code", weight});
  float level = NAN;
  for (const json& entry : layout["levels"]) {
    if (entry[0] == code) level = entry[1];
  }
  const int scale = numbers.at({"scale", run});
  if (kind == "super-block") {
    return stored_number(layout, numbers.at({"shared scale", 0})) * static_cast<float>(scale) * level;
  }
  if (kind == "super-block with minima") {
    const float step = stored_number(layout, numbers.at({"shared scale", 0})) * static_cast<float>(scale);
    const float minimum =
        stored_number(layout, numbers.at({"shared minimum", 0})) * static_cast<float>(numbers.at({"minimum", run}));
    const float product = step * level;
    return product - minimum;
  }
  const float product = stored_number(layout, scale) * level;
  return kind == "scale and offset" ? product + stored_number(layout, numbers.at({"minimum", run})) : product;
}

std::vector<const Format*> formats_with_levels() {
  std::vector<const Format*> found;
  for (const Format& format : all_formats()) {
    if (format.grammar.unpack) found.push_back(&format);
  }
  return found;
}

TEST(BlockBits, NumbersReadFromTheDescribedBitsDecodeAsTheDecoderDoes) {
  int compared = 0;
  for (const Format* format : formats_with_levels()) {
    if (format->grammar.code_bits == 0) continue;
    SCOPED_TRACE(format->name);
    const json layout = json::parse(block_bits(std::string(format->name)));
    testing::Random random(11);
    for (int round = 0; round < 50;) {
      std::vector<uint8_t> block(format->block_bytes);
      for (uint8_t& byte : block) byte = static_cast<uint8_t>(random.bits());
      if (!format->valid(block.data())) continue;
      ++round;
      const Numbers numbers = read_numbers(layout, block);
      std::vector<float> decoded(format->block_length);
      format->decode(block.data(), decoded.data());
      for (int i = 0; i < static_cast<int>(decoded.size()); ++i) {
        // A code that has no level of its own, as one of FP4's two zeros, is not described.
        const float computed = weight_of(layout, numbers, i);
        if (std::isnan(computed)) continue;
        ASSERT_EQ(computed, decoded[static_cast<size_t>(i)]) << "weight " << i;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 50 * 256 * 8);
}

/// Every format whose block is more than its weights one by one.
std::vector<const Format*> formats_with_blocks() {
  std::vector<const Format*> found;
  for (const Format& format : all_formats()) {
    if (format.grammar.unpack || format.grammar.kind == FormatKind::codebook) found.push_back(&format);
  }
  return found;
}

/// The bytes of TQ1_0 that hold digits of five or four weights.
bool holds_digits(const Format& format, int bit) { return format.grammar.code_bits == 0 && bit < 8 * 52; }
bool is_codebook(const Format& format) { return format.grammar.kind == FormatKind::codebook; }

TEST(BlockBits, EveryBitIsPartOfOneNumberExceptWhereNumbersShareBytes) {
  const std::vector<const Format*> formats = formats_with_blocks();
  EXPECT_GE(formats.size(), 25u);
  for (const Format* format : formats) {
    SCOPED_TRACE(format->name);
    const json layout = json::parse(block_bits(std::string(format->name)));
    std::map<int, int> uses;
    std::set<int> weights, points;
    for (const json& entry : layout["bits"]) {
      ++uses[entry[0].get<int>()];
      if (entry[1] == "code") weights.insert(entry[2].get<int>());
      if (entry[1] == "point") points.insert(entry[2].get<int>());
    }
    EXPECT_EQ(uses.size(), 8u * format->block_bytes);
    if (is_codebook(*format)) {
      EXPECT_EQ(points.size() * layout["points"]["length"].get<size_t>(), format->block_length);
    } else {
      EXPECT_EQ(weights.size(), format->block_length);
      EXPECT_TRUE(layout["points"].is_null());
    }
    for (const auto& [bit, count] : uses) {
      const bool digits = !is_codebook(*format) && holds_digits(*format, bit);
      ASSERT_EQ(count, !digits ? 1 : bit < 8 * 48 ? 5 : 4) << "bit " << bit;
    }
  }
}

/// The weights that have a part in the numbers that a bit is part of.
std::set<int> weights_of_bit(const json& layout, int bit) {
  std::set<int> weights;
  const auto add = [&](int first, int count) {
    for (int i = 0; i < count; ++i) weights.insert(first + i);
  };
  for (const json& entry : layout["bits"]) {
    if (entry[0] != bit) continue;
    const std::string part = entry[1];
    const int index = entry[2], run = layout["runLength"];
    if (part == "code" || part == "sign") add(index, 1);
    if (part == "scale" || part == "minimum") add(index * run, run);
    if (part == "shared scale" || part == "shared minimum") add(0, layout["blockLength"]);
    if (part == "point") add(index * layout["points"]["length"].get<int>(), layout["points"]["length"]);
    if (part == "shift") add(index * layout["points"]["shiftLength"].get<int>(), layout["points"]["shiftLength"]);
    if (part == "sign" && layout["points"]["evenSigns"]) add(index / 8 * 8 + 7, 1);  // the parity of the others
  }
  return weights;
}

TEST(BlockBits, ABitThatIsTurnedChangesNoWeightButThoseItBelongsTo) {
  for (const Format* format : formats_with_blocks()) {
    SCOPED_TRACE(format->name);
    const json layout = json::parse(block_bits(std::string(format->name)));
    testing::Random random(7);
    const int bits = static_cast<int>(8 * format->block_bytes);
    std::vector<int> changes(static_cast<size_t>(bits));
    std::vector<std::set<int>> weights;
    for (int bit = 0; bit < bits; ++bit) weights.push_back(weights_of_bit(layout, bit));
    for (int round = 0; round < 20;) {
      std::vector<uint8_t> block(format->block_bytes);
      for (uint8_t& byte : block) byte = static_cast<uint8_t>(random.bits());
      if (!format->valid(block.data())) continue;
      ++round;
      std::vector<float> before(format->block_length), after(format->block_length);
      format->decode(block.data(), before.data());
      for (int bit = 0; bit < bits; ++bit) {
        block[static_cast<size_t>(bit / 8)] ^= static_cast<uint8_t>(1 << bit % 8);
        format->decode(block.data(), after.data());
        block[static_cast<size_t>(bit / 8)] ^= static_cast<uint8_t>(1 << bit % 8);
        for (int i = 0; i < static_cast<int>(format->block_length); ++i) {
          const auto at = static_cast<size_t>(i);
          if (bit_cast<uint32_t>(before[at]) == bit_cast<uint32_t>(after[at])) continue;
          ++changes[static_cast<size_t>(bit)];
          ASSERT_TRUE(weights[static_cast<size_t>(bit)].contains(i)) << "bit " << bit << " changes weight " << i;
        }
      }
    }
    for (int bit = 0; bit < bits; ++bit) {
      // The scales of NVFP4 are unsigned: decoders pass over their uppermost bits.
      const bool passed_over = layout["storage"] == "ue4m3" && bit % 8 == 7 && bit < 8 * 4;
      EXPECT_EQ(changes[static_cast<size_t>(bit)] == 0, passed_over) << "bit " << bit;
    }
  }
}

TEST(BlockBits, PointsSignsAndShiftsReadFromTheDescribedBitsDecodeAsTheDecoderDoes) {
  int compared = 0;
  for (const Format* format : formats_with_blocks()) {
    if (!is_codebook(*format)) continue;
    SCOPED_TRACE(format->name);
    const json layout = json::parse(block_bits(std::string(format->name)));
    const json& points = layout["points"];
    testing::Random random(5);
    for (int round = 0; round < 20;) {
      std::vector<uint8_t> block(format->block_bytes);
      for (uint8_t& byte : block) byte = static_cast<uint8_t>(random.bits());
      if (!format->valid(block.data())) continue;
      ++round;
      const Numbers numbers = read_numbers(layout, block);
      std::vector<float> decoded(format->block_length);
      format->decode(block.data(), decoded.data());
      for (int i = 0; i < static_cast<int>(decoded.size()); ++i, ++compared) {
        const int length = points["length"], bits = points["levelBits"], shifted = points["shiftLength"];
        const auto position = static_cast<size_t>(numbers.at({"point", i / length}));
        const int level = points["codebook"][position].get<int>() >> (bits * (i % length)) & ((1 << bits) - 1);
        const float magnitude = points["magnitudes"][static_cast<size_t>(level)];
        const auto code = static_cast<size_t>(numbers.at({"scale", i / layout["runLength"].get<int>()}));
        const float step = stored_number(layout, numbers.at({"shared scale", 0})) * points["steps"][code].get<float>();
        float weight = 0;
        if (shifted != 0) {
          const float shift = points["shift"];
          weight = step * (magnitude + (numbers.at({"shift", i / shifted}) ? -shift : shift));
        } else {
          int negative = 0;
          if (points["evenSigns"] && i % 8 == 7) {
            for (int other = i - 7; other < i; ++other) negative ^= numbers.at({"sign", other});
          } else {
            negative = numbers.at({"sign", i});
          }
          weight = negative ? -(step * magnitude) : step * magnitude;
        }
        ASSERT_EQ(weight, decoded[static_cast<size_t>(i)]) << "weight " << i;
      }
    }
  }
  EXPECT_EQ(compared, 7 * 20 * 256);
}

std::vector<float> wave(size_t n) {
  std::vector<float> x(n);
  for (size_t i = 0; i < n; ++i) x[i] = static_cast<float>(std::sin(static_cast<double>(i * i) * 1.7) + 0.2);
  return x;
}

TEST(BlockBits, ARunIsStoredInItsPlaceAndDecodesToWhatTheLabShows) {
  int formats = 0;
  for (const Format* format : formats_with_levels()) {
    if (!has_searches(format->grammar.kind)) continue;
    ++formats;
    SCOPED_TRACE(format->name);
    json request = {{"format", format->name}, {"weights", wave(format->scale_length)}};
    if (is_super_block(format->grammar.kind)) {
      request["superScale"] = 0x1p-7;
      request["superMinimum"] = 0x1p-6;
    }
    ScaleLab lab(parse_lab_block(request.dump()));
    const json report = json::parse(lab.report());
    const json layout = json::parse(block_bits(std::string(format->name)));
    for (const json& method : report["methods"]) {
      for (uint32_t run = 0; run < format->block_length / format->scale_length; ++run) {
        const double scale = method["scale"], offset = method["offset"];
        const LabPoint point = lab.point(scale, offset);
        const json stored = json::parse(stored_run(lab, scale, offset, run));
        EXPECT_EQ(stored["run"], run);
        EXPECT_NEAR(stored["step"].get<double>(), scale, 1e-6 * std::fabs(scale));
        ASSERT_EQ(stored["decoded"].size(), point.decoded.size());
        const Numbers numbers = read_numbers(layout, stored["bytes"]);
        for (size_t i = 0; i < point.decoded.size(); ++i) {
          ASSERT_NEAR(stored["decoded"][i].get<double>(), point.decoded[i], 1e-6);
          const int weight = static_cast<int>(run * format->scale_length + i);
          ASSERT_EQ(stored["decoded"][i].get<float>(), weight_of(layout, numbers, weight));
        }
      }
    }
  }
  EXPECT_GE(formats, 13);
}

TEST(BlockBits, WhatHasNoStoredFormSaysWhy) {
  const auto sentence = [](const json& request) {
    const ScaleLab lab(parse_lab_block(request.dump()));
    try {
      return stored_run(lab, 0.1, 0, request.value("run", 0u));
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(sentence({{"weights", {1, 2}}, {"levels", {-1, 0, 1}}}),
            "Levels of one's own have no stored form; choose a format.");
  EXPECT_EQ(sentence({{"weights", wave(33)}, {"format", "q4_0"}}), "There are 33 weights; in q4_0 32 share a scale.");
  EXPECT_EQ(sentence({{"weights", wave(32)}, {"format", "q4_K"}}),
            "What the super-block of these weights stores is not known.");
  EXPECT_EQ(sentence({{"weights", wave(16)}, {"format", "nvfp4"}, {"run", 4}}), "A block of nvfp4 has fewer runs.");
  EXPECT_THROW(block_bits("f16"), Error);
  EXPECT_THROW(block_bits("nothing"), Error);
}

}  // namespace
}  // namespace nibble
