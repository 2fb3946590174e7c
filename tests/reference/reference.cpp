#include "reference/reference.h"

namespace nibble::reference {

std::vector<Reference>& all() {
  static std::vector<Reference> references;
  return references;
}

const Reference* find(std::string_view name) {
  for (const Reference& reference : all()) {
    if (reference.name == name) return &reference;
  }
  return nullptr;
}

}  // namespace nibble::reference
