#include "container/npy_file.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

class NpyFile : public FileReader {
 public:
  explicit NpyFile(const FileStart& start)
      : name_(npy_tensor_name(start.name)), file_bytes_(start.file_bytes), wanted_{0, npy_fixed_bytes} {
    if (file_bytes_ < npy_fixed_bytes) npy_header_end(start.bytes);  // says what is missing
  }

  ByteRange wanted() const override { return wanted_; }

  void take(std::span<const uint8_t> bytes) override {
    if (wanted_.bytes == npy_fixed_bytes && !start_read_) {
      start_read_ = true;
      wanted_ = {0, std::min(npy_header_end(bytes), file_bytes_)};
      return;
    }
    tensor_ = npy_tensor(name_, read_npy_header(bytes, name_), 0, file_bytes_);
    wanted_ = {};
  }

  FileContents contents() override {
    FileContents contents;
    contents.container = "NumPy";
    contents.tensors.push_back(std::move(tensor_));
    return contents;
  }

 private:
  std::string name_;
  uint64_t file_bytes_;
  ByteRange wanted_;
  bool start_read_ = false;
  StoredTensor tensor_;
};

}  // namespace

bool is_npy_file(const FileStart& start) {
  return start.bytes.size() >= npy_magic.size() &&
         std::equal(npy_magic.begin(), npy_magic.end(), start.bytes.begin(),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

std::unique_ptr<FileReader> open_npy_file(const FileStart& start) { return std::make_unique<NpyFile>(start); }

StoredTensor npy_tensor(std::string name, const NpyHeader& header, uint64_t offset, uint64_t bytes_there) {
  if (header.data_offset > bytes_there || header.bytes > bytes_there - header.data_offset) {
    throw Error("The array " + in_quotes(name) + " ends early: " + std::to_string(header.bytes) +
                " bytes are expected and " + std::to_string(bytes_there - std::min(bytes_there, header.data_offset)) +
                " are there. The file is probably incomplete; save it again.");
  }
  return {std::move(name), header.shape, header.type, header.weight_count, header.bytes, offset + header.data_offset,
          header.dtype};
}

std::string npy_tensor_name(std::string_view file_name) {
  constexpr std::string_view end = ".npy";
  const bool named_so = file_name.size() > end.size() && file_name.ends_with(end);
  return std::string(file_name.substr(0, file_name.size() - (named_so ? end.size() : 0)));
}

}  // namespace nibble
