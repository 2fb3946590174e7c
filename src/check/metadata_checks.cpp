#include "check/metadata_checks.h"

#include <algorithm>

#include "container/gguf_limits.h"
#include "container/text.h"
#include "error.h"
#include "recipe/file_types.h"
#include "recipe/recipe.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

struct KnownKind {
  std::string_view key;
  ValueType type;
  enum class Form : uint8_t { single, list, either } form = Form::single;
};
using Form = KnownKind::Form;

/// The kinds that llama.cpp asks for; it takes no other width of a number.
constexpr KnownKind known_keys[] = {
    {"general.architecture", ValueType::string},
    {"general.name", ValueType::string},
    {"general.file_type", ValueType::u32},
    {"general.quantization_version", ValueType::u32},
    {"tokenizer.ggml.model", ValueType::string},
    {"tokenizer.ggml.pre", ValueType::string},
    {"tokenizer.ggml.tokens", ValueType::string, Form::list},
    {"tokenizer.ggml.scores", ValueType::f32, Form::list},
    {"tokenizer.ggml.token_type", ValueType::i32, Form::list},
    {"tokenizer.ggml.merges", ValueType::string, Form::list},
    {"tokenizer.ggml.bos_token_id", ValueType::u32},
    {"tokenizer.ggml.eos_token_id", ValueType::u32},
    {"tokenizer.ggml.eot_token_id", ValueType::u32},
    {"tokenizer.ggml.unknown_token_id", ValueType::u32},
    {"tokenizer.ggml.seperator_token_id", ValueType::u32},  // spelled so
    {"tokenizer.ggml.padding_token_id", ValueType::u32},
    {"tokenizer.ggml.add_bos_token", ValueType::boolean},
    {"tokenizer.ggml.add_eos_token", ValueType::boolean},
    {"tokenizer.ggml.add_space_prefix", ValueType::boolean},
    {"tokenizer.chat_template", ValueType::string},
};
/// The same, behind the architecture's name.
constexpr KnownKind known_settings[] = {
    {"block_count", ValueType::u32},
    {"context_length", ValueType::u32},
    {"embedding_length", ValueType::u32},
    {"vocab_size", ValueType::u32},
    {"feed_forward_length", ValueType::u32, Form::either},
    {"expert_feed_forward_length", ValueType::u32},
    {"expert_count", ValueType::u32},
    {"expert_used_count", ValueType::u32},
    {"leading_dense_block_count", ValueType::u32},
    {"nextn_predict_layers", ValueType::u32},
    {"attention.head_count", ValueType::u32, Form::either},
    {"attention.head_count_kv", ValueType::u32, Form::either},
    {"attention.key_length", ValueType::u32},
    {"attention.value_length", ValueType::u32},
    {"attention.layer_norm_rms_epsilon", ValueType::f32},
    {"attention.layer_norm_epsilon", ValueType::f32},
    {"rope.dimension_count", ValueType::u32},
    {"rope.freq_base", ValueType::f32},
    {"rope.scaling.type", ValueType::string},
    {"rope.scaling.factor", ValueType::f32},
};
/// Settings that every language model must have.
constexpr std::string_view needed_settings[] = {"block_count", "context_length", "embedding_length"};

constexpr std::string_view tokens_key = "tokenizer.ggml.tokens", merges_key = "tokenizer.ggml.merges";

/// The names that llama.cpp's sentences have for kinds.
std::string llama_cpp_name(ValueType type) {
  if (type == ValueType::string) return "str";
  return type == ValueType::array ? "arr" : std::string(value_type_name(type));
}

std::string kind_name(ValueType element, bool list) {
  const std::string name(value_type_name(element));
  return list ? "a list of " + name : name;
}

class Checks {
 public:
  Checks(const CheckedModel& model, Findings& findings)
      : model_(model),
        header_(model.metadata),
        findings_(findings),
        architecture_(header_.text("general.architecture")) {}

  /// Whether the file is a language model, of which more is known: no adapter, no image encoder, no plain list of
  /// tensors.
  bool is_language_model() const {
    const auto type = header_.text("general.type");
    return architecture_ && *architecture_ != "clip" && *architecture_ != unknown_architecture &&
           (!type || *type == "model");
  }

  void kinds() {
    for (const KnownKind& known : known_keys) kind(std::string(known.key), known);
    if (!architecture_) return;
    for (const KnownKind& known : known_settings) kind(setting(known.key), known);
  }

