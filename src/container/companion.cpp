#include "container/companion.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

/// The largest tokenizer.json known has 35 MB. They are held in memory while the model is opened.
constexpr uint64_t max_companion_bytes = uint64_t{1} << 26;

constexpr std::string_view names[] = {
    "config.json",           "generation_config.json",  "tokenizer.json",    "tokenizer.model",
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
};
constexpr std::string_view index_suffix = ".index.json";

class CompanionFile : public FileReader {
 public:
  explicit CompanionFile(const FileStart& start) : wanted_{0, start.file_bytes} {
    if (start.file_bytes > max_companion_bytes) {
      throw Error(in_quotes(start.name) + " has " + std::to_string(start.file_bytes >> 20) + " MiB; files beside the " +
                  "weights are read up to " + std::to_string(max_companion_bytes >> 20) +
                  " MiB. It is probably not what its name says.");
    }
  }
  ByteRange wanted() const override { return wanted_; }
  void take(std::span<const uint8_t> bytes) override {
    contents_.whole.assign(bytes.begin(), bytes.end());
    wanted_ = {0, 0};
  }
  FileContents contents() override { return std::move(contents_); }

 private:
  ByteRange wanted_;
  FileContents contents_;
};

}  // namespace

bool is_shard_index(std::string_view name) {
  return name.size() > index_suffix.size() && name.substr(name.size() - index_suffix.size()) == index_suffix;
}

bool is_companion(std::string_view name) {
  return is_shard_index(name) || std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_companion_file(const FileStart& start) { return is_companion(start.name); }

std::unique_ptr<FileReader> open_companion(const FileStart& start) { return std::make_unique<CompanionFile>(start); }

}  // namespace nibble
