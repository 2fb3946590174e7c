#include "container/llama_ggml.h"
#include "read_anything.h"

/// llama.cpp's files from before GGUF.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nibble::read_anything(nibble::open_llama_ggml_file, {data, size});
  return 0;
}
