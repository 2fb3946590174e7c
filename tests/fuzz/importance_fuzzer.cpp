#include <cstddef>
#include <cstdint>
#include <vector>

#include "container/importance.h"
#include "container/importance_reader.h"
#include "error.h"

/// Importance matrices of both formats, and the values of every entry found.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nibble;
  const std::span<const uint8_t> file(data, size);
  try {
    ImportanceReader reader(size);
    for (auto range = reader.wanted(); range.bytes > 0; range = reader.wanted()) {
      if (range.offset > size || range.bytes > size - range.offset) __builtin_trap();
      reader.offer(file.subspan(range.offset, range.bytes));
    }
    ImportanceIndex index = reader.take();
    for (ImportanceEntry& entry : index.entries) {
      if (entry.values == 0) continue;
      check_importance(entry, file.subspan(entry.values_offset, entry.values_bytes()),
                       file.subspan(entry.counts_offset.value_or(0), entry.counts_bytes()), 1);
    }
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
