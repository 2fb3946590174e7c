#include "derived/derived_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "codec/codec.h"
#include "error.h"

namespace nibble {
namespace {

constexpr uint64_t mxfp4_half_block = 16;

uint64_t rounded_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit; }

uint32_t word_at(const uint8_t* bytes, uint64_t index) {
  uint32_t word;
  std::memcpy(&word, bytes + 4 * index, sizeof word);
  return word;
}

/// Copies elements of `size` bytes from a rectangle into their order: axes innermost first, strides in elements.
template <class Copy>
void walk(const std::vector<Axis>& axes, size_t axis, uint64_t from, uint64_t& to, Copy&& copy) {
  if (axis == 0) {
    copy(from, to, axes.empty() ? Axis{1, 1} : axes[0]);
    to += axes.empty() ? 1 : axes[0].count;
    return;
  }
  for (uint64_t i = 0; i < axes[axis].count; ++i) walk(axes, axis - 1, from + i * axes[axis].stride, to, copy);
}

template <class Element>
void gather(const std::vector<Axis>& axes, uint64_t start, const Element* from, Element* to) {
  uint64_t written = 0;
  walk(axes, axes.empty() ? 0 : axes.size() - 1, start, written, [&](uint64_t at, uint64_t out, Axis inner) {
    if (inner.stride == 1) {
      std::memcpy(to + out, from + at, inner.count * sizeof(Element));
    } else {
      for (uint64_t i = 0; i < inner.count; ++i) to[out + i] = from[at + i * inner.stride];
    }
  });
}

/// An element of that many bytes, wherever it lies.
template <size_t n>
struct Bytes {
  uint8_t bytes[n];
};
using Mxfp4Block = Bytes<17>;

template <size_t n>
void gather_bytes(const std::vector<Axis>& axes, const uint8_t* from, uint8_t* to) {
  gather(axes, 0, reinterpret_cast<const Bytes<n>*>(from), reinterpret_cast<Bytes<n>*>(to));
}

}  // namespace

DerivedReader::DerivedReader(DerivedFile file, Kernel kernel) : file_(std::move(file)), kernel_(kernel) {}

uint64_t DerivedReader::plan(uint64_t offset, uint64_t bytes) {
  boxes_.clear();
  reads_.clear();
  input_bytes_ = 0;
  const auto after = std::upper_bound(file_.offsets.begin(), file_.offsets.end(), offset);
  const auto index = static_cast<size_t>(after - file_.offsets.begin());
  if (index == 0) throw Error("There is no derived tensor at byte " + std::to_string(offset) + '.');
  tensor_ = &file_.tensors[index - 1];
  const uint64_t element = format_of(tensor_->type).block_bytes, start = file_.offsets[index - 1];
  if ((offset - start) % element != 0 || bytes % element != 0 || bytes == 0 || offset - start >= tensor_->bytes()) {
    throw Error("Derived bytes were asked for that are no whole weights. This is a fault in the program.");
  }
  uint64_t begin = (offset - start) / element;
  const uint64_t count = std::min({bytes / element, most_weights, tensor_->elements() - begin});
  uint64_t left = count;
  for (const DerivedPart& part : tensor_->parts) {
    const uint64_t all = part.count();
    if (begin >= all) {
      begin -= all;
      continue;
    }
    const uint64_t end = std::min(all, begin + left);
    add_boxes(part, part.axes.size(), part.first, begin, end);
    left -= end - begin;
    begin = 0;
    if (left == 0) break;
  }
  return count * element;
}

