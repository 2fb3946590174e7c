#pragma once
#include <cstdint>
#include <vector>

#include "network/forward.h"

namespace nibble::network {

/// What is known of one scored token. Natural logarithms.
struct TokenFigures {
  double log_probability = 0;  ///< of the token that really comes next, in the first model
  double top_token = 0;        ///< the most likely next token in the first model; of equal ones the first
  double top_probability = 0;  ///< and its probability
  // Of the second model, where there is one:
  double second_log_probability = 0;
  double second_top_token = 0;
  double top_probability_in_second = 0;  ///< of the first model's most likely token
  double divergence = 0;                 ///< Kullback-Leibler: sum over the vocabulary of p1 (ln p1 - ln p2)
};

/// Follows the scores of next tokens tile by tile, of one model or of two side by side. Nothing of the vocabulary's
/// length is kept: a few sums per token, 120 bytes, rescaled when a larger score comes.
class Predictions {
 public:
  /// Of `first`'s scored tokens, and `second`'s: a pass over the same sequences, or null. Both must outlive this.
  Predictions(const Forward& first, const Forward* second, Kernel kernel = best_kernel);

  /// Takes the tile that both have just computed, of the same rows. Throws Error when they do not fit together.
  void take();
  /// The figures of the scored tokens, in the order of the sequences. Call after the last tile.
  std::vector<TokenFigures> figures() const;

 private:
  /// Of one model and token: the largest score so far, and the sum of all, each e^(score - largest).
  struct Total {
    float largest;
    double sum;
    int32_t top;
    float target;
  };
  struct Token {
    int32_t target;
    size_t panel, lane;
    Total first, second;
    double difference;    // sum of e^(score - largest) (score - second's score), of the first model
    float top_in_second;  // the second model's score of the first's top
  };
  /// The eight tokens of a panel, null where there is none to score.
  struct Panel {
    size_t panel;
    Token* tokens[lanes];
  };
  template <class V>
  void take_panel(Panel& panel);

  const Forward& first_;
  const Forward* second_;
  Kernel kernel_;
  std::vector<Token> tokens_;
  std::vector<Panel> panels_;
};

}  // namespace nibble::network
