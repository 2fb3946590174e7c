#include <cstddef>
#include <cstdint>

#include "error.h"
#include "tokenizer/text_encoder.h"

/// Whatever the metadata of a file is, texts become ids of its tokens, or there is a sentence. What lies behind the
/// metadata is the text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nibble;
  try {
    const GgufReading reading = read_gguf({data, size}, size);
    if (!reading.header) return 0;
    const TextEncoder encoder = TextEncoder::of(*reading.header);
    const size_t start = reading.header->bytes.size();
    for (const bool special : {false, true}) {
      for (const uint32_t id :
           encoder.encode({reinterpret_cast<const char*>(data) + start, size - start}, special, special)) {
        if (id >= encoder.tokens()) __builtin_trap();
        encoder.piece(id);
      }
    }
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
