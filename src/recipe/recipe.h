#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"
#include "recipe/file_types.h"
#include "recipe/type_rules.h"

/// Which tensor gets which type, and why: the rules of llama-quantize, with their reasons in words.
namespace nibble {

/// A tensor of the model. `shape` is innermost first, trailing dimensions of 1 dropped.
struct RecipeTensor {
  std::string name;
  std::vector<uint64_t> shape;
  Type type;
  bool any_type = false;  ///< see ModelTensor::any_type
  bool follows_f16 = false;
};

/// What the metadata says of the model; zero or empty where it says nothing.
struct ModelFacts {
  std::string architecture;
  bool names_known = true;    ///< false: tensors have names of their own, and no rule goes by them
  uint64_t block_count = 0;   ///< layers, prediction layers included; 0: counted from the tensor names
  uint64_t nextn_layers = 0;  ///< how many of them predict further tokens
  uint64_t expert_count = 0;
  std::vector<uint32_t> head_count, head_count_kv;  ///< one value, or one per layer
  /// Of a model that is made from a folder: what its matrices become in a file of type AUTO. llama.cpp's conversion
  /// script, not llama-quantize, says then which tensors an unquantized type is for.
  std::optional<Type> auto_type = {};
};

/// What the person asked for.
struct RecipeOptions {
  const FileType* file_type = nullptr;  ///< never null in decide()
  bool pure = false;                    ///< the default type for all, without the recipe's mix
  bool leave_output_tensor = false;
  std::optional<Type> output_type, token_embedding_type;
  std::vector<TypeRule> rules;  ///< the first matching one wins
  /// Found too small for scales that are half floats, not asked for: these tensors keep their type unless a rule speaks
  /// of them.
  std::set<std::string, std::less<>> tiny;
  bool have_importance = false;  ///< an importance matrix with at least one entry is in use
  bool allow_requantize = false;
  bool require_importance = true;  ///< false: types that need a matrix are only marked when there is none, for prices
};

/// The fate of one tensor.
struct Decision {
  Type type;                      ///< what it will be; its own type when it is copied
  std::optional<Type> wanted;     ///< what the rules asked for, when its rows could not be cut into that type's blocks
  std::string reason;             ///< sentences
  bool quantizable;               ///< false: no rule ever changes this tensor
  bool needs_importance = false;  ///< must not be written without an importance entry of its own
};

/// One decision per tensor, in the order given, which must be the order of the output file: some rules count.
/// Where llama-quantize would refuse the model because a row length fits no block, the tensor becomes F16; tensors that
/// hold no weights (integers) are copied. Throws Error for a bad pattern, a type that cannot be written, a quantized
/// source without allow_requantize, or types that need an importance matrix when there is none.
std::vector<Decision> decide(const ModelFacts& facts, std::span<const RecipeTensor> tensors,
                             const RecipeOptions& options);

/// Whether a tensor of this name must not get the type without an importance matrix, by rule of llama-quantize; the
/// token embedding and the output layer get every type freely. `q2_k_s`: the file type is Q2_K_S.
bool rule_needs_importance(std::string_view tensor, Type type, bool q2_k_s);

/// "Q4_K" for Type::q4_K; "type 99" for a number this build does not know.
std::string display_name(Type type);

}  // namespace nibble
