#include <algorithm>

#include "container/npy_file.h"
#include "container/text.h"
#include "container/zip_file.h"
#include "error.h"

namespace nibble {
namespace {

/// Enough for an entry's local header and the header of an ordinary array.
constexpr uint64_t first_request_bytes = 1024;

class NumpyArchive : public FileReader {
 public:
  NumpyArchive(std::vector<ZipEntry> entries, uint64_t file_bytes)
      : entries_(std::move(entries)), file_bytes_(file_bytes) {
    for (const ZipEntry& entry : entries_) {
      if (npy_tensor_name(entry.name) == entry.name) {
        throw Error("The archive holds " + in_quotes(entry.name) + " beside its arrays, which NumPy does not write.");
      }
      require_stored(entry, "Save the arrays with np.savez, not np.savez_compressed.");
    }
    want(first_request_bytes);
  }

  ByteRange wanted() const override { return wanted_; }

  void take(std::span<const uint8_t> bytes) override {
    const ZipEntry& entry = entries_[tensors_.size()];
    const uint64_t content = zip_content_offset(entry, bytes.first(zip_local_header_bytes), file_bytes_);
    if (entry.bytes < npy_fixed_bytes) npy_header_end({});  // says what is missing
    if (bytes.size() < content + npy_fixed_bytes) return want(content + npy_fixed_bytes);
    const uint64_t end = std::min(npy_header_end(bytes.subspan(content, npy_fixed_bytes)), entry.bytes);
    if (bytes.size() < content + end) return want(content + end);
    const std::string name = npy_tensor_name(entry.name);
    tensors_.push_back(npy_tensor(name, read_npy_header(bytes.subspan(content, end), name),
                                  entry.header_offset + content, entry.bytes));
    if (tensors_.size() < entries_.size()) {
      want(first_request_bytes);
    } else {
      wanted_ = {};
    }
  }

  FileContents contents() override {
    FileContents contents;
    contents.container = "NumPy";
    contents.tensors = std::move(tensors_);
    return contents;
  }

 private:
  void want(uint64_t bytes) {
    const uint64_t offset = entries_[tensors_.size()].header_offset;
    wanted_ = {offset, std::min(bytes, file_bytes_ - offset)};
  }

  std::vector<ZipEntry> entries_;
  uint64_t file_bytes_;
  ByteRange wanted_;
  std::vector<StoredTensor> tensors_;
};

}  // namespace

std::unique_ptr<FileReader> open_numpy_archive(std::vector<ZipEntry> entries, uint64_t file_bytes) {
  return std::make_unique<NumpyArchive>(std::move(entries), file_bytes);
}

}  // namespace nibble
