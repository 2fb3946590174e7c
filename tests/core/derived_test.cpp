#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <random>

#include "architecture/view.h"
#include "derived/derived_reader.h"
#include "derived_source.h"
#include "error.h"
#include "formats/format.h"
#include "numeric/half.h"
#include "sentence_of.h"

/// Derived values against a slow form that works out every weight by itself, from the definition of a view.
namespace nibble {
namespace {

using architecture::View;
using ::testing::HasSubstr;

/// F32 weights 0, 1, 2, ... behind a header of seven bytes.
Source counting(uint64_t rows, uint64_t columns) {
  Source source;
  source.files = {Bytes(7)};
  for (uint64_t i = 0; i < rows * columns; ++i) {
    const auto value = static_cast<float>(i);
    append(source.files[0], &value, sizeof value);
  }
  DerivedMatrix matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.data = {0, 7, Type::f32, rows, columns};
  source.file.matrices = {matrix};
  return source;
}

/// Every weight of the parts, one by one.
std::vector<float> slowly(const DerivedTensor& tensor) {
  if (tensor.woven) {
    std::vector<float> values;
    const size_t parts = tensor.parts.size();
    for (size_t i = 0; i < tensor.elements(); ++i) {
      values.push_back(slowly({tensor.type, {tensor.parts[i % parts]}})[i / parts]);
    }
    return values;
  }
  std::vector<float> values;
  for (const DerivedPart& part : tensor.parts) {
    for (uint64_t i = 0; i < part.count(); ++i) {
      uint64_t left = i, at = part.first;
      for (const Axis& axis : part.axes) {
        at += left % axis.count * axis.stride;
        left /= axis.count;
      }
      float value = part.matrix == DerivedPart::zeros ? 0 : static_cast<float>(at);
      for (const float factor : part.factors) value *= factor;
      values.push_back(part.minus_exp ? -static_cast<float>(std::exp(static_cast<double>(value))) : value);
    }
  }
  return values;
}

TEST(Derived, EveryStretchOfEveryViewIsWhatItsDefinitionSays) {
  const uint64_t shape[] = {12, 10, 6};  // 60 rows
  const std::vector<View> views = {
      View(0, shape),
      View(0, shape).swap(0, 1),                          // each matrix transposed
      View(0, shape).split(1, 2).take(1, 1, 1),           // odd rows
      View(0, shape).split(1, 5).swap(1, 2),              // halves of rows side by side
      View(0, shape).split(0, 3).split(1, 2).swap(1, 2),  // columns in chunks
      View(0, shape).take(0, 6, 6).swap(0, 1),            // a half of the columns, transposed
      View(0, shape).take(2, 2, 3).swap(0, 1).times(0.5).times(3),
      View(0, shape).swap(1, 2),
  };
  for (size_t v = 0; v < views.size(); ++v) {
    SCOPED_TRACE(v);
    Source source = counting(60, 12);
    DerivedPart zeros;
    zeros.axes = {{5, 1}};
    source.file.add({Type::f32, {views[v].part(), zeros, views[0].part()}});
    const std::vector<float> expected = slowly(source.file.tensors[0]);
    ASSERT_EQ(source.file.tensors[0].elements(), expected.size());
    EXPECT_EQ(source.floats(0, expected.size()), expected);
    std::mt19937 random(1);
    for (int trial = 0; trial < 200; ++trial) {
      const uint64_t first = random() % expected.size(), count = 1 + random() % (expected.size() - first);
      const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(first);
      ASSERT_EQ(source.floats(first, count), std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(count)))
          << first << ' ' << count;
    }
  }
}

TEST(Derived, EveryStretchOfPartsThatAlternateIsWhatTheirDefinitionSays) {
  const uint64_t shape[] = {12, 10, 6};
  const View halves[] = {View(0, shape).take(0, 0, 4).swap(0, 1), View(0, shape).take(0, 4, 4).swap(0, 1),
                         View(0, shape).take(0, 8, 4).times(3)};
  for (const size_t parts : {2u, 3u}) {
    Source source = counting(60, 12);
    DerivedTensor tensor{Type::f32, {}, true};
    for (size_t i = 0; i < parts; ++i) tensor.parts.push_back(halves[i].part());
    source.file.add(tensor);
    const std::vector<float> expected = slowly(tensor);
    ASSERT_EQ(expected.size(), parts * 240);
    std::mt19937 random(2);
    for (int trial = 0; trial < 200; ++trial) {
      const uint64_t first = random() % expected.size(), count = 1 + random() % (expected.size() - first);
      const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(first);
      ASSERT_EQ(source.floats(first, count), std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(count)))
          << first << ' ' << count;
    }
  }
}

TEST(Derived, MinusExpIsRoundedFromDoublePrecision) {
  Source source = counting(1, 8);
  const uint64_t shape[] = {8};
  source.file.add({Type::f32, {View(0, shape).minus_exp().part()}});
  EXPECT_EQ(source.floats(0, 8), slowly(source.file.tensors[0]));
  EXPECT_EQ(source.floats(0, 2)[1], -2.7182817f);
}

