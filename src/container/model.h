#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "container/gguf.h"

namespace nibble {

/// A tensor of the whole model, wherever its file.
struct ModelTensor {
  std::string name;
  std::vector<uint64_t> shape;  ///< innermost first, trailing dimensions of 1 dropped, at least one
  Type type;
  uint64_t weights;
  uint64_t bytes;
  uint32_t file;    ///< index into Model::files()
  uint64_t offset;  ///< from the start of that file
};

/// The headers of a model in one or several files. A model split into shards needs all of them, in any order. Holds
/// header bytes only, never weights.
class Model {
 public:
  struct File {
    std::string name;
    uint64_t bytes = 0;
    std::optional<GgufHeader> header;
  };

  /// Offers the first bytes of file number `file`. Returns 0 when its header was read, otherwise how many bytes from
  /// the start to offer next. Throws Error when the header is not acceptable.
  uint64_t offer(size_t file, std::string_view name, uint64_t file_bytes, std::span<const uint8_t> prefix);

  /// Joins the files to one model; does nothing the second time. Throws Error when a header or a shard is missing, or
  /// when the files do not belong together. Everything below needs it.
  void complete();

  const std::vector<File>& files() const { return files_; }
  /// File indices in the order of the shards; the first carries the metadata.
  const std::vector<uint32_t>& shards() const { return shards_; }
  const GgufHeader& main_header() const { return *files_[shards_[0]].header; }
  /// In file order, shard by shard.
  const std::vector<ModelTensor>& tensors() const { return tensors_; }

 private:
  void order_shards();
  void list_tensors();

  std::vector<File> files_;
  std::vector<uint32_t> shards_;
  std::vector<ModelTensor> tensors_;
};

/// What follows the name proper in the name of a shard: "-00002-of-00005.gguf" for number 1 of 5.
std::string shard_suffix(uint64_t number, uint64_t count);

}  // namespace nibble
