#include "packing/matrix_packer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "codec/methods.h"
#include "error.h"
#include "formats/group_formats.h"
#include "numeric/bits.h"
#include "numeric/half.h"

namespace nibble {
namespace {

/// Weights decoded at once where neither rows nor blocks ask for more; a multiple of every group.
constexpr uint64_t usual_tile = 8192;

}  // namespace

/// Takes floats in order, a tile at a time: whole rows, or whole blocks of the weights counted through all rows.
class MatrixPacker::Writer {
 public:
  Writer(const Packing& packing, const SourceMatrix& source, std::string_view method, ErrorMeter& meter)
      : packing_(packing), source_(source), quantizer_(packing, method), meter_(meter) {}
  virtual ~Writer() = default;

  virtual int passes() const { return 1; }
  virtual void begin(uint8_t* target, uint64_t first, uint64_t count) {
    target_ = target;
    first_ = first;
    count_ = count;
  }
  /// `first`: the number of the first of them in the matrix.
  virtual void add(const float* values, size_t weight_count, uint64_t first) = 0;
  virtual void end_pass(int) {}
  /// The blocks of what add() gets next; null: they are searched.
  void give(const uint8_t* blocks) { given_ = blocks; }

 protected:
  using Choice = GroupQuantizer::Choice;

  /// Codes of one group, measured.
  const uint8_t* encode(const float* values, size_t count, Choice choice, float seen) {
    if (codes_.size() < count) {
      codes_.resize(count);
      decoded_.resize(count);
    }
    quantizer_.encode(values, count, choice, seen, codes_.data(), decoded_.data());
    return measure(values, count, choice, seen);
  }
  const uint8_t* measure(const float* values, size_t count, Choice choice, float seen) {
    float low, high;
    quantizer_.range(choice, seen, low, high);
    meter_.add(values, decoded_.data(), count, nullptr, {&low, &high, count});
    return codes_.data();
  }

  const Packing& packing_;
  const SourceMatrix& source_;
  GroupQuantizer quantizer_;
  ErrorMeter& meter_;
  const uint8_t* given_ = nullptr;
  uint8_t* target_ = nullptr;
  uint64_t first_ = 0, count_ = 0;
  std::vector<uint8_t> codes_;
  std::vector<float> decoded_;
};

namespace {

using Writer = MatrixPacker::Writer;

class Int8Codes final : public Writer {
 public:
  using Writer::Writer;
  void add(const float* values, size_t weight_count, uint64_t first) override {
    for (size_t i = 0; i < weight_count; i += source_.columns) {
      const Choice choice = quantizer_.choose(values + i, source_.columns);
      const uint8_t* codes = encode(values + i, source_.columns, choice, choice.scale);
      uint8_t* row = target_ + (first - first_) + i;
      for (uint64_t c = 0; c < source_.columns; ++c) row[c] = static_cast<uint8_t>(codes[c] - 127);
    }
  }
};

/// One f32 per group: SCB, and absmax where it is not nested.
class FloatScales final : public Writer {
 public:
  using Writer::Writer;
  void add(const float* values, size_t weight_count, uint64_t first) override {
    const uint64_t group = packing_.group ? packing_.group : source_.columns;
    for (size_t i = 0; i < weight_count; i += group) {
      const float scale = quantizer_.choose(values + i, std::min<size_t>(group, weight_count - i)).scale;
      store(target_ + (first + i - first_) / group * sizeof(float), scale);
    }
  }
};

class FourBitCodes final : public Writer {
 public:
  using Writer::Writer;
  void add(const float* values, size_t weight_count, uint64_t first) override {
    uint8_t* out = target_ + (first - first_) / 2;
    for (size_t i = 0; i < weight_count; i += packing_.group) {
      const size_t count = std::min<size_t>(packing_.group, weight_count - i);
      const Choice choice = quantizer_.choose(values + i, count);
      const uint8_t* codes = encode(values + i, count, choice, choice.scale);
      for (size_t c = 0; c < count; c += 2) {
        *out++ = static_cast<uint8_t>(codes[c] << 4 | (c + 1 < count ? codes[c + 1] : 0));
      }
    }
  }
};

/// nested_absmax, quant_state and absmax of one matrix. The first pass finds the scales; the second measures what
/// quantizing them cost.
class NestedScales final : public Writer {
 public:
  using Writer::Writer;
  int passes() const override { return 2; }
  void begin(uint8_t* target, uint64_t first, uint64_t count) override {
    Writer::begin(target, first, count);
    scales_.clear();
    seen_.clear();
    state_bytes_ = packed_matrix(packing_, "", source_.rows, source_.columns, source_.dtype).scales.tensors[1].bytes;
  }
  void add(const float* values, size_t weight_count, uint64_t first) override {
    for (size_t i = 0; i < weight_count; i += packing_.group) {
      const size_t count = std::min<size_t>(packing_.group, weight_count - i);
      if (seen_.empty()) {
        scales_.push_back(quantizer_.choose(values + i, count).scale);
      } else {
        const uint64_t block = (first + i) / packing_.group;
        encode(values + i, count, {scales_[block], 0}, seen_[block]);
      }
    }
  }
  void end_pass(int pass) override {
    if (pass != 0) return;
    const size_t blocks = scales_.size(), groups = (blocks + nested_group - 1) / nested_group;
    double sum = 0;
    for (const float scale : scales_) sum += scale;
    const auto offset = static_cast<float>(sum / static_cast<double>(blocks));
    const std::string state =
        quant_state_text(packing_, source_.rows, source_.columns, source_.dtype, offset, state_bytes_);
    std::memcpy(target_ + groups * sizeof(float), state.data(), state_bytes_);
    uint8_t* codes = target_ + groups * sizeof(float) + state_bytes_;
    const Levels levels{nested_levels().data(), static_cast<int>(nested_levels().size())};
    seen_.resize(blocks);
    for (size_t g = 0; g < groups; ++g) {
      const size_t begin = g * nested_group, end = std::min(blocks, begin + nested_group);
      float largest = 0;
      for (size_t b = begin; b < end; ++b) largest = std::max(largest, std::fabs(scales_[b] - offset));
      store(target_ + g * sizeof(float), largest);
      for (size_t b = begin; b < end; ++b) {
        const int code = nearest_code(levels, largest == 0 ? 0 : (scales_[b] - offset) / static_cast<double>(largest));
        codes[b] = static_cast<uint8_t>(code);
        seen_[b] = levels.value[code] * largest + offset;
      }
    }
  }

