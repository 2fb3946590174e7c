#include "container/gguf_file.h"

#include <algorithm>

#include "container/gguf_limits.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

class GgufFile : public FileReader {
 public:
  /// Begins with the bytes that were offered already.
  explicit GgufFile(const FileStart& start)
      : file_bytes_(start.file_bytes),
        wanted_{0, start.bytes.empty() ? std::min(gguf::first_request_bytes, file_bytes_) : start.bytes.size()} {
    if (file_bytes_ == 0) take({});  // says what is missing
  }

  ByteRange wanted() const override { return wanted_; }

  void take(std::span<const uint8_t> bytes) override {
    GgufReading reading = read_gguf(bytes, file_bytes_);
    header_ = std::move(reading.header);
    wanted_ = {0, reading.needed};
  }

  FileContents contents() override {
    FileContents contents;
    contents.container = "GGUF";
    contents.tensors = std::move(header_->tensors);
    contents.header = std::move(header_);
    return contents;
  }

 private:
  uint64_t file_bytes_;
  ByteRange wanted_;
  std::optional<GgufHeader> header_;
};

}  // namespace

bool is_gguf_file(const FileStart& start) {
  return start.bytes.size() >= sizeof(uint32_t) && load<uint32_t>(start.bytes.data()) == gguf::magic;
}

std::unique_ptr<FileReader> open_gguf_file(const FileStart& start) { return std::make_unique<GgufFile>(start); }

}  // namespace nibble
