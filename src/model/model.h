#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "architecture/revert.h"
#include "container/file_reader.h"
#include "container/gguf.h"
#include "derived/derived_file.h"
#include "note.h"
#include "tokenizer/reverted_tokenizer.h"

namespace nibble {

/// A contiguous piece of a tensor's data.
struct TensorSlice {
  /// Index into Model::files(); one beyond the last is Model::computed(), two beyond it Model::derived().
  uint32_t file;
  uint64_t offset;  ///< from the start of that file
};

/// How the values of a tensor come from the bytes in the files, beyond reading them in order.
struct Transform {
  /// Rows in an attention head whose two halves are to be interleaved, the order llama.cpp wants for rotary embeddings
  /// (numeric/stored_row.h); 0: rows stay in order. Of a tensor of one dimension, every weight is a row.
  uint64_t head_rows = 0;
  /// To be added to every weight.
  float add = 0;

  bool none() const { return head_rows == 0 && add == 0; }
};

/// The values of a tensor once more, as a type that holds them as they come.
struct Repacked {
  Type type;
  TensorSlice slice;
  uint64_t bytes;
  /// A tensor beside, of one F32 for each matrix, that llama.cpp multiplies by what the blocks say; empty: none.
  std::string scale_name;
  TensorSlice scale;
  uint64_t scales;
};

/// A tensor of the whole model: what it is in the GGUF file the model stands for, and where its data is.
struct ModelTensor {
  std::string name;
  std::vector<uint64_t> shape;  ///< innermost first, trailing dimensions of 1 dropped, at least one
  Type type;                    ///< in the GGUF file the model stands for
  Type stored;                  ///< of the bytes in the files; the same as `type` in a GGUF file
  uint64_t weight_count;
  uint64_t bytes;  ///< as stored, all slices
  /// Where the data is: pieces of equal size, whole rows each, in the order of the outermost dimension.
  std::vector<TensorSlice> slices;
  Transform transform;
  std::string dtype;  ///< the container's own name of `stored`; empty where that is the format's
  /// Of a model that is not GGUF: an unquantized output has it in any type asked for, whatever rules for GGUF files
  /// say.
  bool any_type = false;
  bool follows_f16 = false;               ///< the same of F16 alone
  std::optional<Repacked> repacked = {};  ///< of weights that come quantized as a type of GGUF

  /// Weights in a row, as Transform counts rows.
  uint64_t row_length() const { return transform.head_rows && shape.size() == 1 ? 1 : shape[0]; }
  uint64_t slice_weights() const { return weight_count / slices.size(); }
};

/// Where to find consecutive weights of a tensor. Transform::head_rows is taken care of, Transform::add is not.
struct WeightPlace {
  uint32_t file;
  uint64_t offset;        ///< of the block that holds the first weight
  uint64_t weight_count;  ///< that follow one another from there on, at most as many as were asked for
};

/// The place of weight number `first`, a multiple of the stored type's block length, and how many of the `count`
/// weights from there on lie behind it without a gap. `first` + `count` is at most tensor.weight_count.
WeightPlace place_of(const ModelTensor& tensor, uint64_t first, uint64_t count);

/// One file of a model.
struct ModelFile {
  std::string name;
  uint64_t bytes = 0;
  std::optional<FileContents> contents;  ///< once it was read
};

/// What files make together.
struct Assembly {
  std::string container;         ///< "GGUF", "safetensors"
  std::vector<uint32_t> shards;  ///< the files of a split GGUF model in order; otherwise one
  std::vector<ModelTensor> tensors;
  /// The header, without tensors, of the GGUF file that the model stands for, where none of its files has it.
  std::optional<GgufHeader> metadata;
  /// Values of tensors that no file holds. Their slices say file number files().size().
  std::vector<uint8_t> computed;
  /// Values that are moved or decoded while they are read. Their slices say file number files().size() + 1.
  DerivedFile derived;
  /// What llama.cpp's conversion script stores matrices in when left to itself; nothing for a GGUF model.
  std::optional<Type> auto_type;
  /// The text of config.json of the folder that the tensors are of, where a GGUF model is led back to one.
  std::string config;
  FolderFiles tokenizer;  ///< its files, likewise
  Notes notes;            ///< what a person should know
};

/// A tensor of another model, and what it is to be called in this one.
struct TakenTensor {
  uint32_t tensor;  ///< index into Model::tensors() of the other
  std::string name;
};

/// The headers of a model in one or several files. A model split into shards needs all of them, in any order. Holds
/// header bytes only, never weights.
class Model {
 public:
  /// Offers bytes of file number `file` from `offset` on: first its start (256 KiB, or the whole file), then what the
  /// last call wanted. Returns what to offer next, no bytes when the file was read. Throws Error when it is not
  /// acceptable.
  ByteRange offer(size_t file, std::string_view name, uint64_t file_bytes, uint64_t offset,
                  std::span<const uint8_t> bytes);

