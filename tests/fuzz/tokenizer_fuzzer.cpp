#include <cstddef>
#include <cstdint>
#include <string>

#include "error.h"
#include "tokenizer/tokenizer.h"

/// Whatever the bytes are, the answer is metadata or a sentence. The first byte chooses which file they are.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nibble;
  if (size == 0) return 0;
  static constexpr uint8_t sound[] = R"({"decoder":{"type":"ByteLevel"},"model":{"vocab":{"a":0},"merges":["a a"]}})";
  const std::span<const uint8_t> bytes(data + 1, size - 1);
  TokenizerFiles files;
  files.tokenizer_json = std::span(sound).first(sizeof(sound) - 1);
  // Every byte is a token before those that the input adds.
  std::string
      tekken = R"({"config":{"default_vocab_size":260,"default_num_special_tokens":2,"version":"v11","pattern":"."},)"
               R"("special_tokens":[],"vocab":[)",
      ranks;
  for (uint32_t byte = 0; byte < 256 && data[0] % 14 >= 9; ++byte) {
    static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string base64 = {digits[byte >> 2], digits[(byte & 3) << 4], '=', '='};
    tekken += R"({"rank":)" + std::to_string(byte) + R"(,"token_bytes":")" + base64 + "\"},";
    ranks += base64 + ' ' + std::to_string(byte) + '\n';
  }
  const auto behind = [&](std::string& text) {
    text.append(bytes.begin(), bytes.end());
    return std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  switch (data[0] % 14) {
    case 0: files.tokenizer_model = bytes; break;
    case 1: files.tokenizer_json = bytes; break;
    case 2: files.tokenizer_config = bytes; break;
    case 3: files.added_tokens = bytes; break;
    case 4: files.config = files.generation_config = files.special_tokens_map = bytes; break;
    case 5:  // lists
      files.tokenizer_json = {};
      files.vocab_json = bytes.first(bytes.size() / 2);
      files.merges = bytes.subspan(bytes.size() / 2);
      break;
    case 6:
      files.tokenizer_json = {};
      files.vocab_text = bytes;
      break;
    case 7:
      files.tokenizer_json = {};
      files.spiece_model = bytes;
      break;
    case 8:
      files.tokenizer_json = {};
      files.xlm_roberta_model = bytes;
      break;
    case 9:
      files.tokenizer_json = {};
      files.tekken = bytes;
      break;
    case 10:
      files.tokenizer_json = {};
      files.tekken = behind(tekken);
      break;
    case 11:
      files.tokenizer_json = {};
      files.ranks_name = "qwen.tiktoken";
      files.ranks = behind(ranks);
      break;
    case 12:
      files.mistral_layout = true;
      files.versioned_models = {{"v3", bytes}};
      files.tokenizer_model = behind(ranks);
      break;
    default:  // a SentencePiece model and a configuration in one
      files.tokenizer_model = bytes.first(bytes.size() / 2);
      files.tokenizer_config = bytes.subspan(bytes.size() / 2);
  }
  try {
    KeyValueList metadata;
    Notes notes;
    append_tokenizer(metadata, files, data[0] > 128 ? data[0] : 0, notes);
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
