#include "network/architectures.h"

namespace nibble::network {

// Written down from the graphs llama.cpp builds for these names.
constexpr Architecture list[] = {
    {.name = "llama", .title = "Llama, Mistral, Mixtral, SmolLM"},
    {.name = "qwen2", .title = "Qwen2 and Qwen2.5", .pairs = Pairs::halves},
    {.name = "qwen2moe",
     .title = "Qwen2 with experts",
     .pairs = Pairs::halves,
     .normalised_experts = false,
     .shared_expert = true},
    {.name = "qwen3", .title = "Qwen3", .pairs = Pairs::halves, .head_norms = true},
    {.name = "qwen3moe", .title = "Qwen3 with experts", .pairs = Pairs::halves, .head_norms = true},
    {.name = "gemma2",
     .title = "Gemma 2",
     .pairs = Pairs::halves,
     .activation = Activation::gelu,
     .norms_after = true,
     .scaled_embedding = true,
     .layers_scaled_by_embedding = 46,  // the 27 B model
     .attention_cap = 50,
     .output_cap = 30,
     .window = 4096,
     .window_period = 2},
    {.name = "gemma3",
     .title = "Gemma 3",
     .pairs = Pairs::halves,
     .activation = Activation::gelu,
     .head_norms = true,
     .norms_after = true,
     .scaled_embedding = true,
     .layers_scaled_by_embedding = 62,  // the 27 B model
     .window_period = 6,
     .sliding_base = 10000},
    {.name = "phi3",
     .title = "Phi 3 and Phi 4",
     .pairs = Pairs::halves,
     .feed_forward = FeedForward::gated_in_one,
     .joined_attention = true},
    {.name = "starcoder2",
     .title = "StarCoder2",
     .norm = Norm::layer,
     .pairs = Pairs::halves,
     .activation = Activation::gelu,
     .feed_forward = FeedForward::plain},
    {.name = "gemma",
     .title = "Gemma",
     .pairs = Pairs::halves,
     .activation = Activation::gelu,
     .scaled_embedding = true},
    {.name = "granite", .title = "Granite"},
    {.name = "granitemoe", .title = "Granite with experts"},
    {.name = "smollm3", .title = "SmolLM3", .unrotated_period = 4},
    {.name = "seed_oss",
     .title = "Seed-OSS",
     .feed_forward_norm = "post_attention_norm.weight",
     .pairs = Pairs::halves},
    {.name = "ernie4_5", .title = "ERNIE 4.5"},
    {.name = "internlm2", .title = "InternLM2"},
    {.name = "stablelm", .title = "StableLM", .norm = Norm::layer, .pairs = Pairs::halves},
    {.name = "glm4", .title = "GLM-4", .feed_forward = FeedForward::gated_in_one, .norms_after = true},
    {.name = "hunyuan-dense", .title = "Hunyuan", .pairs = Pairs::halves, .head_norms = true, .rotated_first = true},
    {.name = "gpt-oss",
     .title = "gpt-oss",
     .feed_forward_norm = "post_attention_norm.weight",
     .pairs = Pairs::halves,
     .activation = Activation::clamped,
     .window_period = 2,
     .sinks = true},
};

std::span<const Architecture> architectures() { return list; }

const Architecture* find_architecture(std::string_view name) {
  for (const Architecture& one : list) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace nibble::network
