#include "architecture/image_models.h"

#include <algorithm>

namespace nibble {
namespace {

constexpr NameSet qwen_image[] = {
    {{"time_text_embed.timestep_embedder.linear_2.weight", "transformer_blocks.0.attn.norm_added_q.weight",
      "transformer_blocks.0.img_mlp.net.0.proj.weight"}}};
/// The first of each pair is the other layout.
constexpr NameSet flux[] = {{{"transformer_blocks.0.attn.norm_added_k.weight"}},
                            {{"double_blocks.0.img_attn.proj.weight"}}};
constexpr NameSet sd3[] = {{{"transformer_blocks.0.attn.add_q_proj.weight"}},
                           {{"joint_blocks.0.x_block.attn.qkv.weight"}}};
constexpr NameSet aura[] = {{{"double_layers.3.modX.1.weight"}},
                            {{"joint_transformer_blocks.3.ff_context.out_projection.weight"}}};
constexpr NameSet hidream[] = {
    {{"caption_projection.0.linear.weight", "double_stream_blocks.0.block.ff_i.shared_experts.w3.weight"}}};
constexpr NameSet cosmos[] = {{{"blocks.0.mlp.layer1.weight", "blocks.0.adaln_modulation_cross_attn.1.weight"}}};
constexpr NameSet ltxv[] = {{{"adaln_single.emb.timestep_embedder.linear_2.weight",
                              "transformer_blocks.27.scale_shift_table", "caption_projection.linear_2.weight"}}};
constexpr NameSet hyvid[] = {
    {{"double_blocks.0.img_attn_proj.weight", "txt_in.individual_token_refiner.blocks.1.self_attn_qkv.weight"}}};
constexpr NameSet wan[] = {{{"blocks.0.self_attn.norm_q.weight", "text_embedding.2.weight", "head.modulation"}}};
constexpr NameSet sdxl[] = {{{"down_blocks.0.downsamplers.0.conv.weight", "add_embedding.linear_1.weight"}},
                            {{"input_blocks.3.0.op.weight", "input_blocks.6.0.op.weight",
                              "output_blocks.2.2.conv.weight", "output_blocks.5.2.conv.weight"}},
                            {{"label_emb.0.0.weight"}}};
constexpr NameSet sd1[] = {
    {{"down_blocks.0.downsamplers.0.conv.weight"}},
    {{"input_blocks.3.0.op.weight", "input_blocks.6.0.op.weight", "input_blocks.9.0.op.weight",
      "output_blocks.2.1.conv.weight", "output_blocks.5.2.conv.weight", "output_blocks.8.2.conv.weight"}}};
constexpr NameSet lumina2[] = {{{"cap_embedder.1.weight", "context_refiner.0.attention.qkv.weight"}}};

constexpr std::string_view hidream_precise[] = {".ff_i.gate.weight", "img_emb.emb_pos"};
constexpr std::string_view cosmos_precise[] = {"pos_embedder"}, cosmos_left_out[] = {"_extra_state", "accum_"};
constexpr std::string_view wan_precise[] = {".modulation"};
constexpr std::string_view ltxv_precise[] = {"scale_shift_table"};

/// The order counts: Qwen-Image has names of FLUX and SD3, SDXL those of SD 1.5.
constexpr ImageModel list[] = {
    {"qwen_image", "Qwen-Image", qwen_image},
    {"flux", "FLUX (and Chroma)", flux, "transformer_blocks.0.attn.norm_added_k.weight"},
    {"sd3", "Stable Diffusion 3", sd3, "transformer_blocks.0.attn.add_q_proj.weight"},
    {"aura", "AuraFlow", aura, "joint_transformer_blocks.3.ff_context.out_projection.weight"},
    {"hidream", "HiDream", hidream, {}, hidream_precise},
    {"cosmos", "Cosmos Predict 2", cosmos, {}, cosmos_precise, cosmos_left_out},
    {"ltxv", "LTX-Video", ltxv, {}, ltxv_precise},
    {"hyvid", "HunyuanVideo", hyvid},
    {"wan", "Wan", wan, {}, wan_precise},
    {"sdxl", "Stable Diffusion XL", sdxl, {}, {}, {}, true},
    {"sd1", "Stable Diffusion 1.5", sd1, {}, {}, {}, true},
    {"lumina2", "Lumina 2", lumina2},
};

/// Where a file holds other networks as well.
constexpr std::string_view prefixes_of_some[] = {"model.diffusion_model.", "model."};
constexpr std::string_view prefix_of_all = "net.";

bool is_known_by(const NameSet& set, const std::function<bool(std::string_view)>& has) {
  return std::all_of(std::begin(set.names), std::end(set.names),
                     [&](std::string_view name) { return name.empty() || has(name); });
}

}  // namespace

std::span<const ImageModel> image_models() { return list; }

const ImageModel* find_image_model(const std::function<bool(std::string_view)>& has) {
  for (const ImageModel& model : list) {
    if (std::any_of(model.known_by.begin(), model.known_by.end(),
                    [&](const NameSet& set) { return is_known_by(set, has); })) {
      return &model;
    }
  }
  return nullptr;
}

std::string_view image_model_prefix(std::span<const std::string> names) {
  for (const std::string_view prefix : prefixes_of_some) {
    if (std::any_of(names.begin(), names.end(), [&](const auto& name) { return name.starts_with(prefix); })) {
      return prefix;
    }
  }
  const bool wrapped =
      std::all_of(names.begin(), names.end(), [](const std::string& name) { return name.starts_with(prefix_of_all); });
  return wrapped && !names.empty() ? prefix_of_all : std::string_view();
}

}  // namespace nibble
