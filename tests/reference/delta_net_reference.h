#pragma once
#include <cstddef>
#include <vector>

/// Gated delta nets, slow and obviously right.
namespace nibble::reference {

/// One head, over all tokens of a sequence.
struct DeltaHead {
  size_t tokens, key, value;                             ///< the sizes of a key (and query) and of a value
  std::vector<double> queries, keys, values;             ///< token after token, before the convolution
  std::vector<double> query_taps, key_taps, value_taps;  ///< the convolutions' weights, channel after channel
  std::vector<double> strengths, steps;                  ///< a number per token
  double decay, step_bias;
  double least_length;  ///< of queries and keys
};

/// What the head gives, token after token, by the definition (Yang, Kautz and Hatamizadeh, Gated Delta Networks, 2024,
/// equation 10): with a state S of value x key numbers, S_t = a_t S_{t-1} (I - b_t k_t k_t^T) + b_t v_t k_t^T and
/// o_t = S_t q_t, in double precision. Matrices are multiplied out.
std::vector<double> delta_head(const DeltaHead& head);

}  // namespace nibble::reference
