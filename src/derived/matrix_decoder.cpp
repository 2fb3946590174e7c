#include "derived/matrix_decoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

#include "codec/codec.h"
#include "derived/codes.h"
#include "error.h"
#include "numeric/value_tables.h"

namespace nibble {
namespace {

constexpr uint64_t mxfp4_half_block = 16;
constexpr uint64_t nvfp4_scales = 4, nvfp4_codes = 32, nvfp4_run = 8;  // bytes of a block, and of a scale's codes
constexpr uint64_t level_count = 16, nested_level_count = 256;
constexpr uint64_t rows_of_a_word = std::size(awq_order);

/// A run of blocks, words or the like.
struct Run {
  uint64_t first, count;
  uint64_t end() const { return first + count; }
};

/// The blocks of `length` that hold `count` things from `first` on.
Run blocks_of(uint64_t first, uint64_t count, uint64_t length) {
  return {first / length, (first + count - 1) / length + 1 - first / length};
}

/// The words that hold `count` codes from code `first` on, in whole units, as far as there are words.
Run words_of(uint64_t first, uint64_t count, uint32_t bits, uint64_t words) {
  const CodeUnit unit = unit_of(bits);
  const Run units = blocks_of(first, count, unit.codes);
  const uint64_t begin = units.first * unit.words;
  return {begin, std::min(words, units.end() * unit.words) - begin};
}

bool is_codes(MatrixForm form) {
  return form == MatrixForm::codes_in_rows || form == MatrixForm::codes_in_columns || form == MatrixForm::codes_across;
}

/// Scales that were read: those of the columns, or all where any column can have any.
Run scale_columns(const Rectangle& box) {
  const DerivedMatrix& matrix = *box.matrix;
  if (is_codes(matrix.form) && matrix.groups.rows > 0) {
    return {0, matrix.form == MatrixForm::codes_in_rows ? matrix.scales.columns : matrix.scales.rows};
  }
  return blocks_of(box.column, box.columns, matrix.scale_columns);
}

Run scale_rows(const Rectangle& box) { return blocks_of(box.row, box.rows, box.matrix->scale_rows); }

/// Words of zeros that were read, along the rows.
Run zero_words(const Rectangle& box) {
  const DerivedMatrix& matrix = *box.matrix;
  const bool in_rows = matrix.form == MatrixForm::codes_in_rows;
  return words_of(box.row, box.rows, matrix.bits, in_rows ? matrix.zeros.rows : matrix.zeros.columns);
}

/// Words of codes that were read: along the columns of codes_in_rows and codes_in_columns, else along the rows.
Run data_words(const Rectangle& box) {
  const DerivedMatrix& matrix = *box.matrix;
  if (matrix.form == MatrixForm::codes_across) {
    return words_of(box.row, box.rows, matrix.bits, matrix.data.columns);
  }
  const bool in_rows = matrix.form == MatrixForm::codes_in_rows;
  return words_of(box.column, box.columns, matrix.bits, in_rows ? matrix.data.columns : matrix.data.rows);
}

/// Nested scales that were read: they are counted through all rows of scales.
Run nested_run(const Rectangle& box) {
  const DerivedMatrix& matrix = *box.matrix;
  const Run rows = scale_rows(box), columns = scale_columns(box);
  const uint64_t first = rows.first * matrix.scales.columns + columns.first;
  const uint64_t last = (rows.end() - 1) * matrix.scales.columns + columns.end() - 1;
  return blocks_of(first, last + 1 - first, matrix.nested.block);
}

}  // namespace

void Rectangle::read(const Read& read) {
  if (matrix->has_lengths()) {
    wanted = std::exchange(column, 0);
    columns = matrix->columns;
  }
  read_stored(read);
  for (const LowRank& one : matrix->added) {
    const uint64_t rank = one.down.rows;
    const uint64_t down = read(one.down, 0, column, rank, columns), up = read(one.up, row, 0, rows, rank);
    added.push_back({down, up, one.lengths.rows > 0 ? read(one.lengths, 0, row, 1, rows) : 0});
  }
}

void Rectangle::read_stored(const Read& read) {
  const DerivedMatrix& m = *matrix;
  switch (m.form) {
    case MatrixForm::plain: data = read(m.data, row, column, rows, columns); return;
    case MatrixForm::mxfp4_pairs:
      data = read(m.data, row, column * mxfp4_half_block, rows, columns * mxfp4_half_block);
      scales = read(m.scales, row, column, rows, columns);
      return;
    case MatrixForm::nvfp4_pairs:
      data = read(m.data, row, column * nvfp4_codes, rows, columns * nvfp4_codes);
      scales = read(m.scales, row, column * nvfp4_scales, rows, columns * nvfp4_scales);
      return;
    case MatrixForm::scaled: data = read(m.data, row, column, rows, columns); break;
    case MatrixForm::levels_in_rows: {
      const Run bytes = blocks_of(column, columns, 2);
      data = read(m.data, row, bytes.first, rows, bytes.count);
      if (m.levels.rows > 0) levels = read(m.levels, 0, 0, 1, level_count);
      break;
    }
    case MatrixForm::codes_in_rows: {
      const Run words = data_words(*this);
      data = read(m.data, row, words.first, rows, words.count);
      break;
    }
    case MatrixForm::codes_in_columns: {
      const Run words = data_words(*this);
      data = read(m.data, words.first, row, words.count, rows);
      break;
    }
    case MatrixForm::codes_across: {
      const Run words = data_words(*this);
      data = read(m.data, column, words.first, columns, words.count);
      break;
    }
  }
  const Run down = scale_rows(*this), across = scale_columns(*this);
  const bool upright = m.form == MatrixForm::codes_in_columns || m.form == MatrixForm::codes_across;
  if (upright) {
    scales = read(m.scales, across.first, down.first, across.count, down.count);
  } else {
    scales = read(m.scales, down.first, across.first, down.count, across.count);
  }
  if (m.zeros.rows > 0) {
    if (m.form == MatrixForm::scaled) {
      zeros = read(m.zeros, down.first, across.first, down.count, across.count);
    } else if (upright) {
      zeros = read(m.zeros, across.first, zero_words(*this).first, across.count, zero_words(*this).count);
    } else {
      zeros = read(m.zeros, zero_words(*this).first, across.first, zero_words(*this).count, across.count);
    }
  }
  if (is_codes(m.form) && m.groups.rows > 0) groups = read(m.groups, 0, column, 1, columns);
  if (m.global.rows > 0) global = read(m.global, 0, 0, 1, 1);
  if (m.nested.scales.rows > 0) {
    const Run run = nested_run(*this);
    nested_scales = read(m.nested.scales, 0, run.first, 1, run.count);
    nested_levels = read(m.nested.levels, 0, 0, 1, nested_level_count);
  }
}

void regroup_mxfp4(const Rectangle& rectangle, const uint8_t* input, uint8_t* blocks) {
  const uint8_t *pairs = input + rectangle.data, *exponents = input + rectangle.scales;
  for (uint64_t i = 0; i < rectangle.rows * rectangle.columns; ++i) {
    uint8_t* block = blocks + i * mxfp4_block;
    block[0] = exponents[i];
    const uint8_t* half = pairs + i * mxfp4_half_block;
    for (uint64_t j = 0; j < mxfp4_half_block; ++j) {
      const uint8_t low = half[j / 2] >> (j % 2 * 4) & 15, high = half[8 + j / 2] >> (j % 2 * 4) & 15;
      block[1 + j] = static_cast<uint8_t>(low | high << 4);
    }
  }
}

void regroup_nvfp4(const Rectangle& rectangle, const uint8_t* input, uint8_t* blocks) {
  constexpr uint8_t no_number = 0x7F;
  const uint8_t *pairs = input + rectangle.data, *scales = input + rectangle.scales;
  for (uint64_t i = 0; i < rectangle.rows * rectangle.columns; ++i) {
    uint8_t* block = blocks + i * nvfp4_block;
    for (uint64_t run = 0; run < nvfp4_scales; ++run) {
      block[run] = scales[i * nvfp4_scales + run];
      if (block[run] >= no_number) {
        throw Error(
            "A block of NVFP4 has a scale below zero or that is no number, which GGUF's NVFP4 does not hold. The file "
            "is "
            "damaged; get it again, or choose another type.");
      }
      const uint8_t* from = pairs + i * nvfp4_codes + run * nvfp4_run;
      uint8_t* to = block + nvfp4_scales + run * nvfp4_run;
      for (uint64_t j = 0; j < nvfp4_run; ++j) {
        const uint8_t low = from[j / 2] >> (j % 2 * 4) & 15, high = from[nvfp4_run / 2 + j / 2] >> (j % 2 * 4) & 15;
        to[j] = static_cast<uint8_t>(low | high << 4);
      }
    }
  }
}

void MatrixDecoder::floats(Type type, const uint8_t* bytes, float* values, uint64_t count) const {
  if (type == Type::i8) {
    for (uint64_t i = 0; i < count; ++i) values[i] = static_cast<float>(static_cast<int8_t>(bytes[i]));
  } else {
    find_decoder(type, kernel_)->decode(bytes, values, count);
  }
}

void MatrixDecoder::decode(const Rectangle& rectangle, const uint8_t* input, float* values) {
  decode_stored(rectangle, input, values);
  if (!rectangle.matrix->added.empty()) add_low_rank(rectangle, input, values);
}

/// Sums over the rank in its order, so that they do not depend on how a matrix is cut.
void MatrixDecoder::add_low_rank(const Rectangle& box, const uint8_t* input, float* values) {
  for (size_t n = 0; n < box.added.size(); ++n) {
    const LowRank& one = box.matrix->added[n];
    const uint64_t rank = one.down.rows;
    down_.resize(rank * box.columns);
    up_.resize(box.rows * rank);
    floats(one.down.type, input + box.added[n].down, down_.data(), down_.size());
    floats(one.up.type, input + box.added[n].up, up_.data(), up_.size());
    sums_.resize(box.columns);
    const bool has_lengths = one.lengths.rows > 0;
    if (has_lengths) {
      lengths_.resize(box.rows);
      floats(one.lengths.type, input + box.added[n].lengths, lengths_.data(), box.rows);
    }
    for (uint64_t r = 0; r < box.rows; ++r) {
      std::fill(sums_.begin(), sums_.end(), 0.0);
      for (uint64_t k = 0; k < rank; ++k) {
        const auto up = static_cast<double>(up_[r * rank + k]);
        const float* down = down_.data() + k * box.columns;
        for (uint64_t c = 0; c < box.columns; ++c) sums_[c] += up * static_cast<double>(down[c]);
      }
      float* row = values + r * box.columns;
      double squares = 0;
      for (uint64_t c = 0; c < box.columns; ++c) {
        sums_[c] = static_cast<double>(row[c]) + one.factor * sums_[c];
        squares += sums_[c] * sums_[c];
      }
      // A row of zeros has no direction and stays one.
      const double stretch = has_lengths && squares > 0 ? static_cast<double>(lengths_[r]) / std::sqrt(squares) : 1;
      for (uint64_t c = 0; c < box.columns; ++c) row[c] = static_cast<float>(stretch * sums_[c]);
    }
  }
}

void MatrixDecoder::decode_stored(const Rectangle& rectangle, const uint8_t* input, float* values) {
  const DerivedMatrix& matrix = *rectangle.matrix;
  if (matrix.form == MatrixForm::plain) {
    floats(matrix.data.type, input + rectangle.data, values, rectangle.rows * rectangle.columns);
    return;
  }
  read_scales(rectangle, input);
  if (matrix.form == MatrixForm::scaled) {
    decode_scaled(rectangle, input, values);
  } else if (matrix.form == MatrixForm::levels_in_rows) {
    decode_levels(rectangle, input, values);
  } else {
    decode_codes(rectangle, input, values);
  }
}

/// Fills scales_ with the scales as they lie.
void MatrixDecoder::read_scales(const Rectangle& rectangle, const uint8_t* input) {
  const DerivedMatrix& matrix = *rectangle.matrix;
  const Run down = scale_rows(rectangle), across = scale_columns(rectangle);
  const uint64_t count = down.count * across.count;
  scales_.resize(count);
  if (matrix.nested.scales.rows > 0) {
    const Run blocks = nested_run(rectangle);
    nested_.resize(blocks.count + nested_level_count);
    floats(matrix.nested.scales.type, input + rectangle.nested_scales, nested_.data(), blocks.count);
    float* levels = nested_.data() + blocks.count;
    floats(matrix.nested.levels.type, input + rectangle.nested_levels, levels, nested_level_count);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t number = (down.first + i / across.count) * matrix.scales.columns + across.first + i % across.count;
      const float scale = nested_[number / matrix.nested.block - blocks.first];
      scales_[i] = levels[input[rectangle.scales + i]] * scale + matrix.nested.offset;
    }
  } else {
    floats(matrix.scales.type, input + rectangle.scales, scales_.data(), count);
  }
  if (matrix.global.rows == 0) return;
  float global;
  floats(matrix.global.type, input + rectangle.global, &global, 1);
  for (float& scale : scales_) scale = matrix.divide ? scale / global : scale * global;
}

