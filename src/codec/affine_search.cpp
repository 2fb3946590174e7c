#include "codec/affine_search.h"

#include <utility>

#include "formats/q4_1.h"
#include "formats/q5_1.h"
#include "numeric/half.h"
#include "search/affine_methods.h"

namespace nibble {
namespace {

template <class F, int last, size_t method>
void quantize_by(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  thread_local AffineScratch scratch;
  const AffineMethod& chosen = all_affine_methods()[method];
  uint8_t codes[F::block_length];
  for (size_t at = 0; at < length; at += F::block_length, blocks += F::block_bytes) {
    const AffineProblem problem{row + at, importance ? importance + at : nullptr, F::block_length, last, Storage::f16};
    const auto [scale, offset, tried] = chosen.choose(problem, scratch);
    for (size_t i = 0; i < F::block_length; ++i)
      codes[i] = static_cast<uint8_t>(affine_code(row[at + i], scale, offset, last));
    F::encode(f16_from_f32(scale), f16_from_f32(offset), codes, blocks);
  }
}

template <class F, int last, size_t... method>
std::vector<Quantizer> quantizers_of(std::index_sequence<method...>) {
  return {{all_affine_methods()[method].name, Kernel::scalar, quantize_by<F, last, method>}...};
}

}  // namespace

std::vector<Quantizer> affine_search_quantizers(Type type) {
  constexpr auto every_method = std::make_index_sequence<affine_method_count>();
  switch (type) {
    case Type::q4_1: return quantizers_of<Q4_1, 15>(every_method);
    case Type::q5_1: return quantizers_of<Q5_1, 31>(every_method);
    default: return {};
  }
}

}  // namespace nibble
