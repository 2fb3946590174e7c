#include <algorithm>
#include <map>

#include "container/text.h"
#include "container/torch_checkpoint.h"
#include "container/zip_file.h"
#include "error.h"

namespace nibble {
namespace {

constexpr std::string_view pickle_name = "data.pkl", order_name = "byteorder", storages = "data/",
                           little_endian = "little";
/// A tensor takes some 250 bytes of the pickle, and a file holds some thousand of them.
constexpr uint64_t max_pickle_bytes = uint64_t{1} << 25;
constexpr uint64_t max_order_bytes = 16;

constexpr const char* what_to_do = "Save the weights again: torch.save(model.state_dict(), ...).";

class TorchArchive : public FileReader {
 public:
  TorchArchive(std::vector<ZipEntry> entries, std::string folder, uint64_t file_bytes)
      : folder_(std::move(folder)), file_bytes_(file_bytes) {
    for (ZipEntry& entry : entries) {
      if (!entry.name.starts_with(folder_)) continue;
      std::string name = entry.name.substr(folder_.size());
      entries_.emplace(std::move(name), std::move(entry));
    }
    if (entries_.count("constants.pkl")) {
      throw Error(std::string("The file is a TorchScript program, not a checkpoint. ") + what_to_do);
    }
    const ZipEntry& pickle = entries_.at(std::string(pickle_name));
    if (pickle.bytes > max_pickle_bytes) {
      throw Error("The checkpoint's list of tensors takes " + std::to_string(pickle.bytes) +
                  " bytes, more than any list of tensors does.");
    }
    if (pickle.bytes == 0) throw Error("The checkpoint's list of tensors is empty. Download or save the file again.");
    queue_.push_back(&pickle);
    if (const auto order = entries_.find(std::string(order_name)); order != entries_.end())
      queue_.push_back(&order->second);
    for (const ZipEntry* entry : queue_) require_stored(*entry, what_to_do);
    want_next();
  }

  ByteRange wanted() const override { return wanted_; }

  void take(std::span<const uint8_t> bytes) override {
    const ZipEntry& entry = *queue_[next_];
    const std::string name = entry.name.substr(folder_.size());
    if (!in_content_) {
      const uint64_t offset = entry.header_offset + zip_content_offset(entry, bytes, file_bytes_);
      if (name == pickle_name || (name == order_name && entry.bytes > 0)) {
        in_content_ = true;
        wanted_ = {offset, name == pickle_name ? entry.bytes : std::min(entry.bytes, max_order_bytes)};
        return;
      }
      content_offsets_[name] = offset;
    } else if (name == pickle_name) {
      checkpoint_ = read_torch_checkpoint(bytes);
      queue_storages();
    } else if (std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()) != little_endian) {
      throw Error(std::string("The checkpoint is stored with the most significant byte first. ") + what_to_do);
    }
    ++next_;
    want_next();
  }

  FileContents contents() override {
    FileContents contents;
    contents.container = "PyTorch";
    contents.notes = std::move(checkpoint_.notes);
    for (TorchTensor& tensor : checkpoint_.tensors) {
      const uint64_t offset = content_offsets_.at(std::string(storages) + tensor.storage) + tensor.offset;
      contents.tensors.push_back({std::move(tensor.name), std::move(tensor.shape), tensor.type, tensor.weight_count,
                                  tensor.bytes, offset, std::move(tensor.dtype)});
    }
    return contents;
  }

 private:
  /// The entries that hold values, each once.
  void queue_storages() {
    for (const TorchTensor& tensor : checkpoint_.tensors) {
      const auto found = entries_.find(std::string(storages) + tensor.storage);
      const uint64_t there = found == entries_.end() ? 0 : found->second.bytes;
      if (found == entries_.end() || tensor.offset > there || tensor.bytes > there - tensor.offset) {
        throw Error("The values of the tensor " + in_quotes(tensor.name) +
                    " are missing from the archive. The file is probably "
                    "incomplete; download or save it again.");
      }
      if (!content_offsets_.emplace(found->first, 0).second) continue;
      require_stored(found->second, what_to_do);
      queue_.push_back(&found->second);
    }
  }

  void want_next() {
    in_content_ = false;
    wanted_ = next_ == queue_.size() ? ByteRange{} : ByteRange{queue_[next_]->header_offset, zip_local_header_bytes};
  }

  std::string folder_;
  uint64_t file_bytes_;
  std::map<std::string, ZipEntry> entries_;  // without the folder
  std::vector<const ZipEntry*> queue_;       // to be read in this order
  size_t next_ = 0;                          // the one being read,
  bool in_content_ = false;                  // past its header
  ByteRange wanted_;
  std::map<std::string, uint64_t> content_offsets_;  // of entries that hold values
  TorchCheckpoint checkpoint_;
};

}  // namespace

std::string torch_archive_folder(std::span<const ZipEntry> entries) {
  for (const ZipEntry& entry : entries) {
    const size_t slash = entry.name.find('/');
    if (slash != std::string::npos && entry.name.compare(slash + 1, std::string::npos, pickle_name) == 0) {
      return entry.name.substr(0, slash + 1);
    }
  }
  return {};
}

std::unique_ptr<FileReader> open_torch_archive(std::vector<ZipEntry> entries, std::string folder, uint64_t file_bytes) {
  return std::make_unique<TorchArchive>(std::move(entries), std::move(folder), file_bytes);
}

}  // namespace nibble