void MatrixDecoder::decode_scaled(const Rectangle& box, const uint8_t* input, float* values) {
  const DerivedMatrix& matrix = *box.matrix;
  floats(matrix.data.type, input + box.data, values, box.rows * box.columns);
  const Run down = scale_rows(box), across = scale_columns(box);
  if (matrix.zeros.rows > 0) {
    nested_.resize(scales_.size());
    floats(matrix.zeros.type, input + box.zeros, nested_.data(), nested_.size());
  }
  for (uint64_t r = 0; r < box.rows; ++r) {
    const uint64_t first = ((box.row + r) / matrix.scale_rows - down.first) * across.count;
    float* row = values + r * box.columns;
    for (uint64_t c = 0, number = first; c < box.columns; ++number) {
      const uint64_t block = across.first + number - first;
      const uint64_t end = std::min(box.columns, (block + 1) * matrix.scale_columns - box.column);
      if (matrix.zeros.rows > 0) {
        for (uint64_t i = c; i < end; ++i) row[i] -= nested_[number];
      }
      for (const float scale = scales_[number]; c < end; ++c) row[c] *= scale;
    }
  }
  if (matrix.factor == 1) return;
  for (uint64_t i = 0; i < box.rows * box.columns; ++i) values[i] *= matrix.factor;
}

