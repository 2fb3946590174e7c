#pragma once
#include "container/file_reader.h"

/// Files of llama.cpp from before GGUF: "ggml", "ggmf" and "ggjt" versions 1 to 3.
///
///   magic u32 | version u32 (not in ggml) | 7 numbers u32 | vocabulary | tensors up to the end of the file
///   numbers: tokens, embedding, multiple of the feed-forward size, heads, layers, rotary dimensions, file type
///   token:  length u32 | bytes | score f32 (not in ggml)
///   tensor: dimensions u32 | name length u32 | type u32 | sizes u32[], innermost first | name | zeros up to 32 (ggjt)
///   | data
///
/// Nothing says of which architecture a model is; only LLaMA's tensor names are known here. The layouts of Q4 and Q8
/// changed before ggjt 2 and again before ggjt 3, those of Q5 before ggjt 2.
namespace nibble {

bool is_llama_ggml_file(const FileStart& start);
/// A LLaMA model becomes what the GGUF file of it would hold; what the file does not say is assumed, with a warning
/// each.
std::unique_ptr<FileReader> open_llama_ggml_file(const FileStart& start);

}  // namespace nibble
