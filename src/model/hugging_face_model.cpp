#include "model/hugging_face_model.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

#include "architecture/architecture.h"
#include "architecture/mistral_layout.h"
#include "architecture/projector.h"
#include "container/companion.h"
#include "container/text.h"
#include "error.h"
#include "model/adapter.h"
#include "model/adapter_tensors.h"
#include "model/dense_modules.h"
#include "model/file_named.h"
#include "model/lone_encoder.h"
#include "model/quantized_source.h"
#include "model/stored_layers.h"
#include "model/unknown_model.h"
#include "tokenizer/tokenizer.h"

namespace nibble {
namespace {

/// The bytes of the file of that name; none when there is no such file.
std::span<const uint8_t> bytes_of(std::span<const ModelFile> files, std::string_view name) {
  const ModelFile* file = file_named(files, name);
  return file ? std::span<const uint8_t>(file->contents->whole) : std::span<const uint8_t>();
}

/// What config.json calls the model ("meta-llama/Llama-3.2-1B"), without the organization; empty when it does not, or
/// names a place on somebody's disk. As gguf-py/gguf/metadata.py takes it.
std::string name_in(const HuggingFaceConfig& config) {
  const std::string id = config.text("_name_or_path").value_or("");
  const bool is_path = std::count(id.begin(), id.end(), '/') > 1 || id.find_first_of("\\:") != std::string::npos ||
                       id.find_first_of("./~") == 0;
  return is_path ? std::string() : id.substr(id.find('/') + 1);
}

ModelTensor computed_tensor(ConvertedTensor&& tensor, uint32_t file, std::vector<uint8_t>& computed) {
  const uint64_t bytes = tensor.computed.size() * sizeof(float), offset = computed.size();
  computed.resize(offset + bytes);
  std::memcpy(computed.data() + offset, tensor.computed.data(), bytes);
  return {std::move(tensor.name),
          std::move(tensor.shape),
          tensor.type,
          Type::f32,
          tensor.computed.size(),
          bytes,
          {{file, offset}},
          {},
          {}};
}

ModelTensor stored_tensor(ConvertedTensor&& tensor, std::span<const StoredLayer> layers) {
  const StoredTensor& first = *layers[tensor.sources[0]].plain;
  ModelTensor result{
      std::move(tensor.name), std::move(tensor.shape), tensor.type, first.type, 0, 0, {}, {}, first.dtype};
  for (const uint32_t i : tensor.sources) {
    const StoredTensor& stored = *layers[i].plain;
    if (stored.type != first.type) {
      throw Error("The parts of " + in_quotes(result.name) +
                  " are stored in different types. Save the model with one.");
    }
    result.weight_count += stored.weight_count;
    result.bytes += stored.bytes;
    result.slices.push_back({layers[i].file, stored.offset});
  }
  return result;
}

/// Makes tensors of the derived file.
class Deriver {
 public:
  Deriver(std::span<const StoredLayer> layers, uint32_t file, DerivedFile& derived)
      : layers_(layers), file_(file), derived_(derived) {}

  bool needed(const ConvertedTensor& tensor) const {
    return !tensor.parts.empty() || std::any_of(tensor.sources.begin(), tensor.sources.end(),
                                                [&](uint32_t i) { return layers_[i].plain == nullptr; });
  }

  /// Rows of blocks are put in order here, and no more by whoever reads them.
  bool orders_rows(const ConvertedTensor& tensor) const {
    return tensor.heads > 0 && layers_[tensor.sources[0]].matrix.form == MatrixForm::mxfp4_pairs;
  }