 private:
  std::vector<float> scales_, seen_;
  uint64_t state_bytes_ = 0;
};

/// Groups of rows, searched or given.
class GptqWriter : public Writer {
 public:
  GptqWriter(const Packing& packing, const SourceMatrix& source, std::string_view method, ErrorMeter& meter)
      : Writer(packing, source, method, meter), block_(planned_format(packing.name())) {}

 protected:
  /// Of the group that begins at number `at` of what add() got.
  Choice choose(const float* values, size_t at) {
    if (!given_) return quantizer_.choose(values + at, packing_.group);
    const uint8_t* block = given_ + block_.bytes_for(at);
    block_.grammar.unpack(block, parts_);
    return {block_.grammar.grid(parts_, 0).step, zero_of_group(block)};
  }
  /// Codes of the group that was chosen last, measured.
  const uint8_t* codes(const float* values, Choice choice) {
    if (!given_) return encode(values, packing_.group, choice, choice.scale);
    codes_.assign(parts_.codes, parts_.codes + packing_.group);
    decoded_.resize(packing_.group);
    quantizer_.decode(codes_.data(), packing_.group, choice, decoded_.data());
    return measure(values, packing_.group, choice, choice.scale);
  }

 private:
  const Format& block_;
  BlockParts parts_{};
};

class GptqCodes final : public GptqWriter {
 public:
  using GptqWriter::GptqWriter;
  void begin(uint8_t* target, uint64_t first, uint64_t count) override {
    Writer::begin(target, first, count);
    std::memset(target, 0, count / 8 * source_.rows * sizeof(uint32_t));
  }
  void add(const float* values, size_t weight_count, uint64_t first) override {
    for (size_t i = 0; i < weight_count; i += source_.columns) {
      const uint64_t row = (first + i) / source_.columns;
      for (uint64_t c = first_; c < first_ + count_; c += packing_.group) {
        const Choice choice = choose(values, i + c);
        const uint8_t* group = codes(values + i + c, choice);
        for (uint32_t k = 0; k < packing_.group; k += 8) {
          uint32_t word = 0;
          for (uint32_t j = 0; j < 8; ++j) word |= static_cast<uint32_t>(group[k + j]) << 4 * j;
          store(target_ + ((c - first_ + k) / 8 * source_.rows + row) * sizeof(uint32_t), word);
        }
      }
    }
  }
};

class GptqScales final : public GptqWriter {
 public:
  using GptqWriter::GptqWriter;
  void begin(uint8_t* target, uint64_t first, uint64_t count) override {
    Writer::begin(target, first, count);
    std::memset(target, 0, zeros_bytes());
  }
  void add(const float* values, size_t weight_count, uint64_t first) override {
    uint8_t* scales = target_ + zeros_bytes();
    for (size_t i = 0; i < weight_count; i += source_.columns) {
      const uint64_t row = (first + i) / source_.columns;
      for (uint64_t g = 0; g < source_.columns / packing_.group; ++g) {
        const Choice choice = choose(values, i + g * packing_.group);
        store(scales + (g * source_.rows + row) * sizeof(uint16_t), f16_from_f32(choice.scale));
        uint8_t* word = target_ + (g * (source_.rows / 8) + row / 8) * sizeof(uint32_t);
        store(word, load<uint32_t>(word) | stored_zero(choice.zero) << 4 * (row % 8));
      }
    }
  }

