#include "recipe/image_mix.h"

#include <algorithm>

#include "recipe/mix_rules.h"

namespace nibble {
namespace {

using namespace mix_rules;
using Parts = std::span<const std::string_view>;

constexpr std::string_view flux[] = {
    "txt_in.", "img_in.", "time_in.", "vector_in.", "guidance_in.", "final_layer.", "distilled_guidance_layer."};
constexpr std::string_view stable_diffusion[] = {"class_embedding.", "time_embedding.", "add_embedding.", "time_embed.",
                                                 "label_emb.",       "conv_in.",        "conv_out."};
constexpr std::string_view stable_diffusion_names[] = {"input_blocks.0.0.weight", "out.2.weight"};
constexpr std::string_view sd3[] = {"final_layer.", "time_text_embed.", "context_embedder.",
                                    "t_embedder.",  "y_embedder.",      "x_embedder."};
constexpr std::string_view sd3_names[] = {"proj_out.weight", "pos_embed"};
constexpr std::string_view aura[] = {"t_embedder.", "init_x_linear."};
constexpr std::string_view aura_names[] = {"modF.1.weight", "cond_seq_linear.weight", "final_linear.weight",
                                           "positional_encoding", "register_tokens"};
constexpr std::string_view ltxv[] = {"adaln_single.", "caption_projection.", "patchify_proj.", "proj_out.",
                                     "scale_shift_table"};
constexpr std::string_view hyvid[] = {"txt_in.", "img_in.", "time_in.", "vector_in.", "guidance_in.", "final_layer."};
constexpr std::string_view wan[] = {
    "modulation.", "patch_embedding.", "text_embedding.", "time_projection.", "time_embedding.", "img_emb.", "head."};
constexpr std::string_view hidream[] = {"p_embedder.",  "t_embedder.",       "x_embedder.",
                                        "final_layer.", ".ff_i.gate.weight", "caption_projection."};
constexpr std::string_view cosmos[] = {"p_embedder.", "t_embedder.",   "t_embedding_norm.",
                                       "x_embedder.", "pos_embedder.", "final_layer."};
constexpr std::string_view lumina2[] = {"t_embedder.",   "x_embedder.",      "final_layer.",
                                        "cap_embedder.", "context_refiner.", "noise_refiner."};
/// The patch does not know this one: what leads in and out, as in the others.
constexpr std::string_view qwen_image[] = {"time_text_embed.", "txt_in.", "img_in.", "norm_out.", "proj_out."};

constexpr ImageRules list[] = {
    {"flux", flux, {}},
    {"sd1", stable_diffusion, stable_diffusion_names},
    {"sdxl", stable_diffusion, stable_diffusion_names},
    {"sd3", sd3, sd3_names},
    {"aura", aura, aura_names},
    {"ltxv", ltxv, {}},
    {"hyvid", hyvid, {}},
    {"wan", wan, {}},
    {"hidream", hidream, {}},
    {"cosmos", cosmos, {}},
    {"lumina2", lumina2, {}},
    {"qwen_image", qwen_image, {}},
};

constexpr std::string_view values[] = {"attn_v.weight",    ".to_v.weight",     ".v.weight",
                                       ".attn.w1v.weight", ".attn.w2v.weight", "_attn.v_proj.weight"};
constexpr std::string_view fused[] = {"attn_qkv.weight", "attn.qkv.weight", "attention.qkv.weight"};
constexpr std::string_view down[] = {"ffn_down",
                                     ".ffn.2.weight",
                                     ".ff.net.2.weight",
                                     ".mlp.layer2.weight",
                                     ".adaln_modulation_mlp.2.weight",
                                     ".feed_forward.w2.weight"};
constexpr std::string_view of_experts = "experts.", down_of_expert = ".w2.weight";

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
bool contains_any(std::string_view text, Parts parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return contains(text, part); });
}

bool always(const Mix::Situation&) { return true; }
bool first_two(const Mix::Situation& s) { return s.index < 2; }
bool first_four(const Mix::Situation& s) { return s.index < 4; }

constexpr std::string_view values_matter = "Value projections suffer most from few bits, so they get more.";
constexpr std::string_view first_values = "The first value projections get more bits.";
constexpr std::string_view fused_matter = "Queries, keys and values in one matrix get more bits than the default.";
constexpr std::string_view down_matters = "The second matrix of feed-forward networks gets more bits than the default.";

constexpr MixRule value_mix[] = {
    {Q2_K, always, Type::q3_K, values_matter},
    {Q3_K_M, first_two, Type::q5_K, first_values},
    {Q3_K_M, always, Type::q4_K, values_matter},
    {Q3_K_L, always, Type::q5_K, values_matter},
    {Q4_K_M | Q5_K_M, always, Type::q6_K, values_matter},
    {Q4_K_S, first_four, Type::q5_K, first_values},
};
constexpr MixRule fused_mix[] = {
    {Q3_K_M | Q3_K_L, always, Type::q4_K, fused_matter},
    {Q4_K_M, always, Type::q5_K, fused_matter},
    {Q5_K_M, always, Type::q6_K, fused_matter},
};
constexpr MixRule down_mix[] = {
    {Q3_K_M, always, Type::q4_K, down_matters},
    {Q3_K_L | Q4_K_S, always, Type::q5_K, down_matters},
    {Q4_K_M | Q5_K_M, always, Type::q6_K, down_matters},
    {Q4_0, always, Type::q4_1, down_matters},
    {Q5_0, always, Type::q5_1, down_matters},
};

}  // namespace

const ImageRules* find_image_rules(std::string_view architecture) {
  const auto found = std::find_if(std::begin(list), std::end(list),
                                  [&](const ImageRules& rules) { return rules.architecture == architecture; });
  return found == std::end(list) ? nullptr : found;
}

std::string_view reason_to_keep(const ImageRules& rules, const RecipeTensor& tensor) {
  if (tensor.shape.size() != 2) return "Of networks for images, matrices alone are quantized.";
  const bool named = std::find(rules.names.begin(), rules.names.end(), tensor.name) != rules.names.end();
  if (!named && !contains_any(tensor.name, rules.parts)) return {};
  return "What leads into a network for images and out of it keeps its type.";
}

Choice ImageMix::choose(std::string_view tensor) {
  const Choice otherwise{file_type_.default_type, display_name(file_type_.default_type) + " is the default of " +
                                                      std::string(file_type_.name) + "."};
  Mix::Situation situation;
  if (contains_any(tensor, values)) {
    situation.index = values_seen_++;
    return first_match(value_mix, file_type_, situation, otherwise);
  }
  if (contains_any(tensor, fused)) return first_match(fused_mix, file_type_, situation, otherwise);
  const bool is_down = contains_any(tensor, down) || (contains(tensor, of_experts) && contains(tensor, down_of_expert));
  return is_down ? first_match(down_mix, file_type_, situation, otherwise) : otherwise;
}

}  // namespace nibble
