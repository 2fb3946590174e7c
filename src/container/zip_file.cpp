#include "container/zip_file.h"

#include <algorithm>

#include "container/npy_file.h"
#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

constexpr uint32_t zip_magic = 0x04034b50;

/// Reads the archive's list, then leaves the rest to the reader of what is in it.
class ZipFile : public FileReader {
 public:
  explicit ZipFile(const FileStart& start) : file_bytes_(start.file_bytes), list_(start.file_bytes) {}

  ByteRange wanted() const override { return inner_ ? inner_->wanted() : list_.wanted(); }

  void take(std::span<const uint8_t> bytes) override {
    if (inner_) return inner_->take(bytes);
    list_.take(bytes);
    if (list_.wanted().bytes == 0) open(list_.entries());
  }

  FileContents contents() override { return inner_->contents(); }

 private:
  void open(std::vector<ZipEntry> entries) {
    const auto is_array = [](const ZipEntry& entry) { return npy_tensor_name(entry.name) != entry.name; };
    std::string folder = torch_archive_folder(entries);
    if (!folder.empty()) {
      inner_ = open_torch_archive(std::move(entries), std::move(folder), file_bytes_);
    } else if (std::any_of(entries.begin(), entries.end(), is_array)) {
      inner_ = open_numpy_archive(std::move(entries), file_bytes_);
    } else {
      throw Error("The zip archive holds neither NumPy arrays nor a PyTorch checkpoint; its first entry is " +
                  in_quotes(entries.front().name) + ". If a model is in it, unpack it first.");
    }
  }

  uint64_t file_bytes_;
  ZipReader list_;
  std::unique_ptr<FileReader> inner_;
};

}  // namespace

bool is_zip_file(const FileStart& start) {
  return start.bytes.size() >= sizeof zip_magic && load<uint32_t>(start.bytes.data()) == zip_magic;
}

std::unique_ptr<FileReader> open_zip_file(const FileStart& start) { return std::make_unique<ZipFile>(start); }

void require_stored(const ZipEntry& entry, std::string_view what_to_do) {
  if (entry.stored) return;
  throw Error("The entry " + in_quotes(entry.name) +
              " of the archive is compressed, so its numbers cannot be read in pieces. " + std::string(what_to_do));
}

}  // namespace nibble
