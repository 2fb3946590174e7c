#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "architecture/config.h"
#include "container/gguf_writer.h"
#include "derived/derived_file.h"
#include "formats/format.h"
#include "note.h"

/// From a Hugging Face model folder to the GGUF model it stands for: metadata, tensor names, and what happens to each
/// tensor's values. Nothing here reads a weight. The result is what llama.cpp's own conversion script arrives at,
/// except for the order of the tensors.
///
/// How to use it:
///   HuggingFaceConfig config(text of config.json);
///   if (auto why = reason_not_convertible(config)) ... show it, and go on without knowing the architecture
///   ConvertedModel model = convert_hugging_face(config, folder name, tensors of all shards);
///   ... append the tokenizer, which must list model.vocabulary tokens, to model.values
namespace nibble {

/// A tensor as the folder's files list it.
struct SourceTensor {
  std::string name;
  std::vector<uint64_t> shape;  ///< innermost first
  /// The type its values keep when nothing asks for another: the stored one, or what stands for it in a GGUF file.
  Type type;
};

/// A tensor of the GGUF model. Its values are those of `sources`, one after the other (several when experts are
/// stacked), or `parts` of them, the rows of each regrouped when `heads` is not 0, `add` added to each value, stored as
/// `type`; or `computed`.
struct ConvertedTensor {
  std::string name;
  std::vector<uint64_t> shape;  ///< innermost first, trailing dimensions of 1 dropped, at least one
  Type type;
  std::vector<uint32_t> sources;   ///< indices into the list given; empty when computed
  std::vector<DerivedPart> parts;  ///< views of the list given; empty where the sources are taken as they are
  uint64_t heads = 0;              ///< whose rows are regrouped: numeric/stored_row.h
  float add = 0;                   ///< in single precision, before the value is stored as `type`
  std::vector<float> computed;     ///< all values of a tensor no file holds; its type is F32
  /// llama.cpp's conversion script stores it in the type it is asked for; others keep theirs whatever is asked.
  bool any_type = false;
  bool follows_f16 = false;  ///< in a file of type F16 it is that, in every other `type`
};

struct ConvertedModel {
  std::string family;                    ///< for people: "Qwen2 and Qwen2.5"
  KeyValueList values;                   ///< without the tokenizer
  std::vector<ConvertedTensor> tensors;  ///< in the order of the output
  uint64_t vocabulary = 0;               ///< rows of the token embedding, and so the number of tokens to be listed
  Type auto_type = Type::f16;            ///< what llama.cpp's conversion script stores matrices in when left to itself
  Notes notes;                           ///< what llama.cpp will do differently, what was left out
};

/// What the files of sentence-transformers beside a model say.
struct SentenceModules {
  std::string pooling;  ///< the text of the pooling module's config.json; empty when there is none
};

/// The type of the first matrix, by name, that is stored in half a float; F16 where there is none.
Type auto_type(std::span<const SourceTensor> tensors);

/// The architectures convert_hugging_face() knows, as config.json names them, in alphabetical order.
std::vector<std::string_view> known_architectures();

/// Why a folder with this configuration cannot become a model that llama.cpp runs: sentences; nothing when it can.
std::optional<std::string> reason_not_convertible(const HuggingFaceConfig& config);

/// `name` is what the model is called: general.name. Throws Error when the architecture is not known, the configuration
/// lacks something, or the tensors are not those it calls for.
ConvertedModel convert_hugging_face(const HuggingFaceConfig& config, std::string_view name,
                                    std::span<const SourceTensor> tensors, const SentenceModules& modules = {});

}  // namespace nibble
