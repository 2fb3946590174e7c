#pragma once
#include <vector>

#include "codec/codec.h"

namespace nibble {

/// The method that looks for the lowest squared error inside a format's own layout (search/lowest_error.h), and never
/// writes a block with more of it than the method llama.cpp does.
constexpr std::string_view lowest_error_method = "lowest-error";

/// Its quantizers; none for types without a choice to make.
std::vector<Quantizer> lowest_error_quantizers(Type type);

}  // namespace nibble
