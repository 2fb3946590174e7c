#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "recipe/recipe.h"
#include "recipe/tensor_kind.h"

namespace nibble {

/// A type and the reason for it, one sentence.
struct Choice {
  Type type;
  std::string reason;
};

/// The mix of types behind a file type's name: which tensors get more or fewer bits than the default type. Counts the
/// tensors it is asked about, so ask in output order, once each.
class Mix {
 public:
  Mix(const ModelFacts& facts, std::span<const RecipeTensor> tensors, const RecipeOptions& options);
  Choice choose(const RecipeTensor& tensor, Category category);

  /// What the rules look at: the model, and where in it the tensor stands.
  struct Situation {
    uint64_t experts = 0;
    uint64_t queries_per_value = 0;  ///< query heads that share a key and value head
    bool falcon = false;
    bool seventy_b = false;   ///< a known 70B shape: 80 layers whose value projections are small
    bool importance = false;  ///< an importance matrix is in use
    uint64_t index = 0;       ///< the how manyth tensor of its kind, from 0
    uint64_t count = 0;       ///< how many there are

    bool in_first(uint64_t part) const { return index < count / part; }
    /// The layers that matter most: the first and the last eighth, and every third between them.
    bool in_more() const {
      const uint64_t eighth = count / 8;
      return in_first(8) || index >= 7 * count / 8 || (index - eighth) % 3 == 2;
    }
  };

 private:
  Choice output_layer(const RecipeTensor& tensor) const;
  Choice mxfp4_experts(const RecipeTensor& tensor, Category category) const;
  Choice token_embedding() const;
  Choice two_bits_or_less(Category category);
  Choice values();
  Choice down(const RecipeTensor& tensor);
  Choice attention_output() const;
  Choice gate_or_up(const RecipeTensor& tensor, uint64_t& counter);

  Choice default_choice() const;
  uint64_t layer_of(const RecipeTensor& tensor, uint64_t counter) const;
  Situation at(uint64_t index, uint64_t count) const;

  const FileType& file_type_;
  std::optional<Type> output_type_;
  std::string architecture_;
  Situation model_;  ///< without index and count
  uint64_t layers_;
  uint64_t value_tensors_ = 0;
  bool tied_ = true;  ///< the token embedding is the output layer, too
  uint64_t values_seen_ = 0, downs_seen_ = 0, gates_seen_ = 0, ups_seen_ = 0;
};

}  // namespace nibble
