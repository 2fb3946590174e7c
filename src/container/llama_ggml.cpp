#include "container/llama_ggml.h"

#include <algorithm>
#include <cstdio>

#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

constexpr uint32_t ggml_magic = 0x67676d6c, ggmf_magic = 0x67676d66, ggjt_magic = 0x67676a74, ggla_magic = 0x67676c61;
constexpr uint64_t first_request_bytes = uint64_t{1} << 16, data_alignment = 32;
/// Enough for the start of any tensor: 3 + 4 numbers and a name.
constexpr uint64_t tensor_request_bytes = 7 * 4 + 64;
/// LLaMA's vocabulary takes half a megabyte; a model of the time had at most some 800 tensors.
constexpr uint64_t max_vocabulary_bytes = uint64_t{1} << 24, max_tensors = 1 << 14;
constexpr uint32_t max_tokens = 1 << 20, max_name_bytes = 63, max_dimensions = 4;
/// What llama.cpp's own conversion of such files assumes.
constexpr uint32_t assumed_context = 2048;
constexpr float assumed_epsilon = 5e-6f;

constexpr const char* make_again =
    "Make the file again from the original weights with a current llama.cpp, or drop the original weights here.";

struct Version {
  uint32_t magic = 0, number = 0;

  std::string name() const {
    if (magic == ggml_magic) return "ggml";
    return magic == ggmf_magic ? "ggmf" : "ggjt version " + std::to_string(number);
  }
  bool has_scores() const { return magic != ggml_magic; }
  bool aligned() const { return magic == ggjt_magic; }
  /// True when blocks of the type have the layout they have today.
  bool same_layout(Type type) const {
    if (!format_of(type).quantized || (aligned() && number == 3)) return true;
    return aligned() && number == 2 && (type == Type::q5_0 || type == Type::q5_1);
  }
};

struct Numbers {
  uint32_t tokens, embedding, multiple, heads, layers, rotary, file_type;
};

struct Vocabulary {
  std::vector<std::string> tokens;
  std::vector<float> scores;
};

std::pair<std::string_view, std::string_view> constexpr renamed[] = {
    {"attention_norm.weight", "attn_norm.weight"}, {"attention.wq.weight", "attn_q.weight"},
    {"attention.wk.weight", "attn_k.weight"},      {"attention.wv.weight", "attn_v.weight"},
    {"attention.wo.weight", "attn_output.weight"}, {"ffn_norm.weight", "ffn_norm.weight"},
    {"feed_forward.w1.weight", "ffn_gate.weight"}, {"feed_forward.w2.weight", "ffn_down.weight"},
    {"feed_forward.w3.weight", "ffn_up.weight"},   {"tok_embeddings.weight", "token_embd.weight"},
    {"norm.weight", "output_norm.weight"},         {"output.weight", "output.weight"},
};

/// Empty when a LLaMA model has no such tensor.
std::string gguf_name(std::string_view name) {
  constexpr std::string_view layers = "layers.";
  std::string prefix;
  if (name.starts_with(layers)) {
    const size_t dot = name.find('.', layers.size());
    if (dot == std::string_view::npos) return {};
    prefix = "blk." + std::string(name.substr(layers.size(), dot + 1 - layers.size()));
    name = name.substr(dot + 1);
  }
  for (const auto& [old_name, new_name] : renamed) {
    if (name == old_name) return prefix.append(new_name);
  }
  return {};
}

/// A byte token's text is the byte, the first three are special, and spaces are written as SentencePiece writes them.
std::string token_text(size_t index, const std::string& text) {
  constexpr const char* special[] = {"<unk>", "<s>", "</s>"};
  if (index < std::size(special)) return special[index];
  if (index <= 258 && text.size() == 1) {
    char byte[8];
    std::snprintf(byte, sizeof byte, "<0x%02X>", static_cast<unsigned>(static_cast<uint8_t>(text[0])));
    return byte;
  }
  std::string result;
  for (const char c : text) {
    if (c == ' ') {
      result += "\xe2\x96\x81";
    } else {
      result += c;
    }
  }
  return result;
}

int32_t token_kind(size_t index, const std::string& text) {
  constexpr int32_t normal = 1, unknown = 2, control = 3, byte = 6;
  if (index == 0) return unknown;
  if (index <= 2 || text.empty()) return control;
  return index <= 258 && text.size() == 1 ? byte : normal;
}

class LlamaGgmlFile : public FileReader {
 public:
  explicit LlamaGgmlFile(const FileStart& start)
      : name_(start.name), file_bytes_(start.file_bytes), wanted_{0, std::min(first_request_bytes, start.file_bytes)} {}

  ByteRange wanted() const override { return wanted_; }

  void take(std::span<const uint8_t> bytes) override {
    if (vocabulary_.tokens.empty()) {
      take_start(bytes);
    } else {
      take_tensor(bytes);
    }
  }

