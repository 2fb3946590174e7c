#include <algorithm>

#include "architecture/layers.h"
#include "architecture/projectors.h"
#include "container/text.h"
#include "error.h"
#include "json/parse.h"

/// The image encoder of Pixtral, Mistral Small 3 and Ministral 3, whose queries and keys are rotated as Llama's are.
/// The file has one row of the token embedding too: the token that ends a line of the image.
namespace nibble::architecture {
namespace {

using enum Size;

constexpr std::string_view names[] = {"LlavaForConditionalGeneration", "Mistral3ForConditionalGeneration"};
constexpr ConfigDefault defaults[] = {{"layer_norm_eps", 1e-5}};

constexpr TensorRule globals[] = {
    {"vision_tower.patch_conv.weight", "v.patch_embd.weight", any, any},
    {"vision_tower.ln_pre.weight", "v.pre_ln.weight", embedding},
    {"multi_modal_projector.linear_1.weight", "mm.1.weight", any, any},
    optional({"multi_modal_projector.linear_1.bias", "mm.1.bias", any}),
    {"multi_modal_projector.linear_2.weight", "mm.2.weight", any, any},
    optional({"multi_modal_projector.linear_2.bias", "mm.2.bias", any}),
    optional({"multi_modal_projector.norm.weight", "mm.input_norm.weight", any}),
    optional({"multi_modal_projector.patch_merger.merging_layer.weight", "mm.patch_merger.weight", any, any}),
};
constexpr TensorRule layer[] = {
    {"attention_norm.weight", "ln1.weight", embedding},
    {"ffn_norm.weight", "ln2.weight", embedding},
    {"attention.q_proj.weight", "attn_q.weight", embedding, queries, Need::always, Rows::query_heads},
    {"attention.k_proj.weight", "attn_k.weight", embedding, queries, Need::always, Rows::query_heads},
    {"attention.v_proj.weight", "attn_v.weight", embedding, queries},
    {"attention.o_proj.weight", "attn_out.weight", queries, embedding},
    {"feed_forward.gate_proj.weight", "ffn_gate.weight", embedding, feed_forward},
    {"feed_forward.up_proj.weight", "ffn_up.weight", embedding, feed_forward},
    {"feed_forward.down_proj.weight", "ffn_down.weight", feed_forward, embedding},
};
constexpr Stack stacks[] = {{"vision_tower.transformer.layers.#.", "v.blk.#.", layer}};

constexpr std::string_view line_break = "[IMG_BREAK]";

/// The number of a token, by what the tokenizer's files say; nothing where they do not.
std::optional<uint64_t> token_number(std::string_view tokenizer_config, std::string_view tokenizer_json) {
  const Json config = parse_json_or_null(tokenizer_config), tokenizer = parse_json_or_null(tokenizer_json);
  if (const Json* added = config.find("added_tokens_decoder")) {
    for (const JsonMember& one : added->members()) {
      const Json* content = one.value.find("content");
      if (content && content->is(line_break)) return std::stoull(one.name);
    }
  }
  if (const Json* added = tokenizer.find("added_tokens")) {
    for (const Json& one : added->elements()) {
      const Json *content = one.find("content"), *id = one.find("id");
      if (content && content->is(line_break) && id && id->is_unsigned()) return id->get<uint64_t>();
    }
  }
  return {};
}

void add_line_break(const Projection& projection) {
  const auto number = token_number(projection.files.tokenizer_config, projection.files.tokenizer_json);
  if (!number) {
    throw Error(
        "The token \"[IMG_BREAK]\" is not in the tokenizer's files. Choose the whole folder, with its "
        "tokenizer_config.json or tokenizer.json.");
  }
  if (*number == 0) return;
  const auto found = std::find_if(projection.names.begin(), projection.names.end(),
                                  [](const std::string& name) { return name.ends_with("embed_tokens.weight"); });
  const auto index = static_cast<uint32_t>(found - projection.names.begin());
  if (found == projection.names.end() || projection.tensors[index].shape.size() != 2 ||
      *number >= projection.tensors[index].shape[1]) {
    throw Error(
        "The files have no row of the token embedding for the token \"[IMG_BREAK]\". Choose all of the model's "
        "files.");
  }
  const uint64_t width = projection.tensors[index].shape[0];
  ConvertedTensor tensor;
  tensor.name = "v.token_embd.img_break";
  tensor.shape = {width};
  tensor.type = Type::f32;
  tensor.sources = {index};
  tensor.parts.push_back({index, *number * width, {{width, 1}}, {}});
  projection.vision.model.tensors.push_back(std::move(tensor));
}

void finish(const Projection& projection) {
  const Conversion& vision = projection.vision;
  vision.set_f32("vision.attention.layer_norm_epsilon", vision.config.number("layer_norm_eps").value_or(1e-5));
  const std::string activation = vision.config.text("hidden_act").value_or("gelu");
  if (activation != "silu" && activation != "gelu") {
    throw Error("The image encoder has the activation " + in_quotes(activation) + ", which llama.cpp does not have.");
  }
  vision.set_bool(activation == "silu" ? "use_silu" : "use_gelu", true);
  if (const auto merged = projection.model.whole("spatial_merge_size")) {
    vision.set_u32("vision.spatial_merge_size", *merged);
  }
  add_line_break(projection);
}

bool suits(const HuggingFaceConfig& vision) { return vision.text("model_type").value_or("") == "pixtral"; }

}  // namespace

const Projector pixtral_projector = {{.architecture = "clip",
                                      .title = "the image encoder of Pixtral",
                                      .hugging_face = names,
                                      .defaults = defaults,
                                      .globals = globals,
                                      .left_out = text_parts,
                                      .stacks = stacks,
                                      .rope = false,
                                      .common = vision_parameters},
                                     "pixtral",
                                     finish,
                                     suits};

}  // namespace nibble::architecture
