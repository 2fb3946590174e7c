#pragma once
#include "core/network_models.h"

/// Small decoders with gated delta nets.
namespace nibble::network {

/// What differs between them.
struct DeltaNetDecoder {
  const char* architecture;
  uint32_t experts = 0;
  bool together = false;        ///< strengths and steps in one tensor
  bool predicts_ahead = false;  ///< a layer more, which nobody runs
};

inline Files delta_net_file(const DeltaNetDecoder& what) {
  constexpr uint64_t embedding = 64, heads = 4, keys = 2, head = 32, hidden = 96, shared = 160;
  constexpr uint32_t values = 4, groups = 2, state = 16, taps = 4, layers = 4, period = 3;
  DecoderFile file(what.architecture);
  file.size("embedding_length", embedding).size("feed_forward_length", hidden);
  file.size("block_count", layers + what.predicts_ahead);
  if (what.predicts_ahead) file.size("nextn_predict_layers", 1);
  file.size("attention.head_count", heads).size("attention.head_count_kv", keys);
  file.size("attention.key_length", head).size("attention.value_length", head);
  file.number("attention.layer_norm_rms_epsilon", 1e-6f).number("rope.freq_base", 10000000);
  file.size("rope.dimension_count", 8).sizes("rope.dimension_sections", {11, 11, 10, 0});
  file.size("full_attention_interval", period).size("ssm.conv_kernel", taps).size("ssm.state_size", state);
  file.size("ssm.group_count", groups).size("ssm.time_step_rank", values).size("ssm.inner_size", values * state);
  if (what.experts > 0) {
    file.size("expert_count", what.experts).size("expert_used_count", 2);
    file.size("expert_feed_forward_length", hidden).size("expert_shared_feed_forward_length", shared);
  }
  file.tensor("token_embd.weight", {embedding, DecoderFile::vocabulary});
  file.tensor("output_norm.weight", {embedding}).tensor("output.weight", {embedding, DecoderFile::vocabulary});
  for (uint32_t layer = 0; layer < layers + what.predicts_ahead; ++layer) {
    const std::string of = "blk." + std::to_string(layer) + ".";
    file.tensor(of + "attn_norm.weight", {embedding}).tensor(of + "post_attention_norm.weight", {embedding});
    if ((layer + 1) % period == 0 || layer == layers) {
      file.tensor(of + "attn_q.weight", {embedding, 2 * heads * head})
          .tensor(of + "attn_k.weight", {embedding, keys * head});
      file.tensor(of + "attn_v.weight", {embedding, keys * head})
          .tensor(of + "attn_output.weight", {heads * head, embedding});
      file.tensor(of + "attn_q_norm.weight", {head}).tensor(of + "attn_k_norm.weight", {head});
    } else {
      const uint64_t convolved = (2 * groups + values) * state;
      file.tensor(of + "attn_qkv.weight", {embedding, convolved})
          .tensor(of + "attn_gate.weight", {embedding, values * state});
      file.tensor(of + "ssm_conv1d.weight", {taps, convolved}, 4).tensor(of + "ssm_dt.bias", {values}, 8);
      file.magnitudes(of + "ssm_a", {values}, -4);
      if (what.together) {
        file.tensor(of + "ssm_ba.weight", {embedding, 2 * values});
      } else {
        file.tensor(of + "ssm_beta.weight", {embedding, values}).tensor(of + "ssm_alpha.weight", {embedding, values});
      }
      file.tensor(of + "ssm_norm.weight", {state}).tensor(of + "ssm_out.weight", {values * state, embedding});
    }
    if (layer == layers) {
      file.tensor(of + "nextn.eh_proj.weight", {2 * embedding, embedding})
          .tensor(of + "nextn.enorm.weight", {embedding});
      file.tensor(of + "nextn.hnorm.weight", {embedding}).tensor(of + "nextn.shared_head_norm.weight", {embedding});
    }
    if (what.experts > 0) {
      file.tensor(of + "ffn_gate_inp.weight", {embedding, what.experts});
      file.tensor(of + "ffn_gate_exps.weight", {embedding, hidden, what.experts});
      file.tensor(of + "ffn_up_exps.weight", {embedding, hidden, what.experts});
      file.tensor(of + "ffn_down_exps.weight", {hidden, embedding, what.experts});
      file.tensor(of + "ffn_gate_inp_shexp.weight", {embedding});
      file.tensor(of + "ffn_gate_shexp.weight", {embedding, shared})
          .tensor(of + "ffn_up_shexp.weight", {embedding, shared});
      file.tensor(of + "ffn_down_shexp.weight", {shared, embedding});
    } else {
      file.tensor(of + "ffn_gate.weight", {embedding, hidden}).tensor(of + "ffn_up.weight", {embedding, hidden});
      file.tensor(of + "ffn_down.weight", {hidden, embedding});
    }
  }
  return file.files();
}

inline std::vector<NetworkCase> delta_net_files() {
  std::vector<NetworkCase> cases;
  for (const DeltaNetDecoder& one : {DeltaNetDecoder{.architecture = "qwen35", .predicts_ahead = true},
                                     DeltaNetDecoder{.architecture = "qwen35moe", .experts = 4},
                                     DeltaNetDecoder{.architecture = "qwen3next", .experts = 4, .together = true}})
    cases.push_back({one.architecture, delta_net_file(one)});
  return cases;
}

}  // namespace nibble::network
