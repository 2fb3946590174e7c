#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "container/file_reader.h"

/// Small files that lie beside the weights of a model and are read whole.
namespace nibble {

/// By name alone: "config.json", "tokenizer.model", "model.safetensors.index.json", ...
bool is_companion(std::string_view name);
/// Likewise for those without which a model is still worth having.
bool is_optional_companion(std::string_view name);
/// What "additional_chat_templates/NAME.jinja" is the template of; empty for any other name.
std::string_view named_template(std::string_view name);
/// Likewise for a list of tokens and their ranks: "qwen.tiktoken", "tiktoken.model".
bool is_rank_list_name(std::string_view name);
/// "v3" of "tokenizer.model.v3"; empty for any other name.
std::string_view tokenizer_version(std::string_view name);
/// How such names end: ".json", ".model", ...
std::vector<std::string_view> companion_extensions();
bool is_companion_file(const FileStart& start);
std::unique_ptr<FileReader> open_companion(const FileStart& start);

/// Beside an adapter, which is no part of a model.
constexpr std::string_view adapter_settings = "adapter_config.json";
/// Before the names of files of adapters that are to be merged (model/adapter.h).
constexpr std::string_view adapter_folder = "--lora/";
/// How sentence-transformers makes one vector of a text's.
constexpr std::string_view pooling_folder = "1_Pooling", pooling_settings = "1_Pooling/config.json";
/// The list of what it does to texts, one module after the other.
constexpr std::string_view sentence_modules = "modules.json";

/// True for the settings of a layer behind the pooling: "2_Dense/config.json".
bool is_dense_settings(std::string_view name);

/// True for the list that says which tensor is in which shard.
bool is_shard_index(std::string_view name);

}  // namespace nibble