/// Cuts a run of a view's weights into boxes: a first piece of the outermost axis, whole steps, a last piece.
void DerivedReader::add_boxes(const DerivedPart& part, size_t axes, uint64_t first, uint64_t begin, uint64_t end) {
  if (begin >= end) return;
  if (axes == 0) return add_box(part, first, {});
  uint64_t inner = 1;
  for (size_t i = 0; i + 1 < axes; ++i) inner *= part.axes[i].count;
  const uint64_t stride = part.axes[axes - 1].stride;
  uint64_t step = begin / inner;
  const uint64_t last = end / inner;
  if (begin % inner != 0 || step == last) {
    const uint64_t stop = std::min(end, (step + 1) * inner);
    add_boxes(part, axes - 1, first + step * stride, begin - step * inner, stop - step * inner);
    ++step;
  }
  if (step < last) {
    std::vector<Axis> whole(part.axes.begin(), part.axes.begin() + static_cast<std::ptrdiff_t>(axes));
    whole.back().count = last - step;
    add_box(part, first + step * stride, std::move(whole));
    step = last;
  }
  if (step == last && last * inner < end && begin < last * inner) {
    add_boxes(part, axes - 1, first + last * stride, 0, end - last * inner);
  }
}

void DerivedReader::add_box(const DerivedPart& part, uint64_t first, std::vector<Axis> axes) {
  std::erase_if(axes, [](const Axis& axis) { return axis.count == 1; });
  uint64_t count = 1;
  for (const Axis& axis : axes) count *= axis.count;
  if (part.matrix == DerivedPart::zeros) {
    boxes_.push_back({&part, nullptr, 0, {}, 0, 0, 0, 0, 0, 0, 0, 0, count});
    return;
  }
  const DerivedMatrix& matrix = file_.matrices[part.matrix];
  uint64_t rows = 1, columns = 1;
  for (const Axis& axis : axes) {
    if (axis.stride % matrix.columns == 0) {
      rows += (axis.count - 1) * (axis.stride / matrix.columns);
    } else {
      columns += (axis.count - 1) * axis.stride;
    }
  }
  if (rows * columns > (most_waste + 1) * count) {
    const Axis outermost = axes.back();
    axes.pop_back();
    for (uint64_t i = 0; i < outermost.count; ++i) add_box(part, first + i * outermost.stride, axes);
    return;
  }
  Box box{&part, &matrix, first, std::move(axes), first / matrix.columns, first % matrix.columns, rows, columns, 0, 0,
          0,     0,       count};
  const auto read_scales = [&] {
    const uint64_t row = box.row / matrix.scale_rows, column = box.column / matrix.scale_columns;
    box.scales = read(matrix.scales, row, column, (box.row + rows - 1) / matrix.scale_rows + 1 - row,
                      (box.column + columns - 1) / matrix.scale_columns + 1 - column);
  };
  switch (matrix.form) {
    case MatrixForm::plain: box.data = read(matrix.data, box.row, box.column, rows, columns); break;
    case MatrixForm::scaled: {
      box.data = read(matrix.data, box.row, box.column, rows, columns);
      read_scales();
      break;
    }
    case MatrixForm::codes_in_rows: {
      const uint64_t word = box.column * matrix.bits / 32;
      const uint64_t end = rounded_up((box.column + columns) * matrix.bits, 32);
      box.data = read(matrix.data, box.row, word, rows, end - word);
      read_scales();
      break;
    }
    case MatrixForm::codes_in_columns: {
      const uint64_t word = box.column * matrix.bits / 32;
      const uint64_t end = rounded_up((box.column + columns) * matrix.bits, 32);
      box.data = read(matrix.data, word, box.row, end - word, rows);
      box.scales = read(matrix.scales, 0, box.row, matrix.scales.rows, rows);
      if (matrix.zeros.rows > 0) {
        const uint64_t from = box.row * matrix.bits / 32, to = rounded_up((box.row + rows) * matrix.bits, 32);
        box.zeros = read(matrix.zeros, 0, from, matrix.zeros.rows, to - from);
      }
      if (matrix.groups.rows > 0) box.groups = read(matrix.groups, 0, box.column, 1, columns);
      break;
    }
    case MatrixForm::mxfp4_pairs:
      box.data = read(matrix.data, box.row, box.column * mxfp4_half_block, rows, columns * mxfp4_half_block);
      box.scales = read(matrix.scales, box.row, box.column, rows, columns);
      break;
  }
  boxes_.push_back(std::move(box));
}

