#include "model/hugging_face_model.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

#include "architecture/architecture.h"
#include "container/companion.h"
#include "container/text.h"
#include "error.h"
#include "model/adapter.h"
#include "model/quantized_source.h"
#include "model/stored_layers.h"
#include "model/unknown_model.h"
#include "tokenizer/tokenizer.h"

namespace nibble {
namespace {

/// The bytes of the file of that name; none when there is no such file.
std::span<const uint8_t> bytes_of(std::span<const ModelFile> files, std::string_view name) {
  for (const ModelFile& file : files) {
    if (file.name == name) return file.contents->whole;
  }
  return {};
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

  ModelTensor make(ConvertedTensor&& tensor) {
    std::optional<Repacked> repacked = repack(tensor);
    const StoredLayer& first = layers_[tensor.sources[0]];
    DerivedTensor made{moved_type(tensor), std::move(tensor.parts)};
    if (made.parts.empty()) {
      for (const uint32_t i : tensor.sources) {
        const DerivedMatrix& matrix = layers_[i].matrix;
        made.parts.push_back({i, 0, {{matrix.columns, 1}, {matrix.rows, matrix.columns}}, {}, false});
      }
    } else if (made.type == Type::mxfp4) {
      for (DerivedPart& part : made.parts) count_blocks(part);
    }
    for (DerivedPart& part : made.parts) {
      if (part.matrix != DerivedPart::zeros) part.matrix = number_of(part.matrix);
    }
    const uint64_t bytes = made.bytes();
    const Type type = made.type;
    uint64_t weight_count = 1;
    for (const uint64_t size : tensor.shape) weight_count *= size;
    const uint64_t offset = derived_.add(std::move(made));
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
            std::move(repacked)};
  }

 private:
  /// The values as the blocks they come in, where they are only moved by whole blocks, and their scales.
  std::optional<Repacked> repack(const ConvertedTensor& tensor) {
    constexpr std::string_view end = ".weight";
    const StoredLayer& first = layers_[tensor.sources[0]];
    const bool scaled = first.matrix.global.rows > 0;
    const auto fits = [&](uint32_t i) {
      const StoredLayer& layer = layers_[i];
      return layer.blocks && layer.matrix.added.empty() && (layer.matrix.global.rows > 0) == scaled;
    };
    if (tensor.add != 0 || !tensor.name.ends_with(end) ||
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
    if (!std::all_of(made.parts.begin(), made.parts.end(), in_blocks)) return {};
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
    result.scale_name = tensor.name.substr(0, tensor.name.size() - end.size()) + ".scale";
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

  /// Makes a view of weights one of blocks; false when it is not of whole blocks.
  static bool in_blocks(DerivedPart& part) {
    const uint64_t block = format_of(Type::nvfp4).block_length;
    if (part.matrix == DerivedPart::zeros || !part.factors.empty() || part.minus_exp || part.axes.empty() ||
        part.axes[0].stride != 1 || part.axes[0].count % block != 0 || part.first % block != 0) {
      return false;
    }
    part.first /= block;
    part.axes[0].count /= block;
    for (size_t i = 1; i < part.axes.size(); ++i) {
      if (part.axes[i].stride % block != 0) return false;
      part.axes[i].stride /= block;
    }
    return true;
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
    const auto computes = [](const DerivedPart& part) { return !part.factors.empty() || part.minus_exp; };
    const StoredLayer& first = layers_[tensor.sources[0]];
    const Type type = first.plain ? first.plain->type : first.tensor.type;
    const bool movable = first.plain ? type == Type::f16 || type == Type::bf16 : type == Type::mxfp4;
    const bool same = std::all_of(tensor.sources.begin(), tensor.sources.end(), [&](uint32_t i) {
      const StoredLayer& layer = layers_[i];
      return (layer.plain != nullptr) == (first.plain != nullptr) &&
             (layer.plain ? layer.plain->type : layer.tensor.type) == type;
    });
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

void add_tokenizer(std::span<const ModelFile> files, ConvertedModel& model, Notes& notes) {
  for (const ModelFile& file : files) {
    if (file.bytes == 0 && file.contents->container.empty()) {
      notes.add(in_quotes(file.name) + " is empty and counts as missing. Download or copy it again.");
    }
  }
  TokenizerFiles tokenizer;
  tokenizer.tokenizer_model = bytes_of(files, "tokenizer.model");
  tokenizer.spiece_model = bytes_of(files, "spiece.model");
  tokenizer.xlm_roberta_model = bytes_of(files, "sentencepiece.bpe.model");
  tokenizer.tokenizer_json = bytes_of(files, "tokenizer.json");
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

}  // namespace

std::optional<std::string> assemble_hugging_face(std::span<const ModelFile> files,
                                                 std::span<const uint32_t> weight_files, std::string_view title,
                                                 Assembly& assembly) {
  const std::span<const uint8_t> text = bytes_of(files, "config.json");
  if (text.empty()) {
    return "Without a config.json nothing says what network these weights belong to; of a language model, choose the "
           "whole folder.";
  }
  const HuggingFaceConfig config({reinterpret_cast<const char*>(text.data()), text.size()});
  if (const auto reason = reason_not_convertible(config)) return reason;
  std::vector<StoredLayer> layers;
  try {
    layers = stored_layers(files, weight_files, config);
  } catch (const UnknownForm& problem) {
    return std::string(problem.what()) + " A model that llama.cpp runs cannot be made of them.";
  }
  merge_adapters(files, layers, assembly.notes);
  std::vector<SourceTensor> list;
  for (const StoredLayer& layer : layers) list.push_back(layer.tensor);
  const std::string name = name_in(config);
  const std::span<const uint8_t> pooling = bytes_of(files, pooling_settings);
  const SentenceModules modules{std::string(pooling.begin(), pooling.end())};
  ConvertedModel model = convert_hugging_face(config, name.empty() ? title : name, list, modules);
  const auto own_files = static_cast<uint32_t>(files.size());
  Deriver deriver(layers, own_files + 1, assembly.derived);
  DecodedWeights decoded(layers);
  for (ConvertedTensor& tensor : model.tensors) {
    const std::vector<uint32_t> sources = tensor.sources;
    const uint64_t rows = tensor.shape.size() == 1 ? tensor.shape[0] : tensor.shape[1];
    const Transform transform{tensor.heads ? rows / tensor.heads : 0, tensor.add};
    const bool any_type = tensor.any_type;
    if (tensor.sources.empty()) {
      assembly.tensors.push_back(computed_tensor(std::move(tensor), own_files, assembly.computed));
    } else if (deriver.needed(tensor)) {
      assembly.tensors.push_back(deriver.make(std::move(tensor)));
    } else {
      assembly.tensors.push_back(stored_tensor(std::move(tensor), layers));
    }
    assembly.tensors.back().transform = transform;
    assembly.tensors.back().any_type = any_type;
    decoded.add(sources, assembly.tensors.back());
  }
  decoded.tell(files, assembly.notes);
  assembly.auto_type = model.auto_type;
  assembly.container = "Hugging Face folder";
  assembly.notes.append(model.notes);
  add_tokenizer(files, model, assembly.notes);
  assembly.metadata = header_of(model.values);
  return {};
}

}  // namespace nibble
