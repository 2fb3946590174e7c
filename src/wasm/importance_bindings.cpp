#include <emscripten/bind.h>

#include <optional>

#include "container/importance_reader.h"
#include "container/importance_statistics.h"
#include "container/importance_writer.h"
#include "json/json.h"
#include "wasm/boundary.h"

/// Class ImportanceSums of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

using bound::sentence_of;

class BoundImportanceSums {
 public:
  std::string add(const std::string& tensor, unsigned row_length, unsigned matrices, unsigned matrix,
                  unsigned first_column, uintptr_t sums, size_t columns, double tokens) {
    return sentence_of([&] {
      sums_.add(tensor, row_length, matrices, matrix, first_column, {reinterpret_cast<const double*>(sums), columns},
                tokens);
    });
  }

  std::string read(double file_bytes) {
    return bound::answer([&] {
      reader_.emplace(static_cast<uint64_t>(file_bytes));
      return reading();
    });
  }

  std::string offer(uintptr_t pointer, size_t length) {
    return bound::answer([&] {
      if (!reader_) throw Error("No importance matrix is being read. This is a fault in the program.");
      reader_->offer({bound::bytes_at(pointer), length});
      return reading();
    });
  }

  std::string merge(unsigned entry, uintptr_t values, uintptr_t counts, unsigned chunk_tokens) {
    return sentence_of([&] {
      const ImportanceEntry& merged = index_.entries.at(entry);
      sums_.merge(merged, {bound::bytes_at(values), static_cast<size_t>(merged.values_bytes())},
                  {bound::bytes_at(counts), static_cast<size_t>(merged.counts_bytes())}, chunk_tokens);
    });
  }

  void add_dataset(const std::string& name) { sums_.add_dataset(name); }

  std::string make(unsigned chunk_tokens, bool legacy) {
    return sentence_of([&] { file_ = legacy ? sums_.legacy_file(chunk_tokens) : sums_.file(chunk_tokens); });
  }
  uintptr_t file_pointer() const { return reinterpret_cast<uintptr_t>(file_.data()); }
  size_t file_bytes() const { return file_.size(); }

  std::string statistics() const {
    return bound::answer([&] { return importance_statistics_json(importance_statistics(sums_)); });
  }

 private:
  /// What is wanted of the file next, or where its entries are; then its texts' names have been added.
  std::string reading() {
    if (const ByteRange wanted = reader_->wanted(); wanted.bytes > 0) return wanted_json(wanted);
    index_ = reader_->take();
    reader_.reset();
    for (const std::string& dataset : index_.datasets) sums_.add_dataset(dataset);
    Json entries = Json::list();
    for (const ImportanceEntry& entry : index_.entries) {
      entries.push_back(Json{{"valuesOffset", entry.values_offset},
                             {"valuesBytes", entry.values_bytes()},
                             {"countsOffset", entry.counts_offset},
                             {"countsBytes", entry.counts_bytes()}});
    }
    return Json{{"entries", std::move(entries)}}.dump();
  }

  ImportanceSums sums_;
  std::optional<ImportanceReader> reader_;
  ImportanceIndex index_;
  std::vector<uint8_t> file_;
};

EMSCRIPTEN_BINDINGS(nibble_importance) {
  emscripten::class_<BoundImportanceSums>("ImportanceSums")
      .constructor<>()
      .function("add", &BoundImportanceSums::add)
      .function("read", &BoundImportanceSums::read)
      .function("offer", &BoundImportanceSums::offer)
      .function("merge", &BoundImportanceSums::merge)
      .function("addDataset", &BoundImportanceSums::add_dataset)
      .function("make", &BoundImportanceSums::make)
      .function("filePointer", &BoundImportanceSums::file_pointer)
      .function("fileBytes", &BoundImportanceSums::file_bytes)
      .function("statistics", &BoundImportanceSums::statistics);
}

}  // namespace
}  // namespace nibble
