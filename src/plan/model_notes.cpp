#include "plan/model_notes.h"

#include <algorithm>

#include "container/text.h"
#include "plan/model_facts.h"

namespace nibble {
namespace {

constexpr std::string_view tokenizer_key = "tokenizer.ggml.model";

void note_architecture(const Model& model, std::string_view architecture, Notes& notes) {
  if (architecture.empty()) {
    notes.warn(
        "The model does not name its architecture, so rules that depend on it are not applied, and llama.cpp does not "
        "load the output. If you know it, set general.architecture (as an override, a text).");
  } else if (architecture == unknown_architecture && model.container() == "GGUF") {
    notes.warn(
        "The model says that its architecture is unknown: it was made from weights that nothing was known of. "
        "llama.cpp does not run such files. Start from the folder the model was published in.");
  }
}

/// Of files made elsewhere: reading a folder tells what is wrong with its tokenizer.
void note_tokenizer(const Model& model, std::span<const KeyOverride> overrides, Notes& notes) {
  const auto embeds_tokens = [](const ModelTensor& tensor) { return tensor.name == "token_embd.weight"; };
  const auto sets_tokenizer = [](const KeyOverride& one) { return one.key == tokenizer_key; };
  if (model.container() != "GGUF" || model.metadata().find(tokenizer_key) ||
      std::none_of(model.tensors().begin(), model.tensors().end(), embeds_tokens) ||
      std::any_of(overrides.begin(), overrides.end(), sets_tokenizer)) {
    return;
  }
  notes.warn(
      "The model embeds tokens and has no tokenizer (tokenizer.ggml.model is missing); llama.cpp does not load such "
      "files. Make the GGUF file again from a folder that holds its tokenizer.");
}

}  // namespace

Notes model_notes(const Model& model, std::span<const KeyOverride> overrides) {
  Notes notes = model.notes();
  if (model.tensors().empty()) notes.warn("The model has no tensors: there is nothing to quantize.");
  note_architecture(model, model_facts(model.metadata(), overrides).architecture, notes);
  note_tokenizer(model, overrides, notes);
  const auto without_weights = [](const ModelTensor& tensor) { return tensor.weight_count == 0; };
  const auto empty = std::count_if(model.tensors().begin(), model.tensors().end(), without_weights);
  if (empty > 0) {
    notes.add(counted(static_cast<uint64_t>(empty), "tensor") + " without any weights: a dimension is zero.");
  }
  notes.put_warnings_first();
  return notes;
}

}  // namespace nibble
