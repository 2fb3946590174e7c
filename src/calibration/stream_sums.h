#pragma once
#include <vector>

#include "calibration/input_products.h"
#include "network/forward.h"

namespace nibble::calibration {

/// Which sums over tokens: of the input's products with itself; of the original's input with the quantized model's; of
/// what the original has more in the residual stream with the quantized model's input.
enum class Sums : uint8_t { inputs, cross, residual };

/// Some sequences of a worker, and columns of the input of the step that both have begun.
struct SumsRange {
  size_t first_sequence, sequences;
  size_t first_column, columns;
};

/// Of two models, `original` is the one whose outputs are wanted; of one, null. Row by row: columns x columns, of the
/// residual stream embedding x columns. In the order of the sequences, so that the same sequences always give the same
/// bits. The residual stream is taken without what the step's own part of the network gives. Throws Error when there
/// are no such sequences or columns.
std::vector<float> sums_over_tokens(Sums sums, const network::Forward* original, const network::Forward& model,
                                    const SumsRange& range, Kernel kernel = best_kernel());

/// What sums_over_tokens() multiplies, for a product that is computed elsewhere.
ProductTerms terms_of_sums(Sums sums, const network::Forward* original, const network::Forward& model,
                           const SumsRange& range);

/// How many tokens of these sequences meet the step's weights: of an expert only those that are sent to it.
size_t tokens_that_meet(const network::Forward& model, const SumsRange& range);

}  // namespace nibble::calibration
