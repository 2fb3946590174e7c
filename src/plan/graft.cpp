#include "plan/graft.h"

#include <algorithm>
#include <map>
#include <regex>

#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"
#include "model/unknown_model.h"
#include "recipe/tensor_kind.h"
#include "recipe/type_rules.h"

namespace nibble {
namespace {

constexpr std::string_view tokens_key = "tokenizer.ggml.tokens";

std::string shape_text(std::span<const uint64_t> shape) {
  std::string text;
  for (const uint64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

/// What follows "blk.N." in a name; all of it in others.
std::string_view part_of(std::string_view name) {
  if (!block_number(name)) return name;
  const size_t dot = name.find('.', std::string_view("blk.").size());
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

/// A model's tensors by name, and what its metadata count.
struct Side {
  explicit Side(const Model& of) : model(of), header(of.metadata()) {
    architecture = header.text("general.architecture").value_or("");
    layers = number("block_count");
    further = std::min(number("nextn_predict_layers"), layers);
    for (const ModelTensor& tensor : model.tensors()) tensors[tensor.name] = &tensor;
  }
  std::string key(std::string_view name) const { return architecture + '.' + std::string(name); }
  uint64_t number(std::string_view name) const { return header.number(key(name)).value_or(0); }
  const ModelTensor* find(const std::string& name) const {
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : found->second;
  }
  /// Whether a layer predicts further tokens.
  bool is_further(uint64_t layer) const { return layer >= layers - further && layer < layers; }

  const Model& model;
  const GgufHeader& header;
  std::string architecture;
  uint64_t layers, further;
  std::map<std::string, const ModelTensor*> tensors;
};

class Grafter {
 public:
  Grafter(const Model& model, const Model& other) : own_(model), other_(other) {}

  std::vector<TakenTensor> take(std::span<const std::string> patterns) {
    std::vector<TakenTensor> taken;
    for (const uint32_t number : matching(patterns)) {
      const ModelTensor& tensor = other_.model.tensors()[number];
      const auto layer = block_number(tensor.name);
      const bool further = layer && other_.is_further(*layer);
      std::string name = further ? further_name(tensor, *layer) : tensor.name;
      if (const ModelTensor* own = own_.find(name)) {
        expect_shape(tensor, own->shape, "this model's has");
      } else if (further) {
        check_further(tensor);
        ++new_layers_[*layer];
      } else {
        check_new(tensor, name);
      }
      taken.push_back({number, std::move(name)});
    }
    check_whole_layers();
    return taken;
  }

  /// The metadata with the layers that are new counted; nothing where none is.
  std::optional<GgufHeader> metadata() const {
    if (new_layers_.empty()) return {};
    KeyValueList values;
    values.copy_all(own_.header);
    const auto count = static_cast<uint32_t>(new_layers_.size());
    values.set_u32(own_.key("nextn_predict_layers"), count);
    values.replace_u32(own_.key("block_count"), static_cast<uint32_t>(own_.layers) + count);
    return header_of(values);
  }

 private:
  std::vector<uint32_t> matching(std::span<const std::string> patterns) const {
    const auto& tensors = other_.model.tensors();
    std::vector<bool> chosen(tensors.size());
    for (const std::string& text : patterns) {
      const std::regex pattern = name_pattern(text);
      bool idle = true;
      for (size_t i = 0; i < tensors.size(); ++i) {
        if (!std::regex_search(tensors[i].name, pattern)) continue;
        chosen[i] = true;
        idle = false;
      }
      if (idle) throw Error("The pattern " + in_quotes(text) + " matches no tensor of the file to take from.");
    }
    std::vector<uint32_t> numbers;
    for (uint32_t i = 0; i < tensors.size(); ++i) {
      if (chosen[i]) numbers.push_back(i);
    }
    if (numbers.empty()) throw Error("Say which tensors to take from the other file, as a pattern of their names.");
    return numbers;
  }

  /// Where a layer that predicts further tokens comes in this model: behind the layers that do not.
  std::string further_name(const ModelTensor& tensor, uint64_t layer) const {
    const uint64_t number = own_.layers - own_.further + (layer - (other_.layers - other_.further));
    return "blk." + std::to_string(number) + '.' + std::string(part_of(tensor.name));
  }

  void expect_shape(const ModelTensor& tensor, std::span<const uint64_t> shape, const std::string& whose) const {
    if (std::equal(tensor.shape.begin(), tensor.shape.end(), shape.begin(), shape.end())) return;
    throw Error("Tensor " + in_quotes(tensor.name) + " of the other file has the shape " + shape_text(tensor.shape) +
                ", and " + whose + ' ' + shape_text(shape) + ". Take it from a model of the same sizes.");
  }

  void expect_architecture(const ModelTensor& tensor) const {
    if (own_.architecture == other_.architecture) return;
    throw Error("Tensor " + in_quotes(tensor.name) + " cannot be added: this model's architecture is " +
                in_quotes(own_.architecture) + ", and the other file's " + in_quotes(other_.architecture) +
                ". Take tensors from a model of the same one.");
  }

  std::vector<uint64_t> embedding_shape() const {
    const ModelTensor* embedding = own_.find("token_embd.weight");
    if (embedding) return embedding->shape;
    const KeyValue* tokens = own_.header.find(tokens_key);
    return {own_.number("embedding_length"), tokens ? tokens->count : 0};
  }

  /// A tensor that the model does not have, outside layers.
  void check_new(const ModelTensor& tensor, const std::string& name) const {
    const std::vector<uint64_t> embedding = embedding_shape();
    std::vector<uint64_t> shape;
    if (name == "output.weight" || name == "token_embd.weight") shape = embedding;
    if (name == "output.bias") shape = {embedding[1]};
    if (name == "output_norm.weight" || name == "output_norm.bias") shape = {embedding[0]};
    if (shape.empty()) {
      throw Error("Tensor " + in_quotes(name) +
                  " has no place in this model, which has none of that name. Take tensors "
                  "that it has as well, an embedding, an output layer or its norm, or the layers that predict further "
                  "tokens (MTP).");
    }
    expect_architecture(tensor);
    expect_shape(tensor, shape, "this model's metadata and embedding ask for");
  }

  /// A tensor of a layer that predicts further tokens, which the model does not have.
  void check_further(const ModelTensor& tensor) const {
    expect_architecture(tensor);
    if (own_.further > 0) {
      throw Error("The model has layers that predict further tokens (MTP), and in them no tensor like " +
                  in_quotes(tensor.name) + " of the other file. Leave them out first (quantize COPY --no-mtp).");
    }
    for (const char* name : {"embedding_length", "attention.head_count", "attention.head_count_kv"}) {
      if (own_.number(name) == other_.number(name)) continue;
      throw Error("The entry " + in_quotes(own_.key(name)) + " is " + std::to_string(own_.number(name)) + " here and " +
                  std::to_string(other_.number(name)) +
                  " in the other file. Layers go with a model of the same sizes.");
    }
    for (const KeyValue& value : own_.header.values) {
      if (value.type != ValueType::array || value.count != own_.layers || !value.key.starts_with(own_.key("")))
        continue;
      throw Error("The entry " + in_quotes(value.key) +
                  " says something of each layer, and not of one that is added. Nibble cannot add layers to such a "
                  "model.");
    }
    const std::string_view part = part_of(tensor.name);
    const std::vector<uint64_t> embedding = embedding_shape();
    if (part == "nextn.embed_tokens.weight" || part == "nextn.shared_head_head.weight")
      return expect_shape(tensor, embedding, "this model's embedding has");
    if (part == "nextn.eh_proj.weight")
      return expect_shape(tensor, std::vector<uint64_t>{2 * embedding[0], embedding[0]}, "this model asks for");
    if (part.starts_with("nextn.")) return expect_shape(tensor, std::span(embedding).first(1), "this model asks for");
    const std::string like = "blk." + std::to_string(own_.layers - 1) + '.' + std::string(part);
    if (const ModelTensor* own = own_.find(like)) expect_shape(tensor, own->shape, "the model's last layer has");
  }

  /// A layer that is new must come with all of its tensors, and with those before it.
  void check_whole_layers() const {
    uint64_t expected = other_.layers - other_.further;
    for (const auto& [layer, count] : new_layers_) {
      uint64_t all = 0;
      for (const ModelTensor& tensor : other_.model.tensors()) all += block_number(tensor.name) == layer;
      if (count == all && layer == expected++) continue;
      throw Error("Of the layers that predict further tokens, the pattern takes " + counted(count, "tensor") +
                  " of layer " + std::to_string(layer) + ", which has " + std::to_string(all) +
                  ". Take whole layers from the first of them on: ^blk\\." +
                  std::to_string(other_.layers - other_.further) + "\\.");
    }
  }

  Side own_, other_;
  std::map<uint64_t, uint64_t> new_layers_;  // of the other model, and how many of their tensors
};

/// Says so where the rows of an embedding or an output layer are those of other tokens.
void note_vocabulary(const Model& model, const Model& other, std::span<const TakenTensor> taken, Notes& notes) {
  const auto by_token = [](const TakenTensor& one) {
    return one.name == "output.weight" || one.name == "token_embd.weight" ||
           one.name.find("nextn.") != std::string::npos;
  };
  const KeyValue* own = model.metadata().find(tokens_key);
  const KeyValue* theirs = other.metadata().find(tokens_key);
  if (!own || !theirs || std::none_of(taken.begin(), taken.end(), by_token)) return;
  const auto a = model.metadata().value_bytes(*own), b = other.metadata().value_bytes(*theirs);
  if (std::equal(a.begin(), a.end(), b.begin(), b.end())) return;
  notes.warn(
      "The vocabulary of the file that tensors are taken from is another: their rows are for other tokens than this "
      "model's, and its answers are probably nonsense.");
}

}  // namespace

void graft(Model& model, const Model& other, std::span<const std::string> patterns) {
  if (model.container() != "GGUF" || other.container() != "GGUF") {
    throw Error("Tensors are taken from one GGUF file into another. Write the model as one first, for example as F16.");
  }
  Grafter grafter(model, other);
  const std::vector<TakenTensor> taken = grafter.take(patterns);
  Notes notes;
  note_vocabulary(model, other, taken, notes);
  model.take(other, taken, grafter.metadata(), notes);
}

}  // namespace nibble