  FileContents contents() override;

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(in_quotes(name_) + " is a file of llama.cpp from before GGUF (" + version_.name() + "), and " + why +
                ' ' + make_again);
  }
  [[noreturn]] void damaged() const { refuse("it is damaged or holds no LLaMA model."); }

  void take_start(std::span<const uint8_t> bytes);
  bool take_vocabulary(std::span<const uint8_t> bytes, size_t at);
  void take_tensor(std::span<const uint8_t> bytes);
  void want_tensor(uint64_t offset);
  const StoredTensor* find(std::string_view name) const;
  KeyValueList values() const;

  std::string name_;
  uint64_t file_bytes_;
  ByteRange wanted_;
  Version version_;
  Numbers numbers_{};
  Vocabulary vocabulary_;
  std::vector<StoredTensor> tensors_;
  std::optional<GgufHeader> header_;  // of the GGUF file this one stands for
};

void LlamaGgmlFile::take_start(std::span<const uint8_t> bytes) {
  if (bytes.size() < 2 * sizeof(uint32_t) + sizeof(Numbers)) damaged();
  version_.magic = load<uint32_t>(bytes.data());
  size_t at = sizeof(uint32_t);
  if (version_.magic == ggla_magic) {
    throw Error(in_quotes(name_) +
                " is an adapter (LoRA) of an old llama.cpp, not a model. Merge it into its model first.");
  }
  if (version_.magic != ggml_magic) {
    version_.number = load<uint32_t>(&bytes[at]);
    at += sizeof(uint32_t);
    const uint32_t newest = version_.aligned() ? 3 : 1;
    if (version_.number < 1 || version_.number > newest) refuse("this version of it never existed.");
  }
  numbers_ = load<Numbers>(&bytes[at]);
  const bool plausible = numbers_.tokens > 2 && numbers_.tokens <= max_tokens && numbers_.heads > 0 &&
                         numbers_.layers > 0 && numbers_.embedding % numbers_.heads == 0 &&
                         numbers_.rotary == numbers_.embedding / numbers_.heads;
  if (!plausible) refuse("its numbers are not those of a LLaMA model.");
  at += sizeof(Numbers);
  if (take_vocabulary(bytes, at)) return;
  vocabulary_ = {};
  if (bytes.size() == file_bytes_ || bytes.size() >= max_vocabulary_bytes) damaged();
  wanted_ = {0, std::min(2 * uint64_t{bytes.size()}, file_bytes_)};
}

/// False when the bytes end before the vocabulary does.
bool LlamaGgmlFile::take_vocabulary(std::span<const uint8_t> bytes, size_t at) {
  const size_t score_bytes = version_.has_scores() ? sizeof(float) : 0;
  for (uint32_t i = 0; i < numbers_.tokens; ++i) {
    if (bytes.size() - at < sizeof(uint32_t)) return false;
    const uint64_t length = load<uint32_t>(&bytes[at]);
    at += sizeof(uint32_t);
    if (length > max_vocabulary_bytes) damaged();
    if (bytes.size() - at < length + score_bytes) return false;
    vocabulary_.tokens.emplace_back(reinterpret_cast<const char*>(bytes.data()) + at, static_cast<size_t>(length));
    at += static_cast<size_t>(length);
    vocabulary_.scores.push_back(score_bytes ? load<float>(&bytes[at]) : 0.0f);
    at += score_bytes;
  }
  want_tensor(at);
  return true;
}

void LlamaGgmlFile::want_tensor(uint64_t offset) {
  wanted_ = {offset, std::min(tensor_request_bytes, file_bytes_ - offset)};
}