  /// The names of all files of the model that file number `file`, which was read, is a part of: its own alone when it
  /// is whole, or when its name does not tell those of the others. Whether a GGUF file is split, its header says.
  std::vector<std::string> shard_names(size_t file) const;

  /// Joins the files to one model; does nothing the second time. Throws Error when a file was not read or is missing,
  /// or when the files do not belong together. Everything below needs it.
  void complete();

  /// Of a GGUF model, the tensors whose values revert() has to be told: small ones of F32, as indices into tensors().
  std::vector<uint32_t> needed_to_revert() const;
  /// Makes a GGUF model the Hugging Face folder that it was converted from: the same files, and the tensors that folder
  /// had, with its names, shapes and order of values. Throws Error when it cannot be.
  void revert(const NamedValues& values);

  /// Makes tensors of another GGUF model this one's, in place of those of the same name or behind all others. The
  /// other's files come to be files of this model, behind its own. `metadata`: in place of the model's, where there is
  /// one. Both are complete.
  void take(const Model& other, std::span<const TakenTensor> tensors, std::optional<GgufHeader> metadata,
            const Notes& notes);

  /// Takes of a folder what looks at images, for a file beside the language model's. Before complete().
  void choose_projector() { projector_ = true; }

  /// What the model is called where its files do not say: the name of their folder.
  void set_name(std::string_view name) { name_ = name; }

  /// A sentence about how the files were chosen, to stand among the notes.
  void add_note(std::string_view sentence) { notes_.add(std::string(sentence)); }

  const std::vector<ModelFile>& files() const { return files_; }
  /// File indices in the order of the shards; one where the model is not a split GGUF model.
  const std::vector<uint32_t>& shards() const { return assembly_.shards; }
  std::string_view container() const { return assembly_.container; }
  /// The metadata of the GGUF file, or of the one this model stands for. Its tensor list is empty.
  const GgufHeader& metadata() const {
    return assembly_.metadata ? *assembly_.metadata : *files_[assembly_.shards[0]].contents->header;
  }
  /// In file order, shard by shard.
  const std::vector<ModelTensor>& tensors() const { return assembly_.tensors; }
  const std::vector<uint8_t>& computed() const { return assembly_.computed; }
  const DerivedFile& derived() const { return assembly_.derived; }
  std::optional<Type> auto_type() const { return assembly_.auto_type; }
  /// The text of config.json where the model was made a folder by revert(); otherwise empty.
  std::string_view reverted_config() const { return assembly_.config; }
  /// The files of its tokenizer, likewise.
  const FolderFiles& reverted_tokenizer() const { return assembly_.tokenizer; }
  /// What reading the files told. plan/model_notes.h has all of them.
  const Notes& notes() const { return assembly_.notes; }

 private:
  std::string name_;
  bool projector_ = false;
  Notes notes_;
  std::vector<ModelFile> files_;
  std::vector<std::unique_ptr<FileReader>> readers_;  // null once a file was read
  Assembly assembly_;
};

}  // namespace nibble
