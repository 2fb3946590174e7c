#pragma once
#include "core/delta_net_models.h"
#include "core/family_folder.h"
#include "core/gemma4_models.h"
#include "core/network_models.h"
#include "core/network_runner.h"

/// The networks whose scores llama.cpp gave, and the tokens it read.
namespace nibble::network {

/// Those that are files, and no folders.
inline std::vector<NetworkCase> invented_files() {
  std::vector<NetworkCase> cases;
  for (const auto& files : {decoder_files(), delta_net_files(), gemma4_files()})
    cases.insert(cases.end(), files.begin(), files.end());
  return cases;
}

/// Those of tests/data/families.json whose networks can be run, variants of them, and others.
inline std::vector<NetworkCase> network_cases() {
  std::vector<NetworkCase> cases;
  const auto add = [&](const std::string& name, const std::string& family, const nlohmann::json& changes) {
    cases.push_back({name, family_files(family_case(family, changes))});
  };
  for (const FamilyCase& family : FamilyCase::all()) {
    Files files = family_files(family);
    if (find_architecture(RunModel(files).model().metadata().text("general.architecture").value_or("")))
      cases.push_back({family.name, std::move(files)});
  }
  // Windows that are shorter than the text, and as many layers as a group of them has and one more; their rotation is
  // neither stretched nor of the base that the others have, even when nobody says so.
  add("gemma2-window", "gemma2", {{"sliding_window", 20}, {"num_hidden_layers", 3}});
  const nlohmann::json linear = {{"factor", 8}, {"rope_type", "linear"}};
  add("gemma3-window", "gemma3",
      {{"sliding_window", 20}, {"num_hidden_layers", 7}, {"rope_local_base_freq", nullptr}, {"rope_scaling", linear}});
  // A text that is longer than the context before the stretch.
  const nlohmann::json yarn = {{"factor", 4}, {"original_max_position_embeddings", 64}, {"type", "yarn"}};
  add("qwen2-yarn", "qwen2", {{"rope_scaling", yarn}});
  add("phi3-long", "phi3", {{"original_max_position_embeddings", 64}});
  for (const char* name : {"ts3m-F16", "stories260K-F32"})
    cases.push_back({name, {{"model.gguf", test_file(std::string(name) + ".gguf")}}});
  for (const NetworkCase& one : invented_files()) cases.push_back(one);
  return cases;
}

/// 128 tokens, after the one that begins a sequence; all are scored.
inline TokenSequence network_text() {
  InventedWeights random;
  TokenSequence text{{1}, 0};
  while (text.tokens.size() < 128) text.tokens.push_back(random.token());
  return text;
}

}  // namespace nibble::network
