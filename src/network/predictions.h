#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "network/forward.h"

namespace nibble::network {

/// A token that may come next.
struct Candidate {
  double token = -1;  ///< -1: the vocabulary has no more
  double probability = 0;
};
inline constexpr size_t candidates = 5;

/// What is known of one scored token. Natural logarithms.
struct TokenFigures {
  double log_probability = 0;  ///< of the token that really comes next, in the first model
  // Of the second model, where there is one:
  double second_log_probability = 0;
  double top_probability_in_second = 0;  ///< of the first model's most likely token
  double divergence = 0;                 ///< Kullback-Leibler: sum over the vocabulary of p1 (ln p1 - ln p2)
  /// The most likely next tokens of each model, the likeliest first; of equal ones the first in the vocabulary.
  std::array<Candidate, candidates> likely, second_likely;
};

/// Follows the scores of next tokens tile by tile, of one model or of two side by side. Nothing of the vocabulary's
/// length is kept: a few sums per token, 200 bytes, rescaled when a larger score comes.
class Predictions {
 public:
  /// Of `first`'s scored tokens, and `second`'s: a pass over the same sequences, or null. Both must outlive this.
  Predictions(const Forward& first, const Forward* second, Kernel kernel = best_kernel());

  /// Takes the tile that both have just computed, of the same rows. Throws Error when they do not fit together.
  void take();
  /// The figures of the scored tokens, in the order of the sequences. Call after the last tile.
  std::vector<TokenFigures> figures() const;

 private:
  struct Scored {
    float score = std::numeric_limits<float>::lowest();
    int32_t token = -1;
  };
  /// Of one model and token: the sum of all e^(score - largest), and the largest scores so far, the largest first.
  struct Total {
    double sum = 0;
    float target = 0;
    std::array<Scored, candidates> likely;

    float largest() const { return likely[0].score; }
    double log_sum() const { return double{likely[0].score} + std::log(sum); }
    void insert(Scored one);
    std::array<Candidate, candidates> likeliest(double total) const;
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
  void take_panel(Panel& panel);

  const Forward& first_;
  const Forward* second_;
  Kernel kernel_;
  std::vector<Token> tokens_;
  std::vector<Panel> panels_;
};

}  // namespace nibble::network