  void needed() {
    if (!header_.find("general.architecture")) {
      return error("general.architecture",
                   "The file does not say of which architecture its model is (general.architecture), so that no "
                   "program knows how to run it. Convert the model again, or set the entry.",
                   refusal("unknown model architecture: ''"));
    }
    if (!is_language_model()) return;
    for (const std::string_view name : needed_settings) {
      if (header_.find(setting(name))) continue;
      error(setting(name),
            "The file has no entry " + in_quotes(setting(name)) +
                ", without which its model cannot be loaded. Set it as the model's configuration has it.",
            refusal("key not found in model: " + setting(name)));
    }
  }

  void lists() {
    const uint64_t tokens = count_of(tokens_key);
    if (tokens == 0) return;
    constexpr std::pair<std::string_view, std::string_view> beside[] = {{"tokenizer.ggml.scores", "scores"},
                                                                        {"tokenizer.ggml.token_type", "toktypes"}};
    for (const auto& [name, words] : beside) {
      const KeyValue* list = header_.find(name);
      if (!list || list->type != ValueType::array || list->count == tokens) continue;
      error(name,
            "The list " + in_quotes(name) + " has " + counted(list->count, "element") + ", and the vocabulary " +
                counted(tokens, "token") + ". Both must be as long. Convert the model again.",
            list->count > tokens ? ""
                                 : refusal("Index out of array bounds for " + std::string(words) + " (" +
                                           std::to_string(list->count) + " < " + std::to_string(tokens) + ")"));
    }
    if (header_.text("tokenizer.ggml.model") == "gpt2" && count_of(merges_key) == 0) {
      error(merges_key,
            "The vocabulary is one of byte pairs, and the file does not say how they are merged. Convert "
            "the model again.",
            refusal("cannot find tokenizer merges in model file"));
    }
    for (const KnownKind& known : known_keys) {
      if (!known.key.ends_with("_token_id")) continue;
      const auto id = header_.number(known.key);
      if (!id || *id < tokens) continue;
      warning(known.key,
              "The entry " + in_quotes(known.key) + " names token " + std::to_string(*id) +
                  ", and the vocabulary's are numbered 0 to " + std::to_string(tokens - 1) +
                  ". Set it to the right token, or remove it.",
              "llama.cpp says \"bad special token\" and takes the token that is usual for the kind of vocabulary.");
    }
  }

  void rows() {
    const uint64_t tokens = count_of(tokens_key);
    if (tokens == 0 || !is_language_model()) return;
    for (const std::string_view name : {"token_embd.weight", "output.weight"}) {
      const ModelTensor* tensor = find(name);
      if (!tensor || tensor->shape.size() != 2 || tensor->shape[1] == tokens) continue;
      error(name,
            "Tensor " + in_quotes(name) + " has " + counted(tensor->shape[1], "row") + ", and the vocabulary " +
                counted(tokens, "token") +
                ". There must be a row for each token: the tensor, or the vocabulary, is "
                "of another model.",
            wrong_shape(*tensor, tensor->shape[0], tokens));
    }
  }

  void embedding() {
    const ModelTensor* tensor = find("token_embd.weight");
    const auto stated = header_.number(setting("embedding_length"));
    if (!tensor || !stated || !is_language_model() || tensor->shape[0] == *stated) return;
    error(tensor->name,
          "The rows of " + in_quotes(tensor->name) + " have " + counted(tensor->shape[0], "weight") + ", and " +
              in_quotes(setting("embedding_length")) + " says " + std::to_string(*stated) +
              ". Set the entry to what the tensor has, or take the tensor of the right model.",
          "llama.cpp refuses the file: sizes that follow from the entry do not fit the tensors.");
  }

  void layers() {
    const auto stated = header_.number(setting("block_count"));
    uint64_t count = 0;
    const ModelTensor* last = nullptr;
    for (const ModelTensor& tensor : model_.tensors) {
      const auto block = block_number(tensor.name);
      if (!block || *block < count) continue;
      count = *block + 1;
      last = &tensor;
    }
    if (!stated || !last || !is_language_model() || count == *stated) return;
    const std::string claim = in_quotes(setting("block_count")) + " says " + counted(*stated, "layer") +
                              ", and the tensors are those of " + std::to_string(count) + ". ";
    if (count > *stated) {
      error(last->name, claim + "Set the entry to " + std::to_string(count) + ", or leave the further layers out.",
            refusal("done_getting_tensors: wrong number of tensors; expected ..., got ..."));
    } else {
      error(setting("block_count"),
            claim + "Set the entry to " + std::to_string(count) + ", or take the missing layers from the whole model.",
            refusal("missing tensor 'blk." + std::to_string(count) + "...'"));
    }
  }