  ModelTensor make(ConvertedTensor&& tensor) {
    std::optional<Repacked> repacked = repack(tensor);
    const StoredLayer& first = layers_[tensor.sources[0]];
    DerivedTensor made{moved_type(tensor), std::move(tensor.parts)};
    if (made.parts.empty()) {
      const uint64_t heads = orders_rows(tensor) ? tensor.heads : 0;
      for (const uint32_t i : tensor.sources) made.parts.push_back(rows_in_order(i, layers_[i].matrix, heads));
    } else if (made.type == Type::mxfp4) {
      for (DerivedPart& part : made.parts) count_blocks(part);
    }
    for (DerivedPart& part : made.parts) {
      if (part.matrix == DerivedPart::zeros) continue;
      expect_rows(part);
      part.matrix = number_of(part.matrix);
    }
    const uint64_t bytes = made.bytes();
    const Type type = made.type;
    uint64_t weight_count = 1;
    for (const uint64_t size : tensor.shape) weight_count *= size;
    const uint64_t offset = derived_.add(std::move(made));
    // Where the files say blocks, and the family does not, they are what AUTO keeps.
    if (type == Type::mxfp4 && first.tensor.type != Type::mxfp4 && tensor.name.ends_with(weight_end)) {
      repacked = Repacked{type, {file_, offset}, bytes, {}, {file_, 0}, 0};
    }
    return {std::move(tensor.name),
            std::move(tensor.shape),
            tensor.type,
            type,
            weight_count,
            bytes,
            {{file_, offset}},
            {},
            first.plain ? first.plain->dtype : first.form,
            false,
            false,
            std::move(repacked)};
  }

 private:
  static constexpr std::string_view weight_end = ".weight";

  /// The values as the blocks they come in, where they are only moved by whole blocks, and their scales.
  std::optional<Repacked> repack(const ConvertedTensor& tensor) {
    const StoredLayer& first = layers_[tensor.sources[0]];
    const bool scaled = first.matrix.global.rows > 0;
    const auto fits = [&](uint32_t i) {
      const StoredLayer& layer = layers_[i];
      return layer.blocks && layer.matrix.added.empty() && (layer.matrix.global.rows > 0) == scaled;
    };
    if (tensor.add != 0 || !tensor.name.ends_with(weight_end) ||
        !std::all_of(tensor.sources.begin(), tensor.sources.end(), fits)) {
      return {};
    }
    DerivedTensor made{Type::nvfp4, tensor.parts}, scales;
    if (made.parts.empty()) {
      for (const uint32_t i : tensor.sources) made.parts.push_back(rows_in_order(i, layers_[i].matrix, tensor.heads));
    } else if (tensor.heads > 0) {
      return {};
    }
    const uint64_t matrices = tensor.shape.size() > 2 ? tensor.shape[2] : 1;
    if (scaled && made.parts.size() != matrices) return {};
    const uint64_t block = format_of(Type::nvfp4).block_length;
    if (!std::all_of(made.parts.begin(), made.parts.end(),
                     [=](DerivedPart& part) { return count_in_blocks(part, block); })) {
      return {};
    }
    for (DerivedPart& part : made.parts) {
      const DerivedMatrix& matrix = layers_[part.matrix].matrix;
      if (scaled)
        scales.parts.push_back({static_cast<uint32_t>(derived_.matrices.size()), 0, {}, {}, false, matrix.divide});
      if (scaled) derived_.matrices.push_back(alone(matrix.global));
      const auto number = static_cast<uint32_t>(derived_.matrices.size());
      derived_.matrices.push_back(*layers_[part.matrix].blocks);
      part.matrix = number;
    }
    Repacked result{Type::nvfp4, {file_, 0}, made.bytes(), {}, {file_, 0}, 0};
    result.slice.offset = derived_.add(std::move(made));
    if (!scaled) return result;
    result.scale_name = tensor.name.substr(0, tensor.name.size() - weight_end.size()) + ".scale";
    result.scales = scales.parts.size();
    result.scale.offset = derived_.add(std::move(scales));
    return result;
  }

  /// A whole matrix, the rows of each of `heads` heads with their halves interleaved (numeric/stored_row.h).
  static DerivedPart rows_in_order(uint32_t layer, const DerivedMatrix& matrix, uint64_t heads) {
    const uint64_t row = matrix.columns;
    if (heads == 0) return {layer, 0, {{row, 1}, {matrix.rows, row}}, {}, false};
    const uint64_t head_rows = matrix.rows / heads, half = head_rows / 2;
    return {layer, 0, {{row, 1}, {2, half * row}, {half, row}, {heads, head_rows * row}}, {}, false};
  }