void MatrixDecoder::decode_levels(const Rectangle& box, const uint8_t* input, float* values) {
  const DerivedMatrix& matrix = *box.matrix;
  float levels[level_count];
  if (matrix.levels.rows > 0) {
    floats(matrix.levels.type, input + box.levels, levels, level_count);
  } else {
    for (uint64_t i = 0; i < level_count; ++i) levels[i] = static_cast<float>(fp4_values[i]) / 2;
  }
  const LevelPairs pairs(levels, matrix.high_first);
  const Run across = scale_columns(box);
  const uint64_t row_bytes = blocks_of(box.column, box.columns, 2).count;
  for (uint64_t r = 0; r < box.rows; ++r) {
    float* row = values + r * box.columns;
    pairs.decode(input + box.data + r * row_bytes, box.column % 2 != 0, row, box.columns);
    for (uint64_t c = 0, g = 0; c < box.columns; ++g) {
      const uint64_t end = std::min(box.columns, (across.first + g + 1) * matrix.scale_columns - box.column);
      for (const float scale = scales_[r * across.count + g]; c < end; ++c) row[c] *= scale;
    }
  }
}

/// Fills groups_ where columns do not have their scales in order; returns whether that is so.
bool MatrixDecoder::read_groups(const Rectangle& box, const uint8_t* input) {
  const DerivedMatrix& matrix = *box.matrix;
  if (matrix.groups.rows == 0) return false;
  const uint64_t count = scale_columns(box).count;
  groups_.resize(box.columns);
  std::memcpy(groups_.data(), input + box.groups, box.columns * sizeof(uint32_t));
  bool shuffled = false;
  for (uint64_t c = 0; c < box.columns; ++c) {
    if (groups_[c] >= count) {
      throw Error("Column " + std::to_string(box.column + c) + " of a quantized matrix names group " +
                  std::to_string(groups_[c]) + " of " + std::to_string(count) + ". The file is damaged; get it again.");
    }
    shuffled |= groups_[c] != (box.column + c) / matrix.scale_columns;
  }
  return shuffled;
}

