#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "formats/format.h"

namespace nibble {

/// A named mix of tensor types: what a person asks for. The name and the number are those of llama-quantize and of the
/// metadata key general.file_type.
struct FileType {
  std::string_view name;     ///< "Q4_K_M"
  uint32_t number;           ///< general.file_type; meaningless when `copies`
  Type default_type;         ///< the type of every tensor no rule speaks of; meaningless when `copies`
  std::string_view summary;  ///< one sentence for a person choosing
  std::string_view alias;    ///< another accepted name ("Q4_K"), or empty
  bool needs_importance;     ///< ordinary models cannot be written as this type without an importance matrix
  bool copies;               ///< COPY, AUTO: tensors keep their types
  /// AUTO: matrices of a folder become F16 or BF16, as llama.cpp's conversion script chooses when left to itself.
  bool automatic = false;

  constexpr bool operator==(const FileType& other) const { return name == other.name; }
};

/// Every file type that can be written, in menu order: floats, then from small to large within a family, AUTO and COPY
/// last.
std::span<const FileType> all_file_types();

/// The number of the file type whose matrices all have this type, or, of MXFP4, the experts; 0 when there is none.
uint32_t file_type_number(Type type);

/// By name or alias, ignoring case, else by decimal number. Null when there is none.
const FileType* find_file_type(std::string_view name_or_number);

/// The general.file_type of a copied model that does not state its own: guessed from the type most tensors have, in
/// output order (the first type to reach the largest count wins), and marked as a guess.
uint32_t guess_file_type(std::span<const Type> tensor_types);

}  // namespace nibble
