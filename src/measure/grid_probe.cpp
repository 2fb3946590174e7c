#include "measure/grid_probe.h"

#include <algorithm>

#include "codec/methods.h"
#include "formats/named_format.h"

namespace nibble {
namespace {

constexpr Type types[] = {Type::tq2_0, Type::mxfp4, Type::q4_0, Type::iq4_nl, Type::q8_0};
constexpr std::string_view exact = "exact";
/// Blocks of a row that are tried before the rest of it is.
constexpr size_t first_blocks = 4;

bool is_zero(const float* block, size_t length) {
  return std::all_of(block, block + length, [](float weight) { return weight == 0; });
}

}  // namespace

std::span<const Type> grid_types() { return types; }

std::string_view grid_method(Type type) { return find_quantizer(type, exact, Kernel::scalar) ? exact : llama_cpp; }

GridProbe::GridProbe(std::string_view from, Kernel kernel) {
  const Format& stored = named_format(from);
  if (stored.quantized) return;
  for (const Type type : types) {
    const Format& format = format_of(type);
    candidates_.push_back({RoundTrip(format, named_quantizer(format, grid_method(type), kernel), kernel), {}});
  }
  if (stored.type == Type::f16 || stored.type == Type::bf16) {
    stored_.emplace_back(stored, named_quantizer(stored, llama_cpp, kernel), kernel);
  }
}

/// Blocks begin to end of the row that hold weights and are not changed.
size_t GridProbe::kept(Candidate& candidate, const float* row, size_t begin, size_t end) {
  const Format& format = candidate.trip.format();
  const size_t length = format.block_length, count = (end - begin) * length;
  const float* first = row + begin * length;
  candidate.blocks.resize((end - begin) * format.block_bytes);
  const float* read = candidate.trip.run(first, candidate.blocks.data(), count, nullptr);
  if (!stored_.empty()) {
    stored_bytes_.resize(static_cast<size_t>(stored_[0].format().bytes_for(count)));
    read = stored_[0].run(read, stored_bytes_.data(), count, nullptr);
  }
  size_t same = 0;
  for (size_t block = 0; block < end - begin; ++block) {
    const float* weights = first + block * length;
    if (!is_zero(weights, length) && std::equal(weights, weights + length, read + block * length)) ++same;
  }
  return same;
}

void GridProbe::run(const float* row, size_t length, double* out) {
  std::fill(out, out + 2 * std::size(types), 0.0);
  for (Candidate& candidate : candidates_) {
    double* figures = out;
    out += 2;
    const size_t block = candidate.trip.format().block_length;
    if (length % block != 0) continue;
    const size_t blocks = length / block;
    size_t filled = 0;
    for (size_t i = 0; i < blocks; ++i) filled += !is_zero(row + i * block, block);
    figures[1] = static_cast<double>(filled);
    // Zeros at the start of a row tell nothing.
    size_t begin = 0;
    while (begin < blocks && is_zero(row + begin * block, block)) ++begin;
    const size_t middle = std::min(blocks, begin + first_blocks);
    if (begin == blocks) continue;
    const size_t some = kept(candidate, row, begin, middle);
    if (some > 0) figures[0] = static_cast<double>(some + kept(candidate, row, middle, blocks));
  }
}

}  // namespace nibble
