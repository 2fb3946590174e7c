#pragma once
#include "analysis/row_sample.h"

namespace nibble {

/// A quick look at every tensor that holds numbers that can be decoded, whatever its shape: `runs` stretches of
/// `run_weights` weights in the middles of equal parts, or all of a tensor that has no more.
struct WeightSampleOptions {
  uint64_t runs = 4;
  uint64_t run_weights = 1024;  ///< a multiple of every block length
};

/// One job for each tensor, in tensor order. Jobs may begin and end within rows. `model` is complete.
RowSample make_weight_sample(const Model& model, const WeightSampleOptions& options = {});

}  // namespace nibble
