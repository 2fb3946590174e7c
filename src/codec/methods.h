#pragma once
#include <string_view>

namespace nibble {

/// The method that writes the bytes llama-quantize writes; always the default.
constexpr std::string_view llama_cpp = "llama.cpp";
/// The method that looks for the lowest squared error inside a format's own layout (src/search), and never writes a
/// block with more of it than the method llama.cpp does.
constexpr std::string_view lowest_error_method = "lowest-error";
/// Such a search without that promise: llama.cpp's method does not run, so on a rare block it is the better one.
constexpr std::string_view quick_method = "quick";
/// What lowest-error writes, with the scales of every block changed until it is as long as its weights, along them
/// (codec/unbiased.h): more squared error, less change of what a model answers where codes have few bits.
constexpr std::string_view unbiased_method = "unbiased";
/// The method that chooses codes by what a layer puts out for a text (src/calibration). It needs the whole network, so
/// no quantizer has this name: tensors it does not serve are written by lowest-error.
constexpr std::string_view calibrated_method = "calibrated";

}  // namespace nibble