/// Adds what is to be read; returns where it will lie in the input.
uint64_t DerivedReader::read(const StoredMatrix& stored, uint64_t row, uint64_t column, uint64_t rows,
                             uint64_t columns) {
  const uint64_t element = format_of(stored.type).block_bytes, stride = stored.columns * element;
  StridedRead wanted{stored.file, stored.offset + row * stride + column * element, columns * element, rows, stride};
  if (columns == stored.columns) wanted = {stored.file, wanted.offset, rows * stride, 1, rows * stride};
  const uint64_t at = input_bytes_;
  input_bytes_ += wanted.bytes * wanted.count;
  if (!reads_.empty()) {
    StridedRead& last = reads_.back();
    if (last.file == wanted.file && last.count == 1 && wanted.count == 1 && last.offset + last.bytes == wanted.offset) {
      last.bytes += wanted.bytes;
      last.stride = last.bytes;
      return at;
    }
  }
  reads_.push_back(wanted);
  return at;
}

void DerivedReader::make(const uint8_t* input, uint8_t* output) {
  const Format& format = format_of(tensor_->type);
  for (const Box& box : boxes_) {
    if (box.matrix == nullptr) {
      std::memset(output, 0, box.count * format.block_bytes);
      output += box.count * format.block_bytes;
      continue;
    }
    // The axes within the rectangle.
    std::vector<Axis> axes = box.axes;
    for (Axis& axis : axes) {
      if (axis.stride % box.matrix->columns == 0) axis.stride = axis.stride / box.matrix->columns * box.columns;
    }
    const uint8_t* data = input + box.data;
    if (box.matrix->form == MatrixForm::mxfp4_pairs) {
      decode(box, input);
      gather_bytes<sizeof(Mxfp4Block)>(axes, blocks_.data(), output);
    } else if (tensor_->type != Type::f32 && box.matrix->form == MatrixForm::plain) {
      if (format.block_bytes != 2)
        throw Error("Only half floats can be moved as they are. This is a fault in the program.");
      gather_bytes<2>(axes, data, output);
    } else {
      decode(box, input);
      auto* values = reinterpret_cast<float*>(output);
      gather(axes, 0, values_.data(), values);
      for (const float factor : box.part->factors) {
        for (uint64_t i = 0; i < box.count; ++i) values[i] *= factor;
      }
      if (box.part->minus_exp) {
        // In double precision and rounded, so that every machine gets the same.
        for (uint64_t i = 0; i < box.count; ++i) {
          values[i] = -static_cast<float>(std::exp(static_cast<double>(values[i])));
        }
      }
    }
    output += box.count * format.block_bytes;
  }
}

std::vector<float> DerivedReader::floats(const StoredMatrix& stored, const uint8_t* bytes, uint64_t count) const {
  std::vector<float> values(count);
  find_decoder(stored.type, kernel_)->decode(bytes, values.data(), count);
  return values;
}

/// Fills values_, or blocks_, with the box's rectangle, row by row.
void DerivedReader::decode(const Box& box, const uint8_t* input) {
  const DerivedMatrix& matrix = *box.matrix;
  const uint64_t area = box.rows * box.columns;
  if (matrix.form == MatrixForm::mxfp4_pairs) {
    blocks_.resize(area * sizeof(Mxfp4Block));
    const uint8_t *pairs = input + box.data, *exponents = input + box.scales;
    for (uint64_t i = 0; i < area; ++i) {
      uint8_t* block = blocks_.data() + i * sizeof(Mxfp4Block);
      block[0] = exponents[i];
      const uint8_t* half = pairs + i * mxfp4_half_block;
      for (uint64_t j = 0; j < mxfp4_half_block; ++j) {
        const uint8_t low = half[j / 2] >> (j % 2 * 4) & 15, high = half[8 + j / 2] >> (j % 2 * 4) & 15;
        block[1 + j] = static_cast<uint8_t>(low | high << 4);
      }
    }
    return;
  }
  if (values_.size() < area) values_.resize(area);
  if (matrix.form == MatrixForm::codes_in_rows || matrix.form == MatrixForm::codes_in_columns) {
    return decode_codes(box, input);
  }
  find_decoder(matrix.data.type, kernel_)->decode(input + box.data, values_.data(), area);
  if (matrix.form == MatrixForm::plain) return;
  const uint64_t row0 = box.row / matrix.scale_rows, column0 = box.column / matrix.scale_columns;
  const uint64_t across = (box.column + box.columns - 1) / matrix.scale_columns + 1 - column0;
  const uint64_t down = (box.row + box.rows - 1) / matrix.scale_rows + 1 - row0;
  const std::vector<float> scales = floats(matrix.scales, input + box.scales, across * down);
  for (uint64_t r = 0; r < box.rows; ++r) {
    const float* of_row = scales.data() + ((box.row + r) / matrix.scale_rows - row0) * across;
    float* values = values_.data() + r * box.columns;
    for (uint64_t c = 0; c < box.columns;) {
      const uint64_t block = (box.column + c) / matrix.scale_columns;
      const uint64_t end = std::min(box.columns, (block + 1) * matrix.scale_columns - box.column);
      const float scale = of_row[block - column0];
      for (; c < end; ++c) values[c] *= scale;
    }
  }
}

