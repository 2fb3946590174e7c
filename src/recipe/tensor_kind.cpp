#include "recipe/tensor_kind.h"

#include <algorithm>
#include <charconv>

namespace nibble {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct NamePart {
  std::string_view part;
  Category category;
};

/// In order: the first part found in the name decides.
constexpr NamePart name_parts[] = {
    {"attn_qkv.weight", Category::qkv}, {"attn_kv_b.weight", Category::kv_b},
    {"attn_v.weight", Category::value}, {"attn_k.weight", Category::key},
    {"attn_q.weight", Category::query}, {"attn_output.weight", Category::attention_output},
    {"ffn_up", Category::up},           {"ffn_gate", Category::gate},
    {"ffn_down", Category::down},
};

struct Kept {
  std::string_view part;
  std::string_view reason;
};

constexpr std::string_view norm = "Normalization weights keep their type.";
constexpr std::string_view router = "The weights that choose experts keep their type.";
constexpr std::string_view small_mixers = "Small matrices that mix whole layers keep their type.";
constexpr std::string_view convolution = "Short convolutions keep their type.";
constexpr std::string_view indexer = "The weights that choose which positions to attend to keep their type.";
constexpr std::string_view time_mix = "The small time-mixing matrices keep their type.";
constexpr std::string_view position = "Position tables keep their type.";
constexpr std::string_view vision = "These parts of an image encoder keep their type.";
constexpr std::string_view audio = "Audio codebooks keep their type.";

constexpr Kept kept_parts[] = {
    {"_norm.weight", norm},
    {"ffn_gate_inp.weight", router},
    {"ffn_gate_tid2eid.weight", router},
    {"altup", small_mixers},
    {"laurel", small_mixers},
    {"per_layer_model_proj", small_mixers},
    {"ssm_conv1d", convolution},
    {"shortconv.conv.weight", convolution},
    {"indexer.k_proj.weight", indexer},
    {"indexer.q_proj.weight", indexer},
    {"time_mix_first.weight", time_mix},
    {"time_mix_w0.weight", time_mix},
    {"time_mix_w1.weight", time_mix},
    {"time_mix_w2.weight", time_mix},
    {"time_mix_v0.weight", time_mix},
    {"time_mix_v1.weight", time_mix},
    {"time_mix_v2.weight", time_mix},
    {"time_mix_a0.weight", time_mix},
    {"time_mix_a1.weight", time_mix},
    {"time_mix_a2.weight", time_mix},
    {"time_mix_g1.weight", time_mix},
    {"time_mix_g2.weight", time_mix},
    {"time_mix_decay_w1.weight", time_mix},
    {"time_mix_decay_w2.weight", time_mix},
    {"time_mix_lerp_fused.weight", time_mix},
    {"attn_rel_b.weight", position},
    {".position_embd", position},
    {"sam.pos_embd", position},
    {"sam.neck.", vision},
    {"sam.net_", vision},
    {".rel_pos", position},
    {".patch_embd", vision},
    {".patch_merger", vision},
    {"a.rvq.codebook", audio},
    {"mm.a.code_embd", audio},
};

constexpr Kept kept_names[] = {
    {"position_embd.weight", position},
    {"token_types.weight", "The token type table keeps its type."},
};

/// llama-quantize compares the position of the last "weight" with length - 6 in unsigned arithmetic, so that "not
/// found" (-1) equals the -1 of a name of five characters. Such names pass here too.
bool counts_as_weight(std::string_view name) { return name.rfind("weight") == name.size() - 6; }

/// The words for categories that charts and tables tell apart; all others are named after norms, or nothing.
struct Role {
  Category category;
  std::string_view word;
};
constexpr Role roles[] = {
    {Category::output, "output"}, {Category::token_embedding, "token_embd"},
    {Category::qkv, "qkv"},       {Category::value, "v"},
    {Category::key, "k"},         {Category::query, "q"},
    {Category::up, "up"},         {Category::attention_output, "o"},
    {Category::gate, "gate"},     {Category::down, "down"},
};
constexpr std::string_view norm_role = "norm", other_role = "other";

}  // namespace

Category category_of(std::string_view name) {
  if (name == "output.weight") return Category::output;
  if (name == "token_embd.weight" || name == "per_layer_token_embd.weight") return Category::token_embedding;
  for (const NamePart& entry : name_parts) {
    if (contains(name, entry.part)) return entry.category;
  }
  return Category::other;
}

std::string_view role_name(std::string_view name) {
  const Category category = category_of(name);
  for (const Role& role : roles) {
    if (role.category == category) return role.word;
  }
  return name.find("norm") != std::string_view::npos ? norm_role : other_role;
}

bool is_role(std::string_view word) {
  const auto is_it = [&](const Role& role) { return role.word == word; };
  return word == norm_role || word == other_role || std::any_of(std::begin(roles), std::end(roles), is_it);
}

std::optional<uint64_t> block_number(std::string_view name) {
  constexpr std::string_view prefix = "blk.";
  if (name.substr(0, prefix.size()) != prefix) return std::nullopt;
  uint64_t number = 0;
  const auto parsed = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  if (parsed.ec != std::errc()) return std::nullopt;
  return number;
}

std::string_view reason_to_keep(std::string_view name) {
  if (!counts_as_weight(name)) return "Only tensors whose name ends in \"weight\" are quantized.";
  for (const Kept& entry : kept_parts) {
    if (contains(name, entry.part)) return entry.reason;
  }
  for (const Kept& entry : kept_names) {
    if (name == entry.part) return entry.reason;
  }
  return {};
}

}  // namespace nibble