  static DerivedMatrix alone(const StoredMatrix& stored) {
    DerivedMatrix matrix;
    matrix.data = stored;
    matrix.rows = stored.rows;
    matrix.columns = stored.columns;
    return matrix;
  }

  /// What the values are made as: the sources' type where they are only moved, as half floats or blocks.
  Type moved_type(const ConvertedTensor& tensor) const {
    const auto computes = [](const DerivedPart& part) { return part.computes(); };
    const auto form = [](const StoredLayer& layer) {
      return layer.plain                                    ? layer.plain->type
             : layer.matrix.form == MatrixForm::mxfp4_pairs ? Type::mxfp4
                                                            : layer.tensor.type;
    };
    const StoredLayer& first = layers_[tensor.sources[0]];
    const Type type = form(first);
    const bool movable = first.plain ? type == Type::f16 || type == Type::bf16 : type == Type::mxfp4;
    const bool same = std::all_of(tensor.sources.begin(), tensor.sources.end(), [&](uint32_t i) {
      return (layers_[i].plain != nullptr) == (first.plain != nullptr) && form(layers_[i]) == type;
    });
    const bool has_blocks = std::any_of(tensor.sources.begin(), tensor.sources.end(),
                                        [&](uint32_t i) { return layers_[i].matrix.form == MatrixForm::mxfp4_pairs; });
    if (has_blocks && (!same || std::any_of(tensor.parts.begin(), tensor.parts.end(), computes))) {
      throw Error("What becomes " + in_quotes(tensor.name) +
                  " is stored partly or to be multiplied as blocks of MXFP4, which only come whole. Take the model "
                  "before it was quantized.");
    }
    return movable && same && std::none_of(tensor.parts.begin(), tensor.parts.end(), computes) ? type : Type::f32;
  }

  /// A view of weights made one of blocks. Rows of weights hold whole blocks.
  static void count_blocks(DerivedPart& part) {
    const uint64_t block = format_of(Type::mxfp4).block_length;
    if (part.axes.empty() || part.axes[0].stride != 1 || part.axes[0].count % block != 0) {
      throw Error("Weights in blocks can be moved row by row only. This is a fault in the program.");
    }
    part.first /= block;
    part.axes[0].count /= block;
    for (size_t i = 1; i < part.axes.size(); ++i) part.axes[i].stride /= block;
  }

  /// Rows whose lengths are set have to be made whole, which a view across them cannot.
  void expect_rows(const DerivedPart& part) const {
    const StoredLayer& layer = layers_[part.matrix];
    const bool whole = !part.axes.empty() && part.axes[0].stride == 1 && part.axes[0].count == layer.matrix.columns;
    if (whole || !layer.matrix.has_lengths()) return;
    throw Error("An adapter sets the lengths of the rows of " + in_quotes(layer.tensor.name) +
                " (DoRA), which llama.cpp wants cut or turned: it cannot be merged here. Merge it with "
                "merge_and_unload() of PEFT, and take the folder that gives.");
  }

  uint32_t number_of(uint32_t layer) {
    const auto [found, added] = numbers_.emplace(layer, static_cast<uint32_t>(derived_.matrices.size()));
    if (added) derived_.matrices.push_back(layers_[layer].matrix);
    return found->second;
  }

  std::span<const StoredLayer> layers_;
  uint32_t file_;
  DerivedFile& derived_;
  std::unordered_map<uint32_t, uint32_t> numbers_;
};

/// What the weights that come quantized become, form by form.
class DecodedWeights {
 public:
  explicit DecodedWeights(std::span<const StoredLayer> layers) : layers_(layers) {}

  /// `made`: what became of these layers.
  void add(std::span<const uint32_t> sources, const ModelTensor& made) {
    for (const uint32_t source : sources) {
      const StoredLayer& layer = layers_[source];
      // Plain weights that an adapter is added to are no quantized ones.
      if (layer.matrix.form == MatrixForm::plain) continue;
      forms_[{layer.form, made.stored}].insert(source);
    }
  }