void LlamaGgmlFile::take_tensor(std::span<const uint8_t> bytes) {
  constexpr size_t fixed = 3 * sizeof(uint32_t);
  if (bytes.size() < fixed || tensors_.size() == max_tensors) damaged();
  const uint32_t dimensions = load<uint32_t>(bytes.data()), name_bytes = load<uint32_t>(&bytes[4]);
  const uint64_t head = fixed + uint64_t{dimensions} * sizeof(uint32_t) + name_bytes;
  if (dimensions < 1 || dimensions > max_dimensions || name_bytes > max_name_bytes || bytes.size() < head) damaged();
  const std::string_view name(reinterpret_cast<const char*>(bytes.data()) + head - name_bytes, name_bytes);
  StoredTensor tensor;
  tensor.name = gguf_name(name);
  if (tensor.name.empty()) refuse("its tensor " + in_quotes(name) + " is none of a LLaMA model.");
  tensor.type = static_cast<Type>(load<uint32_t>(&bytes[8]));
  const Format* format = find_format(tensor.type);
  if (!format) refuse("its tensor " + in_quotes(name) + " has a type that was given up.");
  if (!version_.same_layout(tensor.type)) {
    refuse("its blocks of type " + std::string(format->name) + " are laid out differently from today's.");
  }
  tensor.weight_count = 1;
  for (uint32_t i = 0; i < dimensions; ++i) {
    tensor.shape.push_back(load<uint32_t>(&bytes[fixed + i * sizeof(uint32_t)]));
    if (tensor.shape.back() == 0 || tensor.weight_count > (uint64_t{1} << 48) / tensor.shape.back()) damaged();
    tensor.weight_count *= tensor.shape.back();
  }
  if (tensor.shape[0] % format->block_length != 0) damaged();
  tensor.bytes = format->bytes_for(tensor.weight_count);
  tensor.offset = wanted_.offset + head;
  if (version_.aligned()) tensor.offset = (tensor.offset + data_alignment - 1) / data_alignment * data_alignment;
  if (tensor.offset > file_bytes_ || tensor.bytes > file_bytes_ - tensor.offset) {
    throw Error(in_quotes(name_) + " ends inside the tensor " + in_quotes(name) +
                ". It is probably incomplete; download it again.");
  }
  const uint64_t end = tensor.offset + tensor.bytes;
  tensors_.push_back(std::move(tensor));
  if (end == file_bytes_) {
    const std::vector<uint8_t> header = write_gguf_header(values(), {});
    header_ = read_gguf(header, header.size()).header;
    wanted_ = {};
  } else {
    want_tensor(end);
  }
}

const StoredTensor* LlamaGgmlFile::find(std::string_view name) const {
  const auto found =
      std::find_if(tensors_.begin(), tensors_.end(), [&](const StoredTensor& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

KeyValueList LlamaGgmlFile::values() const {
  const StoredTensor *gate = find("blk.0.ffn_gate.weight"), *key = find("blk.0.attn_k.weight");
  if (!gate || !key || gate->shape.size() != 2 || key->shape.size() != 2) damaged();
  if (gate->shape[0] != numbers_.embedding) refuse("it is one of several parts.");
  KeyValueList list;
  list.set_string("general.architecture", "llama");
  list.set_string("general.name", name_);
  list.set_u32("general.file_type", numbers_.file_type);
  list.set_u32("llama.vocab_size", numbers_.tokens);
  list.set_u32("llama.context_length", assumed_context);
  list.set_u32("llama.embedding_length", numbers_.embedding);
  list.set_u32("llama.block_count", numbers_.layers);
  list.set_u32("llama.feed_forward_length", static_cast<uint32_t>(gate->shape[1]));
  list.set_u32("llama.rope.dimension_count", numbers_.rotary);
  list.set_u32("llama.attention.head_count", numbers_.heads);
  list.set_u32("llama.attention.head_count_kv", static_cast<uint32_t>(key->shape[1] / numbers_.rotary));
  list.set_f32("llama.attention.layer_norm_rms_epsilon", assumed_epsilon);
  std::vector<std::string> tokens;
  std::vector<int32_t> kinds;
  for (size_t i = 0; i < vocabulary_.tokens.size(); ++i) {
    tokens.push_back(token_text(i, vocabulary_.tokens[i]));
    kinds.push_back(token_kind(i, vocabulary_.tokens[i]));
  }
  list.set_string("tokenizer.ggml.model", "llama");
  list.set_array("tokenizer.ggml.tokens", std::span<const std::string>(tokens));
  list.set_array("tokenizer.ggml.scores", std::span<const float>(vocabulary_.scores));
  list.set_array("tokenizer.ggml.token_type", std::span<const int32_t>(kinds));
  list.set_u32("tokenizer.ggml.bos_token_id", 1);
  list.set_u32("tokenizer.ggml.eos_token_id", 2);
  list.set_u32("tokenizer.ggml.unknown_token_id", 0);
  return list;
}

FileContents LlamaGgmlFile::contents() {
  FileContents contents;
  contents.container = "GGUF";
  contents.header = std::move(header_);
  contents.tensors = std::move(tensors_);
  contents.notes.add(
      "The file is from before GGUF (" + version_.name() +
      ") and says neither the context length nor the epsilon of the norms: 2048 and 0.000005 are assumed. "
      "Llama 2 has 4096 and 0.00001; give llama.context_length and "
      "llama.attention.layer_norm_rms_epsilon as overrides.");
  if (!version_.has_scores()) {
    contents.notes.add(
        "The file has no scores for its tokens, so texts will be cut into worse tokens than they were trained on.");
  }
  return contents;
}

}  // namespace

bool is_llama_ggml_file(const FileStart& start) {
  if (start.bytes.size() < sizeof(uint32_t)) return false;
  const uint32_t magic = load<uint32_t>(start.bytes.data());
  return magic == ggml_magic || magic == ggmf_magic || magic == ggjt_magic || magic == ggla_magic;
}

std::unique_ptr<FileReader> open_llama_ggml_file(const FileStart& start) {
  return std::make_unique<LlamaGgmlFile>(start);
}

}  // namespace nibble
