#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/gguf_builder.h"
#include "error.h"
#include "model/model.h"
#include "output/output_plan.h"

namespace {

using namespace nibble;

const std::vector<uint8_t>& sample() {
  static const std::vector<uint8_t> file = GgufBuilder()
                                               .value("general.architecture", "llama")
                                               .value("llama.block_count", 2u)
                                               .value("llama.rope.freq_base", 10000.0f)
                                               .tensor("token_embd.weight", {256, 4}, 1, 2048)
                                               .tensor("blk.0.attn_q.weight", {256, 2}, 1, 1024)
                                               .tensor("blk.1.attn_q.weight", {256, 2}, 1, 1024)
                                               .tensor("output_norm.weight", {256}, 0, 1024)
                                               .build();
  return file;
}

const Model& model() {
  static const Model opened = [] {
    Model fresh;
    if (fresh.offer(0, "a", sample().size(), 0, sample()).bytes != 0) __builtin_trap();
    fresh.complete();
    return fresh;
  }();
  return opened;
}

}  // namespace

/// Whatever is asked for, of a plan or of an edit of metadata, parts and tensors, as the JSON that pages, recipes and
/// receipts hand over: the answer is a plan whose files can be read again, or a sentence.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const PlanOptions options = parse_plan_options({reinterpret_cast<const char*>(data), size});
    for (const OutputFile& file : plan_output(model(), options, nullptr).plan.files) {
      if (!options.packing && !read_gguf(file.header, file.bytes).header) __builtin_trap();
    }
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