void DerivedReader::decode_codes(const Box& box, const uint8_t* input) {
  const DerivedMatrix& matrix = *box.matrix;
  const uint32_t bits = matrix.bits, mask = (1u << bits) - 1;
  const uint64_t word0 = box.column * bits / 32;
  const uint64_t words = rounded_up((box.column + box.columns) * bits, 32) - word0;
  if (matrix.form == MatrixForm::codes_in_rows) {
    const uint64_t row0 = box.row / matrix.scale_rows, column0 = box.column / matrix.scale_columns;
    const uint64_t across = (box.column + box.columns - 1) / matrix.scale_columns + 1 - column0;
    const uint64_t down = (box.row + box.rows - 1) / matrix.scale_rows + 1 - row0;
    const std::vector<float> scales = floats(matrix.scales, input + box.scales, across * down);
    const int32_t middle = 1 << (bits - 1);
    for (uint64_t r = 0; r < box.rows; ++r) {
      const float* of_row = scales.data() + ((box.row + r) / matrix.scale_rows - row0) * across;
      for (uint64_t c = 0; c < box.columns; ++c) {
        const uint64_t bit = (box.column + c) * bits;
        const uint32_t word = word_at(input + box.data, r * words + bit / 32 - word0);
        const int32_t code = static_cast<int32_t>(word >> bit % 32 & mask) - middle;
        values_[r * box.columns + c] =
            static_cast<float>(code) * of_row[(box.column + c) / matrix.scale_columns - column0];
      }
    }
    return;
  }
  const std::vector<float> scales = floats(matrix.scales, input + box.scales, matrix.scales.rows * box.rows);
  const uint64_t zero0 = box.row * bits / 32, zero_words = rounded_up((box.row + box.rows) * bits, 32) - zero0;
  for (uint64_t c = 0; c < box.columns; ++c) {
    const uint64_t group =
        matrix.groups.rows > 0 ? word_at(input + box.groups, c) : (box.column + c) / matrix.scale_columns;
    if (group >= matrix.scales.rows) {
      throw Error("Column " + std::to_string(box.column + c) + " of a quantized matrix names group " +
                  std::to_string(group) + " of " + std::to_string(matrix.scales.rows) +
                  ". The file is damaged; get it again.");
    }
    const uint64_t bit = (box.column + c) * bits;
    for (uint64_t r = 0; r < box.rows; ++r) {
      int32_t zero = 1 << (bits - 1);
      if (matrix.zeros.rows > 0) {
        const uint64_t zero_bit = (box.row + r) * bits;
        const uint32_t word = word_at(input + box.zeros, group * zero_words + zero_bit / 32 - zero0);
        zero = static_cast<int32_t>((word >> zero_bit % 32 & mask) + matrix.zero_plus);
      }
      const uint32_t word = word_at(input + box.data, (bit / 32 - word0) * box.rows + r);
      const int32_t code = static_cast<int32_t>(word >> bit % 32 & mask);
      values_[r * box.columns + c] = static_cast<float>(code - zero) * scales[group * box.rows + r];
    }
  }
}

}  // namespace nibble
