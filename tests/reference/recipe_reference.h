#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// The recipe rules once more, as plain nested conditions over names in text. Shares nothing with src/recipe.
namespace nibble::reference {

struct Tensor {
  std::string name;
  std::vector<int64_t> ne;
  std::string type;
};

struct Model {
  std::string arch;
  int64_t block_count = 0, nextn = 0, experts = 0;
  int64_t head_count = 0, head_count_kv = 0;
  std::vector<Tensor> tensors;
};

struct Request {
  std::string ftype;  ///< upper case
  bool pure = false, leave_output_tensor = false, imatrix = false;
  std::string output_type, token_embedding_type;              ///< empty: not given
  std::vector<std::pair<std::string, std::string>> patterns;  ///< (text that must occur in the name, type)
};

struct Outcome {
  std::vector<std::string> types;
  std::vector<bool> quantizable;
  bool imatrix_missing = false;  ///< some tensor needs importance and there is none: the run is refused
};

Outcome choose_types(const Model& model, const Request& request);

}  // namespace nibble::reference
