#include <cstddef>
#include <cstdint>
#include <string>

#include "error.h"
#include "model/model.h"
#include "plan/json.h"
#include "plan/plan.h"

/// Whatever the bytes are, the answer is a model that can be shown and planned, or a sentence. The first byte chooses
/// how the rest is offered: as a header whose length is right, as a whole file, or beside a configuration.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nibble;
  if (size == 0) return 0;
  const uint8_t way = data[0];
  std::vector<uint8_t> file(data + 1, data + size);
  uint64_t file_bytes = file.size();
  if (way & 1) {
    const uint64_t length = file.size();
    const auto* bytes = reinterpret_cast<const uint8_t*>(&length);
    file.insert(file.begin(), bytes, bytes + sizeof length);
    file_bytes = file.size() + (uint64_t{way} << (way >> 4));
  }
  try {
    Model model;
    if (model.offer(0, "a.safetensors", file_bytes, 0, file).bytes != 0) return 0;
    if (way & 2) {
      const std::string_view config = R"({"architectures":["LlamaForCausalLM"],"hidden_size":8,"num_hidden_layers":1,)"
                                      R"("num_attention_heads":2,"intermediate_size":8,"vocab_size":8})";
      const std::span text(reinterpret_cast<const uint8_t*>(config.data()), config.size());
      model.offer(1, "config.json", config.size(), 0, text);
    }
    model.complete();
    model_json(model);
    const char* choices[] = {R"({"type":"Q8_0"})", R"({"type":"COPY","keepSplit":true})",
                             R"({"type":"Q4_K_M","jobBytes":4096})"};
    const Plan plan = make_plan(model, parse_plan_options(choices[way % 3]));
    plan_json(plan, model);
    for (const OutputFile& out : plan.files) {
      // What was written must be readable again.
      if (!read_gguf(out.header, out.bytes).header) __builtin_trap();
    }
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
