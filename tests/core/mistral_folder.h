#pragma once
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "converted.h"

/// The same weights in Mistral's own layout, made of a folder in Hugging Face's: slowly, by what is published of both.
namespace nibble {

class MistralFolder {
 public:
  /// `heads`: of queries and of keys.
  MistralFolder(const std::vector<uint8_t>& safetensors, uint64_t heads, uint64_t key_heads)
      : heads_(heads), key_heads_(key_heads) {
    uint64_t length;
    std::memcpy(&length, safetensors.data(), sizeof length);
    const auto header = nlohmann::ordered_json::parse(safetensors.begin() + 8,
                                                      safetensors.begin() + 8 + static_cast<std::ptrdiff_t>(length));
    const uint8_t* data = safetensors.data() + 8 + length;
    for (const auto& [name, info] : header.items()) {
      if (name == "__metadata__") continue;
      const uint64_t begin = info["data_offsets"][0], end = info["data_offsets"][1];
      add(name, info, {data + begin, data + end});
    }
  }

  std::vector<uint8_t> safetensors() const {
    const std::string text = header_.dump();
    std::vector<uint8_t> file(8);
    const uint64_t length = text.size();
    std::memcpy(file.data(), &length, sizeof length);
    file.insert(file.end(), text.begin(), text.end());
    file.insert(file.end(), data_.begin(), data_.end());
    return file;
  }

  static std::string own_name(std::string name) {
    const std::pair<const char*, const char*> parts[] = {
        {"language_model.", ""},
        {"model.embed_tokens.", "tok_embeddings."},
        {"lm_head.", "output."},
        {"model.norm.", "norm."},
        {"model.layers.", "layers."},
        {"input_layernorm", "attention_norm"},
        {"post_attention_layernorm", "ffn_norm"},
        {"self_attn.q_proj", "attention.wq"},
        {"self_attn.k_proj", "attention.wk"},
        {"self_attn.v_proj", "attention.wv"},
        {"self_attn.o_proj", "attention.wo"},
        {"mlp.gate_proj", "feed_forward.w1"},
        {"mlp.down_proj", "feed_forward.w2"},
        {"mlp.up_proj", "feed_forward.w3"},
        {"block_sparse_moe", "feed_forward"},
        {"weight_scale_inv", "qscale_weight"},
        {"activation_scale", "qscale_act"},
        {"vision_tower.", "vision_encoder."},
        {"multi_modal_projector.", "vision_language_adapter."},
    };
    for (const auto& [from, to] : parts) {
      const size_t at = name.find(from);
      if (at != std::string::npos) name.replace(at, std::strlen(from), to);
    }
    return name;
  }

 private:
  void add(const std::string& name, nlohmann::ordered_json info, std::vector<uint8_t> bytes) {
    if (name.ends_with("q_proj.weight")) bytes = rows_in_own_order(bytes, info["shape"][0], heads_);
    if (name.ends_with("k_proj.weight")) bytes = rows_in_own_order(bytes, info["shape"][0], key_heads_);
    const size_t begin = data_.size();
    data_.insert(data_.end(), bytes.begin(), bytes.end());
    info["data_offsets"] = {begin, data_.size()};
    header_[own_name(name)] = info;
  }

  /// Rotary embedding turns rows 2i and 2i + 1 of a head together; Hugging Face has them half a head apart.
  static std::vector<uint8_t> rows_in_own_order(const std::vector<uint8_t>& bytes, uint64_t rows, uint64_t heads) {
    const uint64_t row = bytes.size() / rows, head = rows / heads;
    std::vector<uint8_t> moved(bytes.size());
    for (uint64_t h = 0; h < heads; ++h) {
      for (uint64_t i = 0; i < head / 2; ++i) {
        for (uint64_t part = 0; part < 2; ++part) {
          std::memcpy(moved.data() + (h * head + 2 * i + part) * row,
                      bytes.data() + (h * head + part * head / 2 + i) * row, row);
        }
      }
    }
    return moved;
  }

  uint64_t heads_, key_heads_;
  nlohmann::ordered_json header_;
  std::vector<uint8_t> data_;
};

}  // namespace nibble
