#include "architecture/source_names.h"

#include <algorithm>
#include <string_view>

#include "architecture/mistral_layout.h"
#include "container/text.h"

namespace nibble::architecture {
namespace {

/// Parts of names that tell nothing, wherever they stand: the place of the language part in a larger model, and what
/// torch.compile and torch.distributed put around a module.
constexpr std::string_view wrappers[] = {"language_model.", "_orig_mod.", "_fsdp_wrapped_module.",
                                         "_checkpoint_wrapped_module."};
/// Likewise at the start: PEFT's, and that of torch's data parallel modules.
constexpr std::string_view outer_wrappers[] = {"base_model.model.", "module."};
/// How the names begin that a network has when it is saved without its output layer, as PreTrainedModel does.
constexpr std::string_view bare_starts[] = {"embed_tokens.", "layers.", "norm."};
/// What PEFT calls the matrices of its adapters (LoRA, DoRA, IA3), between dots.
constexpr std::string_view adapter_parts[] = {".lora_A.", ".lora_B.", ".lora_embedding_", ".lora_magnitude_vector",
                                              ".ia3_l"};

template <size_t n>
bool starts_with_any(std::string_view name, const std::string_view (&starts)[n]) {
  return std::any_of(std::begin(starts), std::end(starts),
                     [&](std::string_view start) { return name.starts_with(start); });
}

/// Starts that models have beside others of the family that have none.
constexpr std::pair<std::string_view, std::string_view> other_starts[] = {{"model.backbone.", "backbone."},
                                                                          {"model.text_model.", "model."},
                                                                          {"model.lm_head.", "lm_head."},
                                                                          {"transformer.h.", "h."},
                                                                          {"transformer.wte.", "wte."},
                                                                          {"transformer.wpe.", "wpe."},
                                                                          {"transformer.ln_f.", "ln_f."},
                                                                          {"bert.", ""},
                                                                          {"roberta.", ""}};

}  // namespace

std::string plain_name(std::string name) {
  for (const std::string_view part : wrappers) {
    for (size_t at = name.find(part); at != std::string::npos; at = name.find(part)) name.erase(at, part.size());
  }
  for (const std::string_view start : outer_wrappers) {
    while (name.starts_with(start)) name.erase(0, start.size());
  }
  for (const auto& [start, instead] : other_starts) {
    if (name.starts_with(start)) name.replace(0, start.size(), instead);
  }
  return name;
}

std::vector<std::string> plain_names(std::span<const SourceTensor> tensors) {
  std::vector<std::string> names;
  if (is_mistral_layout(tensors)) {
    for (const SourceTensor& tensor : tensors) names.push_back(name_from_mistral(tensor.name));
    return names;
  }
  for (const SourceTensor& tensor : tensors) names.push_back(plain_name(tensor.name));
  if (std::find(names.begin(), names.end(), "embed_tokens.weight") == names.end()) return names;
  for (std::string& name : names) {
    if (starts_with_any(name, bare_starts)) name.insert(0, "model.");
  }
  return names;
}

std::string adapter_reason(std::span<const SourceTensor> tensors) {
  for (const SourceTensor& tensor : tensors) {
    for (const std::string_view part : adapter_parts) {
      if (tensor.name.find(part) == std::string::npos) continue;
      return "The files hold an adapter, with matrices such as " + in_quotes(tensor.name) +
             ", which are changes to a model and no model. Merge it into the model it was trained for first "
             "(merge_and_unload() of PEFT), and take the folder that gives.";
    }
  }
  return {};
}

}  // namespace nibble::architecture