TEST(Derived, HalfFloatsMoveAsTheyAreWhateverTheyHold) {
  Source source;
  source.files = {random_bytes(1 + 2 * 24, 3)};  // NaN and infinity among them, at an odd place
  DerivedMatrix matrix;
  matrix.rows = 4;
  matrix.columns = 6;
  matrix.data = {0, 1, Type::bf16, 4, 6};
  source.file.matrices = {matrix};
  const uint64_t shape[] = {6, 4};
  source.file.add({Type::bf16, {View(0, shape).swap(0, 1).part()}});
  const Bytes got = source.read(0, 48);
  for (size_t r = 0; r < 4; ++r) {
    for (size_t c = 0; c < 6; ++c) {
      EXPECT_EQ(0, std::memcmp(&got[2 * (c * 4 + r)], &source.files[0][1 + 2 * (r * 6 + c)], 2));
    }
  }
}

TEST(Derived, ScalesCountForBlocksClippedAtTheEdges) {
  constexpr uint64_t rows = 7, columns = 10, block = 4;
  Source source;
  source.files = {random_bytes(rows * columns, 5)};
  for (uint8_t& code : source.files[0]) {
    if ((code & 0x7f) == 0x7f) code ^= 1;
  }
  std::vector<float> scales;
  for (int i = 0; i < 6; ++i) scales.push_back(0.37f * static_cast<float>(i + 1));
  append(source.files[0], scales.data(), 4 * scales.size());
  DerivedMatrix matrix;
  matrix.form = MatrixForm::scaled;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.data = {0, 0, Type::f8_e4m3, rows, columns};
  matrix.scales = {0, rows * columns, Type::f32, 2, 3};
  matrix.scale_rows = matrix.scale_columns = block;
  source.file.matrices = {matrix};
  const uint64_t shape[] = {columns, rows};
  source.file.add({Type::f32, {View(0, shape).swap(0, 1).part()}});
  const std::vector<float> got = source.floats(0, rows * columns);
  for (uint64_t r = 0; r < rows; ++r) {
    for (uint64_t c = 0; c < columns; ++c) {
      float code;
      format_of(Type::f8_e4m3).decode(&source.files[0][r * columns + c], &code);
      EXPECT_EQ(got[c * rows + r], code * scales[r / block * 3 + c / block]) << r << ' ' << c;
    }
  }
}

/// Codes of `bits` bits along the rows, or down the columns of a transposed matrix, with scales of half floats.
Source codes(MatrixForm form, uint32_t bits, bool shuffled) {
  constexpr uint64_t rows = 32, columns = 64, group = 16;
  const uint64_t per_word = 32 / bits;
  Source source;
  source.files = {random_bytes(rows * columns / per_word * 4, bits)};
  DerivedMatrix matrix;
  matrix.form = form;
  matrix.bits = bits;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.scale_columns = group;
  const auto at = [&] { return uint64_t{source.files[0].size()}; };
  const auto add = [&](const Bytes& bytes) { append(source.files[0], bytes.data(), bytes.size()); };
  Bytes scales;
  for (uint64_t i = 0; i < rows * columns / group; ++i) {
    const auto half = static_cast<uint16_t>(0x3000 + 7 * i);
    append(scales, &half, sizeof half);
  }
  if (form == MatrixForm::codes_in_rows) {
    matrix.data = {0, 0, Type::i32, rows, columns / per_word};
    matrix.scales = {0, at(), Type::f16, rows, columns / group};
    add(scales);
  } else {
    matrix.data = {0, 0, Type::i32, columns / per_word, rows};
    matrix.scales = {0, at(), Type::f16, columns / group, rows};
    add(scales);
    matrix.zeros = {0, at(), Type::i32, columns / group, rows / per_word};
    add(random_bytes(columns / group * rows / per_word * 4, 77));
    matrix.zero_plus = 1;
    if (shuffled) {
      matrix.groups = {0, at(), Type::i32, 1, columns};
      for (uint32_t c = 0; c < columns; ++c) {
        const uint32_t number = (c * 7 + 3) % (columns / group);
        append(source.files[0], &number, sizeof number);
      }
    }
  }
  source.file.matrices = {matrix};
  const uint64_t shape[] = {columns, rows};
  source.file.add({Type::f32, {View(0, shape).part()}});
  return source;
}

uint32_t code_at(const Source& source, const StoredMatrix& words, uint64_t word_row, uint64_t word_column,
                 uint32_t bits, uint64_t place) {
  uint32_t word;
  std::memcpy(&word, &source.files[0][words.offset + 4 * (word_row * words.columns + word_column)], sizeof word);
  return word >> bits * place & ((1u << bits) - 1);
}

float half_at(const Source& source, const StoredMatrix& scales, uint64_t row, uint64_t column) {
  float value;
  format_of(Type::f16).decode(&source.files[0][scales.offset + 2 * (row * scales.columns + column)], &value);
  return value;
}

