#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "codec/codec.h"
#include "plan/edit_options.h"
#include "recipe/recipe.h"

namespace nibble {

struct Packing;

/// A metadata entry the person sets, as llama-quantize's --override-kv takes it.
struct KeyOverride {
  std::string key;
  std::variant<int64_t, double, bool, std::string> value;
};

/// Everything a person can choose about one run.
struct PlanOptions {
  RecipeOptions recipe;
  const Packing* packing = nullptr;  ///< a layout of safetensors files instead of a GGUF type; recipe.file_type is its
  std::string method{llama_cpp};
  std::vector<KeyOverride> overrides;  ///< in the order given
  bool keep_split = false;
  bool no_mtp = false;                                        ///< layers that predict further tokens are left out
  bool mtp_only = false;                                      ///< all other layers are
  std::vector<uint64_t> prune_layers;                         ///< left out of the output, in any order
  bool use_importance = true;                                 ///< of the matrix that was given, if any
  std::vector<std::string> include_weights, exclude_weights;  ///< which of its entries to use; one of the two at most
  std::optional<EditOptions> edit;                            ///< of a GGUF file whose weights stay as they are
  uint64_t shard_bytes = uint64_t{5'000'000'000};  ///< of a folder: tensor data of one file, at most, where it can be
  uint64_t job_bytes = uint64_t{4} << 20;          ///< upper bound of one job's input, where rows and blocks allow
};

/// Reads the JSON form (PlanOptions in web/src/wasm/types). Throws Error for anything it does not understand: what
/// it returns means something, whether or not it suits a model.
PlanOptions parse_plan_options(std::string_view json);

/// Throws Error when no format of GGUF files can be written by a method of this name.
void check_method(const std::string& method);

}  // namespace nibble
