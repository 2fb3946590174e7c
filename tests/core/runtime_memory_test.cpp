#include "network/runtime_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "error.h"
#include "gguf_builder.h"
#include "sentence_of.h"

/// Against what llama.cpp (b11364, node-llama-cpp 3.22.1, processor) says it allocates for models of these sizes.
namespace nibble::network {
namespace {

constexpr uint64_t MiB = 1 << 20;

GgufHeader header_of(const std::string& architecture, const std::map<std::string, uint32_t>& sizes,
                     const std::map<std::string, std::vector<uint32_t>>& lists = {}) {
  GgufBuilder file;
  file.value("general.architecture", architecture.c_str());
  for (const auto& [key, value] : sizes) file.value(architecture + '.' + key, value);
  for (const auto& [key, values] : lists) {
    GgufBuilder::Bytes elements;
    for (const uint32_t value : values) elements = GgufBuilder::joined({elements, GgufBuilder::raw(value)});
    file.value(architecture + '.' + key, GgufBuilder::array,
               GgufBuilder::list(GgufBuilder::u32, values.size(), elements));
  }
  const GgufBuilder::Bytes bytes = file.build();
  return *read_gguf(bytes, bytes.size()).header;
}

GgufHeader dense(const std::string& architecture, uint32_t embedding, uint32_t feed_forward, uint32_t layers,
                 uint32_t heads, uint32_t key_heads, uint32_t head, std::map<std::string, uint32_t> more = {}) {
  more.insert({{"embedding_length", embedding},
               {"feed_forward_length", feed_forward},
               {"block_count", layers},
               {"attention.head_count", heads},
               {"attention.head_count_kv", key_heads},
               {"attention.key_length", head},
               {"attention.value_length", head}});
  return header_of(architecture, more);
}

TEST(RuntimeMemory, OfDenseDecodersIsWhatLlamaCppAllocates) {
  struct Case {
    GgufHeader metadata;
    uint64_t vocabulary, context, cache;
    double working;  // MiB
  };
  const GgufHeader ts3m = dense("llama", 256, 768, 4, 4, 2, 64);
  const GgufHeader wide = dense("llama", 2048, 16384, 2, 16, 4, 128);
  const Case cases[] = {
      {ts3m, 512, 512, MiB, 7.01},
      {ts3m, 512, 4096, 8 * MiB, 10.51},
      {dense("llama", 4096, 14336, 2, 32, 8, 128), 128256, 8192, 64 * MiB, 266.5},
      {dense("llama", 4096, 14336, 2, 32, 8, 128), 32000, 512, 4 * MiB, 116.51},
      {dense("llama", 896, 4864, 2, 14, 2, 64), 151936, 8192, 8 * MiB, 300.25},
      {wide, 4000, 512, 2 * MiB, 112.51},
      {wide, 4000, 8192, 32 * MiB, 120.01},
  };
  for (const Case& one : cases) {
    const RuntimeMemory memory = runtime_memory(one.metadata, one.vocabulary, one.context, Type::f16);
    EXPECT_EQ(memory.cache, one.cache);
    EXPECT_NEAR(static_cast<double>(memory.working) / MiB, one.working, 0.02);
  }
}

TEST(RuntimeMemory, LayersThatSeeAWindowKeepItAndABatch) {
  struct Case {
    uint32_t window;
    uint64_t context, sliding_cells;
  };
  for (const Case& one : {Case{255, 8192, 768}, Case{256, 8192, 1024}, Case{300, 8192, 1024}, Case{512, 8192, 1280},
                          Case{256, 3072, 1024}, Case{512, 512, 512}}) {
    const GgufHeader metadata = dense("gemma3", 256, 512, 8, 4, 1, 64, {{"attention.sliding_window", one.window}});
    const uint64_t cell = 2 * 64 * 2;
    // Every sixth layer sees everything: one of the first eight.
    EXPECT_EQ(runtime_memory(metadata, 1000, one.context, Type::f16).cache,
              cell * (one.context + 7 * one.sliding_cells))
        << one.window << ' ' << one.context;
  }
}

TEST(RuntimeMemory, TheContextIsRoundedUpAndTheCacheMayBeQuantized) {
  const GgufHeader metadata = dense("llama", 256, 768, 4, 4, 2, 64);
  const RuntimeMemory memory = runtime_memory(metadata, 512, 3000, Type::q8_0);
  EXPECT_EQ(memory.context, 3072u);
  EXPECT_EQ(memory.cache, 3072u * 4 * 2 * (2 * 64 / 32 * 34));
  // Heads of 40: a row of 80 is not whole blocks of 32.
  EXPECT_THAT(sentence_of([&] { runtime_memory(dense("llama", 160, 1, 1, 4, 2, 40), 1, 1, Type::q8_0); }),
              testing::HasSubstr("80 numbers a token cannot be stored as q8_0"));
}

TEST(RuntimeMemory, LayersWithoutHeadsCarryAState) {
  // Jamba and its like: heads layer by layer. Mamba: none at all. Qwen3-Next: every fourth layer attends.
  const std::map<std::string, uint32_t> ssm = {
      {"embedding_length", 64}, {"ssm.inner_size", 128}, {"ssm.state_size", 16},     {"ssm.conv_kernel", 4},
      {"ssm.group_count", 2},   {"block_count", 4},      {"attention.head_count", 4}};
  const uint64_t state = 4 * (3 * (128 + 2 * 2 * 16) + 128 * 16), attends = 1024 * 2 * 2 * (2 * 16);
  EXPECT_EQ(
      runtime_memory(header_of("jamba", ssm, {{"attention.head_count_kv", {0, 0, 2, 0}}}), 1, 1024, Type::f16).cache,
      3 * state + attends);
  auto next = ssm;
  next.insert({{"full_attention_interval", 4}, {"attention.head_count_kv", 2}});
  EXPECT_EQ(runtime_memory(header_of("qwen3next", next), 1, 1024, Type::f16).cache, 3 * state + attends);
  auto mamba = ssm;
  mamba["attention.head_count"] = 0;
  EXPECT_EQ(runtime_memory(header_of("mamba2", mamba), 1, 1024, Type::f16).cache, 4 * state);
  // Falcon-H1: each layer does both.
  auto both = ssm;
  both.insert({{"attention.head_count_kv", 2}});
  EXPECT_EQ(runtime_memory(header_of("falcon-h1", both), 1, 1024, Type::f16).cache, 4 * (state + attends));
}

TEST(RuntimeMemory, WithoutLayersThatPredictFurther) {
  const std::map<std::string, uint32_t> sizes = {{"embedding_length", 64},
                                                 {"block_count", 5},
                                                 {"attention.head_count", 4},
                                                 {"attention.head_count_kv", 2},
                                                 {"nextn_predict_layers", 1}};
  const uint64_t layer = 1024 * 2 * 2 * (2 * 16);
  EXPECT_EQ(runtime_memory(header_of("glm4moe", sizes), 1, 1024, Type::f16).cache, 5 * layer);
  EXPECT_EQ(runtime_memory(header_of("glm4moe", sizes), 1, 1024, Type::f16, true).cache, 4 * layer);
  auto none = sizes;
  none.erase("nextn_predict_layers");
  EXPECT_EQ(runtime_memory(header_of("glm4moe", none), 1, 1024, Type::f16, true).cache, 5 * layer);
}

TEST(RuntimeMemory, LatentAttentionKeepsKeysAloneAndSharedLayersNothing) {
  EXPECT_EQ(runtime_memory(header_of("deepseek2", {{"embedding_length", 64},
                                                   {"block_count", 3},
                                                   {"attention.head_count", 8},
                                                   {"attention.head_count_kv", 1},
                                                   {"attention.key_length", 576},
                                                   {"attention.value_length", 512},
                                                   {"attention.key_length_mla", 192}}),
                           1, 256, Type::f16)
                .cache,
            3 * 256u * 576 * 2);
  EXPECT_EQ(
      runtime_memory(dense("gemma3n", 64, 64, 5, 4, 2, 16, {{"attention.shared_kv_layers", 2}}), 1, 256, Type::f16)
          .cache,
      3 * 256u * 2 * 2 * (2 * 16));
}

TEST(RuntimeMemory, SaysWhatIsMissing) {
  EXPECT_EQ(
      sentence_of([] { runtime_memory(header_of("llama", {{"block_count", 2}}), 1, 1, Type::f16); }),
      "How much memory answers take cannot be told: the metadata entry \"llama.embedding_length\" is missing or 0.");
  EXPECT_EQ(sentence_of([] { runtime_memory(dense("llama", 8, 8, 1, 2, 1, 4), 1, 0, Type::f16); }),
            "A context has from 1 to 2^32 tokens.");
}

}  // namespace
}  // namespace nibble::network
