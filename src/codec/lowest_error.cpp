#include "codec/lowest_error.h"

namespace nibble {

std::vector<Quantizer> lowest_error_quantizers(Type type) {
  std::vector<Quantizer> all;
  for (const auto of_kind :
       {integer_lowest_error, codebook_lowest_error, affine_lowest_error, super_block_lowest_error}) {
    const std::vector<Quantizer> more = of_kind(type);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace nibble
