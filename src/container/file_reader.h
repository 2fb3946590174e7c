#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "container/byte_range.h"
#include "container/gguf.h"
#include "note.h"

/// What every kind of file offers: a reader that asks for the few bytes it needs and says what it found.
namespace nibble {

/// What was read of one file. Never weights.
struct FileContents {
  std::string_view container;         ///< "GGUF", "safetensors"; empty for files beside the weights
  std::vector<StoredTensor> tensors;  ///< in the order of their data
  std::vector<std::pair<std::string, std::string>> texts;  ///< metadata of containers that only know texts
  /// Bytes of small tensors that say how others are quantized, by their names.
  std::vector<std::pair<std::string, std::vector<uint8_t>>> settings;
  std::optional<GgufHeader> header;  ///< of a GGUF file, or of the one that an older file stands for
  std::vector<uint8_t> whole;        ///< all bytes of a small file beside the weights
  Notes notes;                       ///< what a person should know
};

/// Reads one file, piece by piece.
class FileReader {
 public:
  virtual ~FileReader() = default;
  /// What to offer next, inside the file; no bytes when everything was read.
  virtual ByteRange wanted() const = 0;
  /// Takes the bytes wanted. Throws Error when they are not acceptable.
  virtual void take(std::span<const uint8_t> bytes) = 0;
  /// What was read. Call once, when nothing is wanted any more.
  virtual FileContents contents() = 0;
};

/// The start of a file, from which its kind is told.
struct FileStart {
  std::string_view name;  ///< without folders
  uint64_t file_bytes;
  std::span<const uint8_t> bytes;  ///< from the first one on; at least 256, or the whole file
};

/// The reader for a file, by its first bytes and its name. Throws Error when it is of no kind that can be read,
/// or when something else lies in its place.
std::unique_ptr<FileReader> open_file_reader(const FileStart& start);

}  // namespace nibble