/// Fills row_zeros_ and row_scales_ for a row of the rectangle.
void MatrixDecoder::read_zeros(const Rectangle& box, const uint8_t* input, uint64_t row) {
  const DerivedMatrix& matrix = *box.matrix;
  const bool in_rows = matrix.form == MatrixForm::codes_in_rows;
  const uint64_t count = scale_columns(box).count;
  row_scales_.resize(count);
  row_zeros_.assign(count, 1 << (matrix.bits - 1));
  for (uint64_t g = 0; g < count; ++g) row_scales_[g] = scales_[in_rows ? row * count + g : g * box.rows + row];
  if (matrix.zeros.rows == 0) return;
  const Run words = zero_words(box);
  const CodeUnit unit = unit_of(matrix.bits);
  uint64_t place = box.row + row - words.first / unit.words * unit.codes;
  if (matrix.form == MatrixForm::codes_across) place = place / rows_of_a_word * rows_of_a_word + awq_place(place);
  for (uint64_t g = 0; g < count; ++g) {
    const uint8_t* first = input + box.zeros + sizeof(uint32_t) * (in_rows ? g : g * words.count);
    row_zeros_[g] = static_cast<int32_t>(code_at(first, in_rows ? count : 1, place, matrix.bits) + matrix.zero_plus);
  }
}

