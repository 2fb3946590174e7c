#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "model/model.h"

namespace nibble {

/// What config.json would say of T5's encoder where its tensors lie alone, as image models' loaders have it: its text,
/// every number from the tensors' shapes. Empty when the files hold something else.
std::string lone_encoder_config(std::span<const ModelFile> files, std::span<const uint32_t> weight_files);

}  // namespace nibble
