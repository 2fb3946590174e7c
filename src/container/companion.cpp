#include "container/companion.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

/// The largest tokenizer.json known has 35 MB. They are held in memory while the model is opened.
constexpr uint64_t max_companion_bytes = uint64_t{1} << 26;

struct Name {
  std::string_view name;
  bool optional;  ///< a model is worth having without it
};
constexpr Name names[] = {
    {"config.json", false},
    {"params.json", false},
    {"generation_config.json", true},
    {"tokenizer.json", false},
    {"tokenizer.model", false},
    {"tekken.json", false},
    {"tokenizer.model.v1", true},
    {"tokenizer.model.v2", true},
    {"tokenizer.model.v3", true},
    {"tokenizer.model.v7", true},
    {"tokenizer.model.v7m1", true},
    {"qwen.tiktoken", true},
    {"tiktoken.model", true},
    {"spiece.model", true},
    {"sentencepiece.bpe.model", true},
    {"tokenizer_config.json", true},
    {"special_tokens_map.json", true},
    {"added_tokens.json", true},
    {"chat_template.json", true},
    {"chat_template.jinja", true},
    {"vocab.json", true},
    {"merges.txt", true},
    {"vocab.txt", true},
    {pooling_settings, true},
    {sentence_modules, true},
    {adapter_settings, true},
    {"preprocessor_config.json", true},
    {"processor_config.json", true},
};
constexpr std::string_view index_suffix = ".index.json";
/// Of lists of tokens and ranks, whatever the model calls them.
constexpr std::string_view rank_list_extension = ".tiktoken";
/// Templates by name, beside chat_template.jinja's.
constexpr std::string_view templates_folder = "additional_chat_templates/", template_extension = ".jinja";

const Name* find_name(std::string_view name) {
  const auto found =
      std::find_if(std::begin(names), std::end(names), [&](const Name& one) { return one.name == name; });
  return found == std::end(names) ? nullptr : found;
}

bool is_adapter_settings(std::string_view name) {
  return name.starts_with(adapter_folder) && name.ends_with(adapter_settings);
}

class CompanionFile : public FileReader {
 public:
  explicit CompanionFile(const FileStart& start) : wanted_{0, start.file_bytes} {
    if (start.file_bytes > max_companion_bytes) {
      throw Error(in_quotes(start.name) + " has " + std::to_string(start.file_bytes >> 20) + " MiB; files beside the " +
                  "weights are read up to " + std::to_string(max_companion_bytes >> 20) +
                  " MiB. It is probably not what its name says.");
    }
  }
  ByteRange wanted() const override { return wanted_; }
  void take(std::span<const uint8_t> bytes) override {
    contents_.whole.assign(bytes.begin(), bytes.end());
    wanted_ = {0, 0};
  }
  FileContents contents() override { return std::move(contents_); }

 private:
  ByteRange wanted_;
  FileContents contents_;
};

}  // namespace

bool is_shard_index(std::string_view name) {
  return name.size() > index_suffix.size() && name.substr(name.size() - index_suffix.size()) == index_suffix;
}

bool is_rank_list_name(std::string_view name) {
  return name == "tiktoken.model" || (name.ends_with(rank_list_extension) && name.find('/') == std::string_view::npos);
}

std::string_view tokenizer_version(std::string_view name) {
  constexpr std::string_view start = "tokenizer.model.";
  return name.starts_with(start) ? name.substr(start.size()) : std::string_view();
}

bool is_dense_settings(std::string_view name) {
  return name.ends_with("_Dense/config.json") && std::count(name.begin(), name.end(), '/') == 1;
}

bool is_companion(std::string_view name) {
  return is_dense_settings(name) || is_rank_list_name(name) || is_shard_index(name) || find_name(name) ||
         !named_template(name).empty() || is_adapter_settings(name);
}

bool is_optional_companion(std::string_view name) {
  const Name* found = find_name(name);
  return found ? found->optional : !named_template(name).empty() || is_rank_list_name(name) || is_dense_settings(name);
}

std::string_view named_template(std::string_view name) {
  if (!name.starts_with(templates_folder) || !name.ends_with(template_extension)) return {};
  name.remove_prefix(templates_folder.size());
  name.remove_suffix(std::min(template_extension.size(), name.size()));
  return name.find('/') == std::string_view::npos ? name : std::string_view();
}

std::vector<std::string_view> companion_extensions() {
  std::vector<std::string_view> extensions;
  for (const Name& one : names) {
    const std::string_view extension = one.name.substr(one.name.rfind('.'));
    if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end()) extensions.push_back(extension);
  }
  return extensions;
}

bool is_companion_file(const FileStart& start) { return is_companion(start.name); }

std::unique_ptr<FileReader> open_companion(const FileStart& start) { return std::make_unique<CompanionFile>(start); }

}  // namespace nibble
