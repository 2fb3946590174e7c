#pragma once
#include "core/network_models.h"

/// Small Gemma 4 decoders.
namespace nibble::network {

/// With numbers for each layer, layers that share keys and values, and wider feed-forward networks in those; or, not
/// so, with fewer keys in the layers that see everything, which are their values as well.
inline Files gemma4_file(bool small) {
  constexpr uint64_t embedding = 64, heads = 4, layers = 6, input = 32;
  constexpr uint32_t sharing = 2;
  DecoderFile file("gemma4");
  file.size("embedding_length", embedding).size("block_count", layers);
  file.size("attention.head_count", heads).number("attention.layer_norm_rms_epsilon", 1e-6f);
  file.size("attention.key_length", 64).size("attention.value_length", 64);
  file.size("attention.key_length_swa", 32).size("attention.value_length_swa", 32);
  file.size("attention.sliding_window", 20).size("embedding_length_per_layer_input", small ? input : 0);
  file.size("attention.shared_kv_layers", small ? sharing : 0).number("final_logit_softcapping", 30);
  file.size("rope.dimension_count", 64).size("rope.dimension_count_swa", 32);
  file.number("rope.freq_base", 1000000).number("rope.freq_base_swa", 10000);
  std::vector<uint32_t> key_heads, hidden;
  std::vector<bool> slides;
  for (uint32_t layer = 0; layer < layers; ++layer) {
    // The layers before those that share have one of each kind at the end.
    slides.push_back(small ? layer != 3 && layer != 5 : layer % 3 != 2);
    key_heads.push_back(small || slides.back() ? 2 : 1);
    hidden.push_back(small && layer >= layers - sharing ? 192 : 96);
  }
  file.truths("attention.sliding_window_pattern", slides).sizes("attention.head_count_kv", key_heads);
  file.sizes("feed_forward_length", hidden);
  file.tensor("token_embd.weight", {embedding, DecoderFile::vocabulary}).tensor("output_norm.weight", {embedding});
  // As the converter writes them: half of the pairs do not turn.
  file.numbers("rope_freqs.weight", std::vector<float>(16, 1.0f), std::vector<float>(16, 1e30f));
  if (small) {
    file.tensor("per_layer_token_embd.weight", {layers * input, DecoderFile::vocabulary});
    file.tensor("per_layer_model_proj.weight", {embedding, layers * input});
    file.tensor("per_layer_proj_norm.weight", {input});
  }
  for (uint32_t layer = 0; layer < layers; ++layer) {
    const std::string of = "blk." + std::to_string(layer) + ".";
    const uint64_t head = slides[layer] ? 32 : 64, keys = key_heads[layer] * head;
    for (const char* norm : {"attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"})
      file.tensor(of + norm + ".weight", {embedding});
    file.tensor(of + "attn_q.weight", {embedding, heads * head}).tensor(of + "attn_k.weight", {embedding, keys});
    if (small || slides[layer]) file.tensor(of + "attn_v.weight", {embedding, keys});
    // Queries are not scaled: so that few tokens do not take all of the attention.
    file.tensor(of + "attn_q_norm.weight", {head}, 0.5f).tensor(of + "attn_k_norm.weight", {head}, 0.5f);
    file.tensor(of + "attn_output.weight", {heads * head, embedding});
    file.tensor(of + "ffn_gate.weight", {embedding, hidden[layer]})
        .tensor(of + "ffn_up.weight", {embedding, hidden[layer]});
    file.tensor(of + "ffn_down.weight", {hidden[layer], embedding});
    file.magnitudes(of + "layer_output_scale.weight", {1}, 6);
    if (!small) continue;
    file.tensor(of + "inp_gate.weight", {embedding, input}).tensor(of + "proj.weight", {input, embedding});
    file.tensor(of + "post_norm.weight", {embedding});
  }
  return file.files();
}

inline std::vector<NetworkCase> gemma4_files() {
  return {{"gemma4-small", gemma4_file(true)}, {"gemma4", gemma4_file(false)}};
}

}  // namespace nibble::network
