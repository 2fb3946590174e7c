#include "derived/derived_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "error.h"

namespace nibble {
namespace {

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

template <size_t n>
void gather_bytes(const std::vector<Axis>& axes, const uint8_t* from, uint8_t* to) {
  gather(axes, 0, reinterpret_cast<const Bytes<n>*>(from), reinterpret_cast<Bytes<n>*>(to));
}

/// Blocks of any size, each moved whole.
void gather_blocks(const std::vector<Axis>& axes, const uint8_t* from, uint8_t* to, size_t bytes) {
  uint64_t written = 0;
  walk(axes, axes.empty() ? 0 : axes.size() - 1, 0, written, [&](uint64_t at, uint64_t out, Axis inner) {
    if (inner.stride == 1) {
      std::memcpy(to + out * bytes, from + at * bytes, inner.count * bytes);
    } else {
      for (uint64_t i = 0; i < inner.count; ++i) {
        std::memcpy(to + (out + i) * bytes, from + (at + i * inner.stride) * bytes, bytes);
      }
    }
  });
}

/// Of parts that alternate: how many values of one lie before value `at` of all.
uint64_t in_strand(uint64_t at, uint64_t part, uint64_t parts) { return (at + parts - 1 - part) / parts; }

}  // namespace

DerivedReader::DerivedReader(DerivedFile file, Kernel kernel) : file_(std::move(file)), decoder_(kernel) {}

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
  const uint64_t most = most_weights / format_of(tensor_->type).block_length;
  const uint64_t count = std::min({bytes / element, most, tensor_->elements() - begin});
  begin_ = begin;
  count_ = count;
  if (tensor_->woven) {
    add_woven(begin, begin + count);
    return count * element;
  }
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

void DerivedReader::add_woven(uint64_t begin, uint64_t end) {
  const uint64_t parts = tensor_->parts.size();
  for (uint64_t i = 0; i < parts; ++i) {
    const DerivedPart& part = tensor_->parts[i];
    add_boxes(part, part.axes.size(), part.first, in_strand(begin, i, parts), in_strand(end, i, parts));
  }
}

/// Lets the values of the parts alternate, which lie one part after the other.
void DerivedReader::weave(const uint8_t* strands, uint8_t* output) const {
  const uint64_t element = format_of(tensor_->type).block_bytes, parts = tensor_->parts.size();
  for (uint64_t i = 0; i < parts; ++i) {
    const uint64_t first = in_strand(begin_, i, parts), last = in_strand(begin_ + count_, i, parts);
    for (uint64_t j = first; j < last; ++j, strands += element) {
      std::memcpy(output + (j * parts + i - begin_) * element, strands, element);
    }
  }
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
    boxes_.push_back({&part, {}, {}, count});
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
  Rectangle rectangle{&matrix, first / matrix.columns, first % matrix.columns, rows, columns};
  rectangle.read([&](const StoredMatrix& stored, uint64_t r, uint64_t c, uint64_t down, uint64_t across) {
    return read(stored, r, c, down, across);
  });
  boxes_.push_back({&part, rectangle, std::move(axes), count});
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
  if (!tensor_->woven) return make_boxes(input, output);
  strands_.resize(count_ * format_of(tensor_->type).block_bytes);
  make_boxes(input, strands_.data());
  weave(strands_.data(), output);
}

void DerivedReader::make_boxes(const uint8_t* input, uint8_t* output) {
  const Format& format = format_of(tensor_->type);
  for (const Box& box : boxes_) {
    const Rectangle& rectangle = box.rectangle;
    if (rectangle.matrix == nullptr) {
      std::memset(output, 0, box.count * format.block_bytes);
      output += box.count * format.block_bytes;
      continue;
    }
    // The axes within the rectangle.
    std::vector<Axis> axes = box.axes;
    for (Axis& axis : axes) {
      const uint64_t columns = rectangle.matrix->columns;
      if (axis.stride % columns == 0) axis.stride = axis.stride / columns * rectangle.columns;
    }
    const uint64_t area = rectangle.rows * rectangle.columns;
    if (rectangle.matrix->form == MatrixForm::mxfp4_pairs) {
      blocks_.resize(area * mxfp4_block);
      regroup_mxfp4(rectangle, input, blocks_.data());
      gather_bytes<mxfp4_block>(axes, blocks_.data(), output);
    } else if (rectangle.matrix->form == MatrixForm::nvfp4_pairs) {
      blocks_.resize(area * nvfp4_block);
      regroup_nvfp4(rectangle, input, blocks_.data());
      gather_bytes<nvfp4_block>(axes, blocks_.data(), output);
    } else if (tensor_->type != Type::f32 && rectangle.matrix->form == MatrixForm::plain) {
      if (format.block_bytes == 2) {
        gather_bytes<2>(axes, input + rectangle.data, output);
      } else {
        gather_blocks(axes, input + rectangle.data, output, format.block_bytes);
      }
    } else {
      if (values_.size() < area) values_.resize(area);
      decoder_.decode(rectangle, input, values_.data());
      auto* values = reinterpret_cast<float*>(output);
      gather(axes, rectangle.wanted, values_.data(), values);
      for (const float factor : box.part->factors) {
        for (uint64_t i = 0; i < box.count; ++i) values[i] *= factor;
      }
      if (box.part->reciprocal) {
        for (uint64_t i = 0; i < box.count; ++i) values[i] = 1 / values[i];
      }
      // In double precision and rounded, so that every machine gets the same.
      if (box.part->log_of_minus) {
        for (uint64_t i = 0; i < box.count; ++i) {
          values[i] = static_cast<float>(std::log(-static_cast<double>(values[i])));
        }
      }
      if (box.part->minus_exp) {
        for (uint64_t i = 0; i < box.count; ++i) {
          values[i] = -static_cast<float>(std::exp(static_cast<double>(values[i])));
        }
      }
    }
    output += box.count * format.block_bytes;
  }
}

}  // namespace nibble