  void tell(std::span<const ModelFile> files, Notes& notes) const {
    if (forms_.empty()) {
      if (const auto said = quantized_source(files)) {
        notes.add("The weights are said to be quantized (" + said->method + ": " + said->sign +
                  "), and those of the model are not: they are taken as they are.");
      }
      return;
    }
    std::string parts;
    for (const auto& [form, sources] : forms_) {
      const auto& [name, type] = form;
      const bool kept = format_of(type).quantized;
      parts += (parts.empty() ? "" : "; ") + counted(sources.size(), "tensor") + " of " + name +
               (sources.size() == 1 ? " is " : " are ") +
               (kept ? "moved to GGUF's blocks of that type, without loss" : "decoded to F32 while read");
    }
    notes.add("Weights come quantized: " + parts +
              ". What is asked for is made of these values; what they lost when they were quantized stays lost.");
  }

 private:
  std::span<const StoredLayer> layers_;
  std::map<std::pair<std::string, Type>, std::set<uint32_t>> forms_;
};

/// The model's tensors, from what is stored.
void add_tensors(std::span<const ModelFile> files, std::span<const StoredLayer> layers, ConvertedModel& model,
                 Assembly& assembly) {
  const auto own_files = static_cast<uint32_t>(files.size());
  Deriver deriver(layers, own_files + 1, assembly.derived);
  DecodedWeights decoded(layers);
  for (ConvertedTensor& tensor : model.tensors) {
    const std::vector<uint32_t> sources = tensor.sources;
    const uint64_t rows = tensor.shape.size() == 1 ? tensor.shape[0] : tensor.shape[1];
    const bool ordered = !tensor.sources.empty() && deriver.orders_rows(tensor);
    const Transform transform{tensor.heads && !ordered ? rows / tensor.heads : 0, tensor.add};
    const bool any_type = tensor.any_type, follows_f16 = tensor.follows_f16;
    if (tensor.sources.empty()) {
      assembly.tensors.push_back(computed_tensor(std::move(tensor), own_files, assembly.computed));
    } else if (deriver.needed(tensor)) {
      assembly.tensors.push_back(deriver.make(std::move(tensor)));
    } else {
      assembly.tensors.push_back(stored_tensor(std::move(tensor), layers));
    }
    assembly.tensors.back().transform = transform;
    assembly.tensors.back().any_type = any_type;
    assembly.tensors.back().follows_f16 = follows_f16;
    decoded.add(sources, assembly.tensors.back());
  }
  decoded.tell(files, assembly.notes);
}

void add_tokenizer(std::span<const ModelFile> files, bool mistral_layout, ConvertedModel& model, Notes& notes) {
  for (const ModelFile& file : files) {
    if (file.bytes == 0 && file.contents->container.empty()) {
      notes.add(in_quotes(file.name) + " is empty and counts as missing. Download or copy it again.");
    }
  }
  TokenizerFiles tokenizer;
  tokenizer.mistral_layout = mistral_layout;
  tokenizer.tokenizer_model = bytes_of(files, "tokenizer.model");
  tokenizer.spiece_model = bytes_of(files, "spiece.model");
  tokenizer.xlm_roberta_model = bytes_of(files, "sentencepiece.bpe.model");
  tokenizer.tokenizer_json = bytes_of(files, "tokenizer.json");
  tokenizer.tekken = bytes_of(files, "tekken.json");
  tokenizer.vocab_json = bytes_of(files, "vocab.json");
  tokenizer.merges = bytes_of(files, "merges.txt");
  tokenizer.vocab_text = bytes_of(files, "vocab.txt");
  tokenizer.tokenizer_config = bytes_of(files, "tokenizer_config.json");
  tokenizer.special_tokens_map = bytes_of(files, "special_tokens_map.json");
  tokenizer.added_tokens = bytes_of(files, "added_tokens.json");
  tokenizer.config = bytes_of(files, "config.json");
  tokenizer.generation_config = bytes_of(files, "generation_config.json");
  tokenizer.chat_template = bytes_of(files, "chat_template.jinja");
  tokenizer.chat_template_json = bytes_of(files, "chat_template.json");
  for (const ModelFile& file : files) {
    const std::string name(named_template(file.name));
    if (!name.empty()) tokenizer.named_templates.emplace_back(name, file.contents->whole);
    const std::string version(tokenizer_version(file.name));
    if (!version.empty()) tokenizer.versioned_models.emplace_back(version, file.contents->whole);
    if (!is_rank_list_name(file.name)) continue;
    tokenizer.ranks = file.contents->whole;
    tokenizer.ranks_name = file.name;
  }
  std::sort(tokenizer.named_templates.begin(), tokenizer.named_templates.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  try {
    append_tokenizer(model.values, tokenizer, model.vocabulary, notes);
  } catch (const Error& problem) {
    notes.warn(std::string(problem.what()) +
               " The output will have no tokenizer, and llama.cpp does not run such files.");
  }
}

/// The layers behind the pooling, where they were asked for.
void add_dense_modules(std::span<const ModelFile> files, std::vector<StoredLayer>& layers, ConvertedModel& model) {
  std::vector<DenseModule> modules = dense_modules(files);
  if (modules.empty()) return;
  if (header_of(model.values).text("general.architecture") != dense_architecture) {
    throw Error("Of " + model.family +
                ", llama.cpp has no layers behind the pooling; it has them of EmbeddingGemma. "
                "Convert without these modules.");
  }
  for (DenseModule& module : modules) {
    const std::string key = std::string(dense_architecture) + '.' + module.name;
    model.values.set_u32(key + "_feat_in", static_cast<uint32_t>(module.in));
    model.values.set_u32(key + "_feat_out", static_cast<uint32_t>(module.out));
    ConvertedTensor tensor;
    tensor.name = module.layer.tensor.name;
    tensor.shape = module.layer.tensor.shape;
    tensor.type = module.layer.tensor.type;
    tensor.sources = {static_cast<uint32_t>(layers.size())};
    tensor.any_type = true;
    model.tensors.push_back(std::move(tensor));
    layers.push_back(std::move(module.layer));
  }
}

/// What llama.cpp asks of an adapter.
KeyValueList adapter_values(const ConvertedModel& model, const AdapterContents& adapter) {
  constexpr const char* architecture = "general.architecture";
  KeyValueList own;
  own.set_string(architecture, header_of(model.values).text(architecture).value_or(""));
  own.set_string("general.type", "adapter");
  own.set_string("adapter.type", "lora");
  own.set_f32("adapter.lora.alpha", static_cast<float>(adapter.alpha));
  return own;
}

/// By the names of its tensors, which say what order their rows have.
bool holds_mistral_layout(std::span<const ModelFile> files, std::span<const uint32_t> weight_files) {
  return std::any_of(weight_files.begin(), weight_files.end(), [&](uint32_t i) {
    const std::vector<StoredTensor>& tensors = files[i].contents->tensors;
    return std::any_of(tensors.begin(), tensors.end(),
                       [](const StoredTensor& one) { return is_mistral_layout(one.name); });
  });
}

/// PEFT trains on Hugging Face's layout, whose rows of queries and keys are others.
void refuse_adapters(std::span<const ModelFile> files) {
  if (std::none_of(files.begin(), files.end(), [](const ModelFile& file) { return is_of_adapter(file.name); })) return;
  throw Error(
      "An adapter was trained on a model in Hugging Face's layout, and this folder is in Mistral's own, whose rows "
      "have "
      "another order. Take the model in Hugging Face's layout.");
}

}  // namespace

std::optional<std::string> assemble_hugging_face(std::span<const ModelFile> files,
                                                 std::span<const uint32_t> weight_files, std::string_view title,
                                                 Assembly& assembly) {
  const bool mistral = holds_mistral_layout(files, weight_files);
  const std::string_view settings = mistral ? mistral_settings : "config.json";
  const std::span<const uint8_t> text = bytes_of(files, settings);
  const std::string made = text.empty() ? lone_encoder_config(files, weight_files) : std::string();
  if (text.empty() && made.empty()) {
    return "Without a " + std::string(settings) +
           " nothing says what network these weights belong to; of a language model, choose the whole folder.";
  }
  const std::string_view characters =
      text.empty() ? std::string_view(made) : std::string_view(reinterpret_cast<const char*>(text.data()), text.size());
  if (mistral) {
    if (const auto reason = reason_not_mistral(characters)) return reason;
  }
  const HuggingFaceConfig config = mistral ? mistral_config(characters, assembly.notes) : HuggingFaceConfig(characters);
  if (const auto reason = reason_not_convertible(config)) return reason;
  std::vector<StoredLayer> layers;
  try {
    layers = stored_layers(files, weight_files, config);
  } catch (const UnknownForm& problem) {
    return std::string(problem.what()) + " A model that llama.cpp runs cannot be made of them.";
  }
  if (mistral) refuse_adapters(files);
  const std::optional<AdapterContents> adapter = adapter_alone(files, layers);
  if (!adapter) merge_adapters(files, layers, assembly.notes);
  std::vector<SourceTensor> list;
  for (const StoredLayer& layer : layers) list.push_back(layer.tensor);
  const std::string name = name_in(config);
  const std::span<const uint8_t> pooling = bytes_of(files, pooling_settings);
  const SentenceModules modules{std::string(pooling.begin(), pooling.end())};
  ConvertedModel model = convert_hugging_face(config, name.empty() ? title : name, list, modules);
  const auto own_files = static_cast<uint32_t>(files.size());
  if (adapter) {
    assemble_adapter(*adapter, model, layers, own_files + 1, assembly);
    assembly.metadata = header_of(adapter_values(model, *adapter));
    return {};
  }
  add_dense_modules(files, layers, model);
  add_tensors(files, layers, model, assembly);
  assembly.auto_type = model.auto_type;
  assembly.container = mistral ? "Mistral folder" : "Hugging Face folder";
  assembly.notes.append(model.notes);
  if (made.empty() || file_named(files, "spiece.model") || file_named(files, "tokenizer.json")) {
    add_tokenizer(files, mistral, model, assembly.notes);
  }
  if (!made.empty()) {
    assembly.notes.add(
        "By the names of its tensors this is T5's encoder, as image models use it; its sizes are those of the tensors. "
        "Loaders such as ComfyUI-GGUF bring T5's tokenizer with them, but not UMT5's: opened as a folder with "
        "spiece.model "
        "in it, the tokenizer is written into the file.");
  }
  assembly.metadata = header_of(model.values);
  return {};
}

void assemble_projector(std::span<const ModelFile> files, std::span<const uint32_t> weight_files,
                        std::string_view title, Assembly& assembly) {
  const auto text_of = [&](std::string_view name) {
    const std::span<const uint8_t> bytes = bytes_of(files, name);
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  if (text_of("config.json").empty()) {
    throw Error("Without a config.json nothing says whether these weights look at images. Choose the whole folder.");
  }
  const HuggingFaceConfig config(text_of("config.json"));
  const std::vector<StoredLayer> layers = stored_layers(files, weight_files, config);
  std::vector<SourceTensor> list;
  for (const StoredLayer& layer : layers) list.push_back(layer.tensor);
  const std::string name = name_in(config);
  const ProjectorFiles beside{text_of("preprocessor_config.json"), text_of("processor_config.json"),
                              text_of("tokenizer_config.json"), text_of("tokenizer.json")};
  ConvertedModel model = convert_projector(config, name.empty() ? title : name, list, beside);
  add_tensors(files, layers, model, assembly);
  assembly.auto_type = model.auto_type;
  assembly.container = "Hugging Face folder";
  assembly.notes.append(model.notes);
  assembly.metadata = header_of(model.values);
}

}  // namespace nibble
