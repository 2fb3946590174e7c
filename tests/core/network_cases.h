#pragma once
#include "core/family_folder.h"
#include "core/network_runner.h"

/// The networks whose scores llama.cpp gave, and the tokens it read.
namespace nibble::network {

struct NetworkCase {
  std::string name, family;  ///< of tests/data/families.json; empty: a model file of tests/data
  nlohmann::json changes;    ///< of the family's configuration
};

inline std::vector<NetworkCase> network_cases() {
  std::vector<NetworkCase> cases;
  for (const FamilyCase& family : FamilyCase::all())
    cases.push_back({family.name, family.name, nlohmann::json::object()});
  // Windows that are shorter than the text, and as many layers as a group of them has and one more; their rotation is
  // neither stretched nor of the base that the others have, even when nobody says so.
  cases.push_back({"gemma2-window", "gemma2", {{"sliding_window", 20}, {"num_hidden_layers", 3}}});
  const nlohmann::json linear = {{"factor", 8}, {"rope_type", "linear"}};
  cases.push_back({"gemma3-window",
                   "gemma3",
                   {{"sliding_window", 20},
                    {"num_hidden_layers", 7},
                    {"rope_local_base_freq", nullptr},
                    {"rope_scaling", linear}}});
  // A text that is longer than the context before the stretch.
  const nlohmann::json yarn = {{"factor", 4}, {"original_max_position_embeddings", 64}, {"type", "yarn"}};
  cases.push_back({"qwen2-yarn", "qwen2", {{"rope_scaling", yarn}}});
  cases.push_back({"phi3-long", "phi3", {{"original_max_position_embeddings", 64}}});
  cases.push_back({"ts3m-F16.gguf", "", {}});
  cases.push_back({"stories260K-F32.gguf", "", {}});
  return cases;
}

inline RunModel model_of(const NetworkCase& one) {
  if (one.family.empty()) return RunModel(one.name);
  return RunModel(family_files(family_case(one.family, one.changes)));
}

/// 128 tokens, after the one that begins a sequence; all are scored.
inline TokenSequence network_text() {
  InventedWeights random;
  TokenSequence text{{1}, 0};
  while (text.tokens.size() < 128) text.tokens.push_back(random.token());
  return text;
}

}  // namespace nibble::network
