#include "architecture/families.h"

namespace nibble::architecture {

std::span<const Family* const> families() {
  static constexpr const Family* list[] = {&llama,     &mixtral, &qwen2,  &qwen2_moe, &qwen3,
                                           &qwen3_moe, &gemma2,  &gemma3, &phi3,      &starcoder2};
  return list;
}

}  // namespace nibble::architecture
