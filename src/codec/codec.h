#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "codec/methods.h"
#include "formats/format.h"
#include "numeric/kernel.h"

/// Format x search method x kernel: the functions that turn rows of floats into blocks and back.
namespace nibble {

/// Decodes `block_count` consecutive blocks.
using DecodeBlocks = void (*)(const uint8_t* blocks, float* values, size_t block_count);

/// Quantizes `length` consecutive weights of one row (a multiple of the block length) into consecutive blocks.
/// `importance` holds one weight per value, or is null. Inputs are finite.
using QuantizeRow = void (*)(const float* row, uint8_t* blocks, size_t length, const float* importance);

struct Decoder {
  Kernel kernel;
  DecodeBlocks decode;
};

struct Quantizer {
  std::string_view method;
  Kernel kernel;
  QuantizeRow quantize;
};

/// What can be done with a type. `quantizers` is empty for types that are only read.
struct Codec {
  Type type;
  std::span<const Decoder> decoders;
  std::span<const Quantizer> quantizers;
  /// The weighted quantizer takes statistics over the whole row, so a weighted row must not be cut into runs.
  bool weighted_needs_whole_row = false;
};

/// The codec of a type; empty spans when nothing but copying is possible.
const Codec& codec_of(Type type);

/// The decoder for `kernel`, or the one there is; null when the type has none.
const Decoder* find_decoder(Type type, Kernel kernel);
/// The quantizer for `method` and `kernel`, or the one there is; null when the type has no such method.
const Quantizer* find_quantizer(Type type, std::string_view method, Kernel kernel);

/// The quantizer of a method where the type has it, or of the method that writes it by default: llama.cpp's, or, where
/// llama.cpp does not know the type, lowest-error; of the methods unbiased and calibrated, lowest-error first. Null
/// when the type is only read.
const Quantizer* quantizer_or_default(Type type, std::string_view method, Kernel kernel);

/// Whether codes of a type can be chosen by the method calibrated: levels with a search, or points (IQ2, IQ3).
bool can_calibrate(const Format& format);

/// The names of the methods that can write a type, in the order of its quantizers; none when it is only read.
std::vector<std::string_view> methods_of(Type type);

/// What one target brings to a codec.
struct TargetCodec {
  Codec own;                        ///< decoders, and llama.cpp's method
  std::vector<Quantizer> methods;   ///< the same code on every target
  std::vector<Quantizer> searches;  ///< of the format's kind
};
/// Adds what a target brings to a codec, new or known; before any other use of the table.
void add_codec(const TargetCodec& codec);

}  // namespace nibble