 private:
  uint32_t stored_zero(int zero) const { return static_cast<uint32_t>(packing_.asymmetric ? zero : zero - 1); }
  uint64_t zeros_bytes() const { return source_.columns / packing_.group * (source_.rows / 8) * sizeof(uint32_t); }
};

std::unique_ptr<Writer> make_writer(const Packing& packing, PackedPart part, const SourceMatrix& source,
                                    std::string_view method, ErrorMeter& meter) {
  const bool codes = part == PackedPart::codes;
  switch (packing.family) {
    case PackingFamily::int8:
      if (codes) return std::make_unique<Int8Codes>(packing, source, method, meter);
      return std::make_unique<FloatScales>(packing, source, method, meter);
    case PackingFamily::four_bit:
      if (codes) return std::make_unique<FourBitCodes>(packing, source, method, meter);
      if (packing.nested) return std::make_unique<NestedScales>(packing, source, method, meter);
      return std::make_unique<FloatScales>(packing, source, method, meter);
    case PackingFamily::gptq:
      if (codes) return std::make_unique<GptqCodes>(packing, source, method, meter);
      return std::make_unique<GptqScales>(packing, source, method, meter);
  }
  throw Error("There is no such packing. This is a fault in the program.");
}

}  // namespace

MatrixPacker::MatrixPacker(const Packing& packing, PackedPart part, const SourceMatrix& source, std::string_view method,
                           Kernel kernel)
    : packing_(&packing),
      decoder_(source.type, kernel),
      source_(source),
      by_columns_(by_columns(packing, part)),
      meter_(kernel) {
  if (decoder_.format().block_length != 1 || decoder_.format().quantized) {
    throw Error("Tensors of type " + std::string(source.type) + " are quantized already.");
  }
  if (method == calibrated_method) given_ = &planned_format(packing.name());
  writer_ = make_writer(packing, part, source_, method, meter_);
}

MatrixPacker::~MatrixPacker() = default;

int MatrixPacker::passes() const { return writer_->passes(); }

bool MatrixPacker::by_columns(const Packing& packing, PackedPart part) {
  return packing.family == PackingFamily::gptq || (packing.nested && part == PackedPart::scales);
}

uint64_t MatrixPacker::piece_unit(const Packing& packing, uint64_t columns) {
  return packing.family == PackingFamily::four_bit ? packing.group : columns;
}

void MatrixPacker::begin(uint8_t* target, uint64_t first, uint64_t count) {
  meter_.finish(statistics_.errors);  // what an earlier run that failed left behind
  writer_->begin(target, first, count);
  source_first_ = by_columns_ ? 0 : first;
  source_weights_ = by_columns_ ? source_.rows * source_.columns : count;
  position_ = 0;
  pass_ = 0;
}

uint64_t MatrixPacker::given_bytes(uint64_t weight_count) const { return given_ ? given_->bytes_for(weight_count) : 0; }

void MatrixPacker::take(const uint8_t* source, uint64_t weight_count, const uint8_t* blocks) {
  if ((given_ != nullptr) != (blocks != nullptr) || pass_ >= passes() || weight_count > source_weights_ - position_) {
    throw Error("A matrix was read further than it goes. This is a fault in the program.");
  }
  // A tile is rows, or a multiple of the groups that run through all rows.
  const uint64_t tile = std::max<uint64_t>(1, usual_tile / source_.columns) * source_.columns;
  const uint64_t step = packing_->family == PackingFamily::four_bit ? usual_tile : tile;
  for (uint64_t done = 0; done < weight_count; done += step) {
    const auto count = static_cast<size_t>(std::min(step, weight_count - done));
    const uint64_t first = source_first_ + position_ + done;
    writer_->give(blocks ? blocks + given_bytes(done) : nullptr);
    writer_->add(decoder_.decode(source, {weight_count, source_first_ + position_, source_.columns}, done, count),
                 count, first);
  }
  position_ += weight_count;
  if (position_ < source_weights_) return;
  writer_->end_pass(pass_++);
  position_ = 0;
}

void MatrixPacker::finish() {
  if (pass_ != passes()) throw Error("A matrix was not read to its end. This is a fault in the program.");
  meter_.finish(statistics_.errors);
}

}  // namespace nibble
