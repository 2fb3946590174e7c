#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "architecture/architecture.h"
#include "architecture/config.h"

/// Mistral's own layout of a model folder: params.json beside consolidated*.safetensors, whose tensors are called as in
/// mistral-inference ("layers.0.attention.wq.weight") and whose queries and keys have the order of rows that llama.cpp
/// wants. Hugging Face's layout of the same model has other names, and these rows regrouped.
namespace nibble {

/// The file of settings of that layout.
constexpr std::string_view mistral_settings = "params.json";
/// How the names of its files with weights begin.
constexpr std::string_view mistral_weights = "consolidated";

/// True for a tensor that no other layout has under this name, and for lists that hold it.
bool is_mistral_layout(std::string_view tensor);
bool is_mistral_layout(std::span<const SourceTensor> tensors);

/// Why the names are those of this layout and the model is none of Mistral's: a sentence, or nothing.
std::optional<std::string> reason_not_mistral(std::string_view text);

/// What params.json says, in the terms of config.json. What it leaves to mistral-inference is filled in, and said in
/// `notes` where files of today may mean something else. Throws Error when it is damaged or lacks something, or when it
/// is of a model with another kind of attention.
HuggingFaceConfig mistral_config(std::string_view text, Notes& notes);

namespace architecture {

/// The name that transformers has for a tensor of this layout; any other name as it is.
std::string name_from_mistral(std::string_view name);
/// True for a tensor of what sees or hears, beside the language model.
bool is_beside_mistral(std::string_view name);

}  // namespace architecture
}  // namespace nibble
