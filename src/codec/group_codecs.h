#pragma once
#include "codec/codec.h"

namespace nibble {

/// The codecs of group_formats(), the same code on every target. lowest-error finds the scale with the lowest error;
/// where groups have a zero of their own, for the range's and those beside it. There is no method of llama.cpp's for
/// quick to leave out.
std::vector<TargetCodec> group_codecs();

}  // namespace nibble