  /// llama.cpp stores a name in fewer bytes than loaders of image models, whose files are read here.
  void names() {
    if (!is_language_model()) return;
    for (const ModelTensor& tensor : model_.tensors) {
      if (tensor.name.size() <= gguf::max_name_bytes) continue;
      error(tensor.name,
            "The tensor name " + in_quotes(tensor.name) + " has " + counted(tensor.name.size(), "byte") +
                "; llama.cpp reads names of at most " + std::to_string(gguf::max_name_bytes) +
                ". Convert the model again with names of its own.",
            refusal("tensor name ... is too long: " + std::to_string(tensor.name.size()) +
                    " >= " + std::to_string(gguf::max_name_bytes + 1)));
    }
  }

  void file_type() {
    const auto stated = header_.number("general.file_type");
    if (!stated || model_.tensors.empty()) return;
    // Bit 10 says that the number was guessed.
    const uint64_t number = *stated & ~uint64_t{1024};
    const auto types = all_file_types();
    const auto found = std::find_if(types.begin(), types.end(), [&](const FileType& one) {
      return !one.copies && !one.automatic && one.number == number;
    });
    if (found == types.end()) return;
    const auto is_of = [&](const ModelTensor& tensor) { return tensor.type == found->default_type; };
    if (std::any_of(model_.tensors.begin(), model_.tensors.end(), is_of)) return;
    warning("general.file_type",
            "general.file_type is " + std::to_string(*stated) + ", which stands for " + std::string(found->name) +
                ", and no tensor is of type " + display_name(found->default_type) +
                ". Set the entry to what the tensors are.",
            "llama.cpp shows the wrong name, and loads the file by the tensors' own types.");
  }

 private:
  std::string setting(std::string_view name) const { return architecture_.value_or("") + '.' + std::string(name); }

  const ModelTensor* find(std::string_view name) const {
    const auto found = std::find_if(model_.tensors.begin(), model_.tensors.end(),
                                    [&](const ModelTensor& tensor) { return tensor.name == name; });
    return found == model_.tensors.end() ? nullptr : &*found;
  }

  /// Elements of a list; 0 where there is none.
  uint64_t count_of(std::string_view key) const {
    const KeyValue* value = header_.find(key);
    return value && value->type == ValueType::array ? value->count : 0;
  }

  void kind(const std::string& key, const KnownKind& known) {
    const KeyValue* value = header_.find(key);
    if (!value) return;
    const bool list = value->type == ValueType::array;
    const bool of_integers = value->element == ValueType::u32 || value->element == ValueType::i32;
    const bool form = known.form == Form::either || list == (known.form == Form::list);
    if (form && (value->element == known.type || (list && known.type == ValueType::u32 && of_integers))) return;
    const bool wants_list = known.form == Form::list;
    error(key,
          "The entry " + in_quotes(key) + " is " + kind_name(value->element, list) + ", and loaders ask for " +
              kind_name(known.type, wants_list) + ". Give it that kind.",
          key == tokens_key ? refusal("invalid gguf type for " + key)
          : wants_list      ? ""
                            : refusal("key " + key + " has wrong type " + llama_cpp_name(value->type) +
                                      " but expected type " + llama_cpp_name(known.type)));
  }

  static std::string refusal(const std::string& words) { return "llama.cpp refuses the file: \"" + words + "\"."; }

  static std::string wrong_shape(const ModelTensor& tensor, uint64_t columns, uint64_t rows) {
    return refusal("tensor '" + tensor.name + "' has wrong shape; expected " + std::to_string(columns) + ", " +
                   std::to_string(rows) + ", got " + std::to_string(tensor.shape[0]) + ", " +
                   std::to_string(tensor.weight_count / std::max<uint64_t>(1, tensor.shape[0])));
  }

  void error(std::string_view subject, std::string text, std::string llama_cpp = "") {
    add(Finding::Level::error, subject, std::move(text), std::move(llama_cpp));
  }
  void warning(std::string_view subject, std::string text, std::string llama_cpp = "") {
    add(Finding::Level::warning, subject, std::move(text), std::move(llama_cpp));
  }
  void add(Finding::Level level, std::string_view subject, std::string text, std::string llama_cpp) {
    findings_.push_back({level, model_.file, std::string(subject), std::move(text), std::move(llama_cpp)});
  }

  const CheckedModel& model_;
  const GgufHeader& header_;
  Findings& findings_;
  std::optional<std::string> architecture_;
};

}  // namespace

void check_entries(const CheckedModel& model, Findings& findings) {
  Checks checks(model, findings);
  checks.kinds();
  checks.needed();
}

void check_vocabulary(const CheckedModel& model, Findings& findings) {
  Checks checks(model, findings);
  checks.lists();
  checks.rows();
}

void check_tensors(const CheckedModel& model, Findings& findings) {
  Checks checks(model, findings);
  checks.embedding();
  checks.layers();
  checks.names();
  checks.file_type();
}

}  // namespace nibble