/// Fills codes_ with the codes of a row, or of the eight rows that share words.
void MatrixDecoder::unpack_row(const Rectangle& box, const uint8_t* input, uint64_t row) {
  const DerivedMatrix& matrix = *box.matrix;
  const Run words = data_words(box);
  const CodeUnit unit = unit_of(matrix.bits);
  if (matrix.form == MatrixForm::codes_across) {
    const uint64_t word = (box.row + row) / rows_of_a_word - words.first;
    unpack_across(input + box.data + sizeof(uint32_t) * word, words.count, box.columns, codes_.data());
  } else if (matrix.form == MatrixForm::codes_in_rows) {
    unpack(input + box.data + sizeof(uint32_t) * row * words.count, 1, words.count / unit.words, matrix.bits,
           codes_.data());
  } else {
    unpack(input + box.data + sizeof(uint32_t) * row, box.rows, words.count / unit.words, matrix.bits, codes_.data());
  }
}

void MatrixDecoder::decode_codes(const Rectangle& box, const uint8_t* input, float* values) {
  const DerivedMatrix& matrix = *box.matrix;
  const bool shuffled = read_groups(box, input), across = matrix.form == MatrixForm::codes_across;
  // Scales that were read begin with the first one, or with that of the first column.
  const uint64_t first_group = scale_columns(box).first;
  const CodeUnit unit = unit_of(matrix.bits);
  const uint64_t before = across ? 0 : box.column % unit.codes;
  codes_.resize(across ? rows_of_a_word * box.columns : (box.columns + 2 * unit.codes));
  for (uint64_t r = 0; r < box.rows; ++r) {
    const uint64_t in_word = (box.row + r) % rows_of_a_word;
    if (!across || r == 0 || in_word == 0) unpack_row(box, input, r);
    read_zeros(box, input, r);
    const uint8_t* codes = codes_.data() + (across ? in_word * box.columns : before);
    float* row = values + r * box.columns;
    if (shuffled) {
      for (uint64_t c = 0; c < box.columns; ++c) {
        row[c] = static_cast<float>(codes[c] - row_zeros_[groups_[c]]) * row_scales_[groups_[c]];
      }
      continue;
    }
    for (uint64_t c = 0; c < box.columns;) {
      const uint64_t group = (box.column + c) / matrix.scale_columns;
      const uint64_t end = std::min(box.columns, (group + 1) * matrix.scale_columns - box.column);
      const int32_t zero = row_zeros_[group - first_group];
      for (const float scale = row_scales_[group - first_group]; c < end; ++c) {
        row[c] = static_cast<float>(codes[c] - zero) * scale;
      }
    }
  }
}

}  // namespace nibble
