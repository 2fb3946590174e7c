#include <cstddef>
#include <cstdint>

#include "error.h"
#include "model/model.h"
#include "plan/json.h"
#include "plan/plan.h"

/// Whatever the bytes are, the answer is a model that can be shown and planned, or a sentence. The first byte chooses
/// how the rest is offered: as one file, with a length that is not the truth, or as two shards.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nibble;
  if (size == 0) return 0;
  const uint8_t way = data[0];
  const std::span<const uint8_t> bytes(data + 1, size - 1);
  try {
    Model model;
    if (way & 1) {
      const size_t first = bytes.size() / 2;
      if (model.offer(0, "a", first, 0, bytes.first(first)).bytes != 0) return 0;
      if (model.offer(1, "b", bytes.size() - first, 0, bytes.subspan(first)).bytes != 0) return 0;
    } else if (model.offer(0, "a", bytes.size() << (way >> 4), 0, bytes).bytes != 0) {
      return 0;
    }
    model.complete();
    model_json(model);
    const char* choices[] = {R"({"type":"Q8_0","allowRequantize":true})", R"({"type":"COPY","keepSplit":true})",
                             R"({"type":"Q4_K_M","pure":true,"jobBytes":4096})"};
    const Plan plan = make_plan(model, parse_plan_options(choices[way % 3]));
    plan_json(plan, model);
    for (const OutputFile& file : plan.files) {
      // What was written must be readable again.
      if (!read_gguf(file.header, file.bytes).header) __builtin_trap();
    }
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
