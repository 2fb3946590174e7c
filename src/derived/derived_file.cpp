#include "derived/derived_file.h"

#include "error.h"

namespace nibble {
namespace {

class Writer {
 public:
  std::vector<double> numbers;
  void put(uint64_t value) { numbers.push_back(static_cast<double>(value)); }
  void put(float value) { numbers.push_back(static_cast<double>(value)); }
  void put(const StoredMatrix& stored) {
    put(uint64_t{stored.file});
    put(stored.offset);
    put(static_cast<uint64_t>(stored.type));
    put(stored.rows);
    put(stored.columns);
  }
};

class Reader {
 public:
  explicit Reader(std::span<const double> numbers) : numbers_(numbers) {}
  double take() {
    if (at_ >= numbers_.size()) throw Error("A list of derived tensors is cut off. This is a fault in the program.");
    return numbers_[at_++];
  }
  uint64_t whole() { return static_cast<uint64_t>(take()); }
  uint32_t small() { return static_cast<uint32_t>(take()); }
  StoredMatrix stored() {
    StoredMatrix result;
    result.file = small();
    result.offset = whole();
    result.type = static_cast<Type>(small());
    result.rows = whole();
    result.columns = whole();
    return result;
  }

 private:
  std::span<const double> numbers_;
  size_t at_ = 0;
};

template <class Matrix, class Do>
void each_stored(Matrix& matrix, Do&& act) {
  for (auto* one : {&matrix.data, &matrix.scales, &matrix.zeros, &matrix.groups, &matrix.levels, &matrix.global,
                    &matrix.nested.scales, &matrix.nested.levels}) {
    act(*one);
  }
}

}  // namespace

uint64_t DerivedPart::count() const {
  uint64_t count = 1;
  for (const Axis& axis : axes) count *= axis.count;
  return count;
}

bool count_in_blocks(DerivedPart& part, uint64_t block_length) {
  if (block_length == 1) return true;
  if (part.matrix == DerivedPart::zeros || part.computes() || part.axes.empty() || part.axes[0].stride != 1 ||
      part.axes[0].count % block_length != 0 || part.first % block_length != 0) {
    return false;
  }
  part.first /= block_length;
  part.axes[0].count /= block_length;
  for (size_t i = 1; i < part.axes.size(); ++i) {
    if (part.axes[i].stride % block_length != 0) return false;
    part.axes[i].stride /= block_length;
  }
  return true;
}

uint64_t DerivedTensor::elements() const {
  uint64_t count = 0;
  for (const DerivedPart& part : parts) count += part.count();
  return count;
}

uint64_t DerivedTensor::bytes() const { return elements() * format_of(type).block_bytes; }

uint64_t DerivedFile::add(DerivedTensor tensor) {
  // Tensors begin at multiples of four bytes, so that floats do.
  const uint64_t offset = (bytes() + 3) / 4 * 4;
  tensors.push_back(std::move(tensor));
  offsets.push_back(offset);
  return offset;
}

std::vector<double> DerivedFile::save() const {
  Writer out;
  out.put(uint64_t{matrices.size()});
  for (const DerivedMatrix& matrix : matrices) {
    out.put(static_cast<uint64_t>(matrix.form));
    out.put(matrix.rows);
    out.put(matrix.columns);
    each_stored(matrix, [&](const StoredMatrix& one) { out.put(one); });
    for (const uint64_t number : {matrix.nested.block, matrix.scale_rows, matrix.scale_columns, uint64_t{matrix.bits},
                                  uint64_t{matrix.zero_plus}, uint64_t{matrix.divide}, uint64_t{matrix.high_first}}) {
      out.put(number);
    }
    out.put(matrix.nested.offset);
    out.put(matrix.factor);
    out.put(uint64_t{matrix.added.size()});
    for (const LowRank& one : matrix.added) {
      out.put(one.down);
      out.put(one.up);
      out.numbers.push_back(one.factor);
      out.put(one.lengths);
    }
  }
  out.put(uint64_t{tensors.size()});
  for (const DerivedTensor& tensor : tensors) {
    out.put(static_cast<uint64_t>(tensor.type));
    out.put(uint64_t{tensor.woven});
    out.put(uint64_t{tensor.parts.size()});
    for (const DerivedPart& part : tensor.parts) {
      out.put(uint64_t{part.matrix});
      out.put(part.first);
      out.put(uint64_t{part.minus_exp});
      out.put(uint64_t{part.reciprocal});
      out.put(uint64_t{part.log_of_minus});
      out.put(uint64_t{part.axes.size()});
      for (const Axis& axis : part.axes) {
        out.put(axis.count);
        out.put(axis.stride);
      }
      out.put(uint64_t{part.factors.size()});
      for (const float factor : part.factors) out.put(factor);
    }
  }
  return std::move(out.numbers);
}

DerivedFile DerivedFile::restore(std::span<const double> numbers) {
  Reader in(numbers);
  DerivedFile file;
  for (uint64_t left = in.whole(); left > 0; --left) {
    DerivedMatrix matrix;
    matrix.form = static_cast<MatrixForm>(in.small());
    matrix.rows = in.whole();
    matrix.columns = in.whole();
    each_stored(matrix, [&](StoredMatrix& one) { one = in.stored(); });
    for (uint64_t* number : {&matrix.nested.block, &matrix.scale_rows, &matrix.scale_columns}) *number = in.whole();
    for (uint32_t* number : {&matrix.bits, &matrix.zero_plus}) *number = in.small();
    for (bool* truth : {&matrix.divide, &matrix.high_first}) *truth = in.whole() != 0;
    for (float* number : {&matrix.nested.offset, &matrix.factor}) *number = static_cast<float>(in.take());
    for (uint64_t added = in.whole(); added > 0; --added) {
      const StoredMatrix down = in.stored(), up = in.stored();
      const double factor = in.take();
      matrix.added.push_back({down, up, factor, in.stored()});
    }
    file.matrices.push_back(std::move(matrix));
  }
  for (uint64_t left = in.whole(); left > 0; --left) {
    DerivedTensor tensor;
    tensor.type = static_cast<Type>(in.small());
    tensor.woven = in.whole() != 0;
    for (uint64_t parts = in.whole(); parts > 0; --parts) {
      DerivedPart part;
      part.matrix = in.small();
      part.first = in.whole();
      part.minus_exp = in.whole() != 0;
      part.reciprocal = in.whole() != 0;
      part.log_of_minus = in.whole() != 0;
      for (uint64_t axes = in.whole(); axes > 0; --axes) {
        const uint64_t count = in.whole();
        part.axes.push_back({count, in.whole()});
      }
      for (uint64_t factors = in.whole(); factors > 0; --factors) {
        part.factors.push_back(static_cast<float>(in.take()));
      }
      tensor.parts.push_back(std::move(part));
    }
    file.add(std::move(tensor));
  }
  return file;
}

}  // namespace nibble
