#pragma once
#include <span>
#include <string_view>

#include "model/model.h"

namespace nibble {

/// A model's file by its name; null when there is none.
inline const ModelFile* file_named(std::span<const ModelFile> files, std::string_view name) {
  for (const ModelFile& file : files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

}  // namespace nibble
