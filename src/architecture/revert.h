#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "container/gguf.h"
#include "derived/derived_file.h"
#include "formats/format.h"
#include "note.h"

/// The way back: from a GGUF model to the Hugging Face folder that it was converted from. Names, shapes and places of
/// values follow from the families' own declarations; config.json is made of the metadata. Whatever is made is
/// converted once more, header by header, and must become the GGUF model that was given.
namespace nibble {

struct SourceTensor;

/// Values of small tensors of F32, by name.
using NamedValues = std::map<std::string, std::vector<float>, std::less<>>;

/// A tensor of the folder.
struct RevertedTensor {
  std::string name;
  std::vector<uint64_t> shape;  ///< innermost first
  /// Where its values are, one part after the other: `matrix` counts the GGUF model's tensors, and strides count
  /// weights, row after row of the tensor's first dimension.
  std::vector<DerivedPart> parts;
  bool woven = false;    ///< the parts alternate value by value
  float add = 0;         ///< to each value
  bool precise = false;  ///< F32 whatever the type of the others
};

struct RevertedModel {
  std::string family;  ///< for people
  std::string config;  ///< the text of config.json, without the type of the weights
  std::vector<RevertedTensor> tensors;
  uint64_t vocabulary = 0;  ///< rows of the token embedding
  Notes notes;
};

/// True for a tensor whose values say something that the metadata do not: factors of the rotary embedding.
bool tells_of_config(std::string_view tensor);

/// True for the value of general.architecture of a family whose GGUF files are led back.
bool is_led_back(std::string_view architecture);

/// `tensors`: of the GGUF model, with its types and shapes. `values` has those that tell of the configuration. Throws
/// Error when the architecture is not known or an operation of its conversion has no way back, and when what would be
/// made does not become this model again.
RevertedModel revert_to_hugging_face(const GgufHeader& metadata, std::span<const SourceTensor> tensors,
                                     const NamedValues& values);

}  // namespace nibble
