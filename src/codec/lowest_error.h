#pragma once
#include <vector>

#include "codec/codec.h"

namespace nibble {

/// The method that looks for the lowest squared error inside a format's own layout (src/search), and never writes a
/// block with more of it than the method llama.cpp does.
constexpr std::string_view lowest_error_method = "lowest-error";
/// Such a search without that promise: llama.cpp's method does not run, so on a rare block it is the better one.
constexpr std::string_view quick_method = "quick";

/// The quantizers of both methods; none for types without a choice to make.
std::vector<Quantizer> lowest_error_quantizers(Type type);

/// The same by kind of format: one scale and even levels; one scale and uneven levels (IQ4_XS among them); scale and
/// minimum per 32 weights; K-quants. None for other types.
std::vector<Quantizer> integer_lowest_error(Type type);
std::vector<Quantizer> codebook_lowest_error(Type type);
std::vector<Quantizer> affine_lowest_error(Type type);
std::vector<Quantizer> super_block_lowest_error(Type type);

}  // namespace nibble
