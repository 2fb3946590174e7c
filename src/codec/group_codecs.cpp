#include "codec/group_codecs.h"

#include <utility>

#include "formats/group_formats.h"
#include "numeric/bits.h"
#include "search/integer_groups.h"

namespace nibble {
namespace {

template <size_t number>
void decode_groups(const uint8_t* blocks, float* values, size_t block_count) {
  const Format& format = group_formats()[number];
  for (size_t b = 0; b < block_count; ++b)
    format.decode(blocks + b * format.block_bytes, values + b * format.block_length);
}

template <size_t number>
void quantize_groups(const float* row, uint8_t* blocks, size_t length, const float* importance) {
  thread_local ScaleScratch scratch;
  static const ScaleMethod& exact = *find_scale_method(exact_method);
  static const Format& format = group_formats()[number];
  static const bool asymmetric = has_zeros(format);
  for (size_t start = 0; start < length; start += format.block_length, blocks += format.block_bytes) {
    const float *x = row + start, *w = importance ? importance + start : nullptr;
    const GroupScale choice = asymmetric ? asymmetric_scale(exact, ZeroChoice::near, x, w, format.block_length, scratch)
                                         : symmetric_scale(exact, x, w, format.block_length, scratch);
    BlockParts parts;
    parts.scale[0] = bit_cast<int32_t>(choice.scale);
    parts.minimum[0] = bit_cast<int32_t>(-(choice.scale * static_cast<float>(choice.zero)));
    for (size_t i = 0; i < format.block_length; ++i) parts.codes[i] = static_cast<uint8_t>(group_code(choice, x[i]));
    format.grammar.encode(parts, blocks);
  }
}

template <size_t number>
constexpr Decoder decoders[] = {{Kernel::scalar, decode_groups<number>}};

template <size_t... numbers>
std::vector<TargetCodec> codecs(std::index_sequence<numbers...>) {
  return {{{group_formats()[numbers].type, decoders<numbers>, {}},
           {{lowest_error_method, Kernel::scalar, quantize_groups<numbers>},
            {quick_method, Kernel::scalar, quantize_groups<numbers>}},
           {}}...};
}

}  // namespace

std::vector<TargetCodec> group_codecs() { return codecs(std::make_index_sequence<group_format_count>()); }

}  // namespace nibble
