#pragma once
#include "architecture/family.h"

/// The families, each declared in the file of its name.
namespace nibble::architecture {

extern const Family llama, mixtral, qwen2, qwen2_moe, qwen3, qwen3_moe, gemma2, gemma3, phi3, starcoder2;

}  // namespace nibble::architecture