TEST(Derived, CodesAreLessTheirZeroTimesTheirScale) {
  for (const uint32_t bits : {2u, 4u, 8u}) {
    SCOPED_TRACE(bits);
    const uint64_t per_word = 32 / bits;
    const Source in_rows = codes(MatrixForm::codes_in_rows, bits, false);
    const DerivedMatrix& m = in_rows.file.matrices[0];
    const std::vector<float> values = in_rows.floats(0, m.rows * m.columns);
    for (uint64_t i = 0; i < values.size(); ++i) {
      const uint64_t r = i / m.columns, c = i % m.columns;
      const auto code = static_cast<int>(code_at(in_rows, m.data, r, c / per_word, bits, c % per_word));
      ASSERT_EQ(values[i],
                static_cast<float>(code - (1 << (bits - 1))) * half_at(in_rows, m.scales, r, c / m.scale_columns));
    }
    for (const bool shuffled : {false, true}) {
      const Source in_columns = codes(MatrixForm::codes_in_columns, bits, shuffled);
      const DerivedMatrix& g = in_columns.file.matrices[0];
      const std::vector<float> got = in_columns.floats(0, g.rows * g.columns);
      for (uint64_t i = 0; i < got.size(); ++i) {
        const uint64_t r = i / g.columns, c = i % g.columns;
        const uint64_t group = shuffled ? (c * 7 + 3) % g.scales.rows : c / g.scale_columns;
        const auto code = static_cast<int>(code_at(in_columns, g.data, c / per_word, r, bits, c % per_word));
        const auto zero = static_cast<int>(code_at(in_columns, g.zeros, group, r / per_word, bits, r % per_word)) + 1;
        ASSERT_EQ(got[i], static_cast<float>(code - zero) * half_at(in_columns, g.scales, group, r));
      }
      // From the middle of a row to the middle of another.
      EXPECT_EQ(in_columns.floats(70, 200), std::vector<float>(got.begin() + 70, got.begin() + 270));
    }
  }
}

TEST(Derived, AGroupThatIsNotThereIsDamage) {
  Source source = codes(MatrixForm::codes_in_columns, 4, true);
  const uint32_t wrong = 99;
  std::memcpy(&source.files[0][source.file.matrices[0].groups.offset + 4], &wrong, sizeof wrong);
  EXPECT_THAT(sentence_of([&] { source.floats(0, 8); }), HasSubstr("names group 99 of 4"));
}

TEST(Derived, PairsBecomeBlocksOfTheSameWeights) {
  constexpr uint64_t rows = 4, blocks = 2;
  Source source;
  source.files = {random_bytes(rows * blocks * 16, 9), {}};
  for (uint64_t i = 0; i < rows * blocks; ++i) source.files[1].push_back(static_cast<uint8_t>(120 + i));
  DerivedMatrix matrix;
  matrix.form = MatrixForm::mxfp4_pairs;
  matrix.rows = rows;
  matrix.columns = blocks;
  matrix.data = {0, 0, Type::i8, rows, blocks * 16};
  matrix.scales = {1, 0, Type::i8, rows, blocks};
  source.file.matrices = {matrix};
  const uint64_t shape[] = {blocks, rows};
  source.file.add({Type::mxfp4, {View(0, shape).split(1, 2).take(1, 1, 1).part()}});  // odd rows
  const Bytes got = source.read(0, 17 * 2 * blocks);
  const auto block_values = [](const uint8_t* block) {
    std::vector<float> values(32);
    format_of(Type::mxfp4).decode(block, values.data());
    return values;
  };
  for (uint64_t i = 0; i < 2 * blocks; ++i) {
    const uint64_t from = (i / blocks * 2 + 1) * blocks + i % blocks;
    const std::vector<float> values = block_values(&got[17 * i]);
    for (size_t j = 0; j < 32; ++j) {
      // A block that holds the code alone, in its first place.
      uint8_t alone[17] = {source.files[1][from]};
      alone[1] = source.files[0][from * 16 + j / 2] >> (j % 2 * 4) & 15;
      EXPECT_EQ(values[j], block_values(alone)[0]);
    }
  }
}

TEST(Derived, AMatrixOfFourGigabytesIsTransposedWithinTheBound) {
  constexpr uint64_t rows = 32768, columns = 65536;
  DerivedFile file;
  DerivedMatrix matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.data = {0, 128, Type::bf16, rows, columns};
  file.matrices = {matrix};
  const uint64_t shape[] = {columns, rows};
  file.add({Type::bf16, {View(0, shape).swap(0, 1).part()}});
  ASSERT_EQ(file.bytes(), uint64_t{4} << 30);
  DerivedReader reader(std::move(file), best_kernel());
  uint64_t pieces = 0;
  for (uint64_t offset = 0; offset < (uint64_t{4} << 30); ++pieces) {
    const uint64_t made = reader.plan(offset, uint64_t{4} << 20);
    ASSERT_LE(reader.input_bytes(), 2 * made);
    ASSERT_LE(reader.input_bytes() + made, DerivedReader::scratch_bytes);
    ASSERT_LE(reader.reads().size(), 3u);
    offset += made;
  }
  EXPECT_EQ(pieces, rows * columns / DerivedReader::most_weights);
}

}  // namespace
}  // namespace nibble
