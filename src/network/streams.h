#pragma once
#include <vector>

#include "network/forward.h"

namespace nibble::network {

/// How far two models' residual streams are apart, both having read the same sequences up to the same layer: for each
/// sequence the sum over its tokens of |second - first| / |first|, the lengths of vectors of the embedding's channels,
/// and then the number of tokens. A mean over tokens and not over squares: a few tokens have streams so long that they
/// would hide all others. Throws Error when the two networks have embeddings of different length.
std::vector<double> stream_errors(const Forward& first, const Forward& second);

}  // namespace nibble::network
