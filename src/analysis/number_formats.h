#pragma once
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/block_scaling.h"
#include "analysis/study.h"

/// What k bits a weight leave of a tensor, for every way to spend them: kinds of numbers, block lengths, scale
/// searches; and llama.cpp's types beside them.
namespace nibble {

/// A kind of number.
struct NumberFamily {
  std::string_view name, label;
  std::string_view definition;  ///< for a person, one sentence
  /// What a block stores beside its codes: one scale, a scale and an offset, or a scale and a zero point of k bits.
  enum class Extras : uint8_t { scale, scale_and_offset, scale_and_zero_point } extras;
  /// The levels belong to the tensor and are stored with it, 16 bits each.
  bool fitted;
};
/// Integers, floats (one family for all splits of the bits), dynamic exponent, NormalFloat, quantiles, optimal levels,
/// levels of one's own.
const std::vector<NumberFamily>& number_families();

struct NumberFormatOptions {
  std::vector<int> bits = {2, 3, 4, 5, 6, 7, 8};
  std::vector<std::string> families;  ///< names; empty: all but "own"
  std::vector<float> own;             ///< levels of "own", ascending
  int scale_bits = 16;                ///< 16: half floats, 32: single floats; offsets too
};
/// Reads the JSON form (NumberFormatOptions of web/src/wasm/types). Throws Error.
NumberFormatOptions parse_number_format_options(const std::string& json);

/// One way to spend bits.
struct NumberFormatKey {
  std::string family;  ///< "float" with its split: "e2m1"; a GGUF type's name with family "gguf"
  std::string detail;
  int bits = 0;
  uint64_t block = 0;  ///< 0: whole rows
  std::string search;
  bool operator<(const NumberFormatKey& other) const {
    return std::tie(family, detail, bits, block, search) <
           std::tie(other.family, other.detail, other.bits, other.block, other.search);
  }
};

/// Looks at a tensor's rows under one block length and search, or under llama.cpp's types. A piece's request is
///   { "block": 64, "search": "grid" }   or   { "gguf": true },  with "tensorWeights" and "tensorName".
class NumberFormatStudy : public Study {
 public:
  explicit NumberFormatStudy(NumberFormatOptions options) : options_(std::move(options)) {}
  void run(const StudyPiece& piece, std::vector<uint8_t>& result) override;

 private:
  NumberFormatOptions options_;
  std::vector<float> values_;
};

/// Joins what the pieces gave.
class NumberFormatSummary {
 public:
  /// `bytes` are a result of NumberFormatStudy.
  void merge(const uint8_t* bytes, size_t size);
  /// JSON: NumberFormatReport of web/src/wasm/types.
  std::string report() const;

 private:
  struct Figures {
    double squared_error = 0, squares = 0, bits = 0, weight_count = 0;
    uint64_t tensors = 0;
    // Of single tensors, as if all their weights had been looked at.
    double sum_of_tensor_errors = 0, sum_of_relative_errors = 0;
    double largest_error = -1, largest_relative_error = -1;
    std::string worst, relatively_worst;
  };
  std::map<NumberFormatKey, Figures> figures_;
};

}  // namespace nibble
