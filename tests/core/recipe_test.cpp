#include "recipe/recipe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "error.h"
#include "recipe/tensor_kind.h"
#include "reference/recipe_reference.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using reference::Model;
using reference::Outcome;
using reference::Request;

/// What a synthetic model looks like; the tensors follow from it, in output order.
struct Shape {
  std::string arch = "llama";
  int64_t layers = 8, nextn = 0, experts = 0, heads = 8, heads_kv = 8;
  bool tied = false, fused = false, factored = false, shared_expert = false, values_only = false;
  int64_t width = 512, hidden = 1024;
  std::string source = "f16";
};

Model make_model(const Shape& shape) {
  Model model{shape.arch, shape.layers, shape.nextn, shape.experts, shape.heads, shape.heads_kv, {}};
  auto& all = model.tensors;
  auto add = [&](const std::string& name, std::vector<int64_t> ne, const std::string& type) {
    all.push_back({name, ne, type});
  };
  const int64_t w = shape.width, h = shape.hidden, kv = w * shape.heads_kv / std::max<int64_t>(1, shape.heads);
  add("extra", {w, 64}, shape.source);  // five characters: passes as a weight
  if (!shape.tied) add("output.weight", {w, 1000}, shape.source);
  add("output_norm.weight", {w}, "f32");
  add("per_layer_token_embd.weight", {w, 100}, shape.source);
  add("position_embd.weight", {w, 128}, shape.source);
  add("rope_freqs.weight", {64}, "f32");
  add("token_embd.weight", {w, 1000}, shape.source);
  add("v.patch_embd.weight", {w, 64}, shape.source);
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    const std::string p = "blk." + std::to_string(layer) + ".";
    if (shape.values_only) {
      add(p + "attn_v.weight", {w, kv}, shape.source);
      continue;
    }
    if (shape.factored) add(p + "attn_kv_b.weight", {w, kv}, shape.source);
    add(p + "attn_norm.weight", {w}, "f32");
    add(p + "attn_output.weight", {w, w}, shape.source);
    if (shape.fused) {
      add(p + "attn_qkv.weight", {w, w + 2 * kv}, shape.source);
    } else {
      add(p + "attn_k.weight", {w, kv}, shape.source);
      add(p + "attn_q.bias", {w}, "f32");
      add(p + "attn_q.weight", {w, w}, shape.source);
      if (!shape.factored) add(p + "attn_v.weight", {w, kv}, shape.source);
    }
    if (shape.experts > 0) {
      add(p + "ffn_down_exps.weight", {h, w, shape.experts}, shape.source);
      if (shape.shared_expert) add(p + "ffn_down_shexp.weight", {h, w}, shape.source);
      add(p + "ffn_gate_exps.weight", {w, h, shape.experts}, shape.source);
      add(p + "ffn_gate_inp.weight", {w, shape.experts}, "f32");
      add(p + "ffn_up_exps.weight", {w, h, shape.experts}, shape.source);
    } else {
      add(p + "ffn_down.weight", {h, w}, shape.source);
      add(p + "ffn_gate.weight", {w, h}, shape.source);
      add(p + "ffn_up.weight", {w, h}, shape.source);
    }
    add(p + "ssm_out.weight", {w, w}, shape.source);
  }
  return model;
}

ModelFacts facts_of(const Model& model) {
  ModelFacts facts;
  facts.architecture = model.arch;
  facts.block_count = model.block_count;
  facts.nextn_layers = model.nextn;
  facts.expert_count = model.experts;
  facts.head_count = {static_cast<uint32_t>(model.head_count)};
  facts.head_count_kv = {static_cast<uint32_t>(model.head_count_kv)};
  return facts;
}

Type type_named(const std::string& name) { return find_format(std::string_view(name))->type; }

std::vector<RecipeTensor> tensors_of(const Model& model) {
  std::vector<RecipeTensor> tensors;
  for (const auto& tensor : model.tensors) {
    RecipeTensor& added =
        tensors.emplace_back(RecipeTensor{tensor.name, {tensor.ne.begin(), tensor.ne.end()}, type_named(tensor.type)});
    while (added.shape.size() > 1 && added.shape.back() == 1) added.shape.pop_back();
  }
  return tensors;
}

RecipeOptions options_of(const Request& request) {
  RecipeOptions options;
  options.file_type = find_file_type(request.ftype);
  options.pure = request.pure;
  options.leave_output_tensor = request.leave_output_tensor;
  options.have_importance = request.imatrix;
  if (!request.output_type.empty()) options.output_type = type_named(request.output_type);
  if (!request.token_embedding_type.empty()) options.token_embedding_type = type_named(request.token_embedding_type);
  for (const auto& [part, type] : request.patterns) options.rules.push_back({part, type_named(type)});
  return options;
}

/// Compares every decision with the reference; the number of decisions compared.
size_t compare(const Model& model, const Request& request, const std::string& what) {
  const Outcome expected = choose_types(model, request);
  if (expected.imatrix_missing) {
    EXPECT_THROW(decide(facts_of(model), tensors_of(model), options_of(request)), Error) << what;
    return 0;
  }
  const std::vector<Decision> decisions = decide(facts_of(model), tensors_of(model), options_of(request));
  EXPECT_EQ(decisions.size(), expected.types.size());
  for (size_t t = 0; t < decisions.size(); ++t) {
    const std::string here = what + ", " + model.tensors[t].name;
    EXPECT_EQ(format_of(decisions[t].type).name, expected.types[t]) << here << ": " << decisions[t].reason;
    EXPECT_EQ(decisions[t].quantizable, expected.quantizable[t]) << here;
    EXPECT_FALSE(decisions[t].reason.empty()) << here;
    EXPECT_EQ(decisions[t].reason.back(), '.') << here;
    EXPECT_NE(decisions[t].wanted, decisions[t].type) << here;
  }
  return decisions.size();
}

std::vector<std::pair<std::string, Shape>> family() {
  std::vector<std::pair<std::string, Shape>> shapes;
  auto add = [&](const std::string& what, auto&& change) {
    Shape shape;
    change(shape);
    shapes.push_back({what, shape});
  };
  for (int64_t layers : {1, 2, 3, 7, 8, 9, 15, 16, 17, 22, 24, 31, 32, 40, 48, 64, 79, 80}) {
    add("layers " + std::to_string(layers), [=](Shape& s) { s.layers = layers; });
  }
  for (int64_t kv : {8, 4, 2, 1}) {
    add("value heads " + std::to_string(kv), [=](Shape& s) {
      s.heads_kv = kv;
      s.layers = 24;
    });
  }
  for (int64_t experts : {1, 2, 4, 8, 16}) {
    for (int64_t kv : {8, 2}) {
      add("experts " + std::to_string(experts) + ", value heads " + std::to_string(kv), [=](Shape& s) {
        s.experts = experts;
        s.heads_kv = kv;
        s.layers = 32;
      });
    }
    add("shared expert beside " + std::to_string(experts), [=](Shape& s) {
      s.experts = experts;
      s.shared_expert = true;
      s.layers = 17;
    });
  }
  for (const char* arch : {"llama", "llama-embed", "qwen2", "deci", "olmo", "qwen3", "unheard-of"}) {
    for (int64_t nextn : {0, 1}) {
      for (int64_t kv : {8, 1}) {
        for (int64_t experts : {0, 8}) {
          add(std::string(arch) + " of 80 layers, " + std::to_string(nextn) + " more, value heads " +
                  std::to_string(kv) + ", experts " + std::to_string(experts),
              [=](Shape& s) {
                s.arch = arch;
                s.layers = 80 + nextn;
                s.nextn = nextn;
                s.heads_kv = kv;
                s.experts = experts;
                s.values_only = true;
              });
        }
      }
    }
  }
  add("jais2 of 68 layers", [](Shape& s) {
    s.arch = "jais2";
    s.layers = 68;
  });
  for (int64_t layers : {8, 32, 60}) {
    add("falcon", [=](Shape& s) {
      s.arch = "falcon";
      s.layers = layers;
      s.fused = true;
      s.heads_kv = 1;
    });
    add("falcon, tied", [=](Shape& s) {
      s.arch = "falcon";
      s.layers = layers;
      s.tied = true;
    });
  }
  add("bailingmoe3", [](Shape& s) {
    s.arch = "bailingmoe3";
    s.experts = 4;
    s.factored = true;
  });
  add("tied", [](Shape& s) {
    s.tied = true;
    s.layers = 28;
    s.heads_kv = 2;
  });
  add("fused", [](Shape& s) {
    s.fused = true;
    s.layers = 36;
  });
  add("factored", [](Shape& s) {
    s.factored = true;
    s.layers = 27;
    s.heads_kv = 1;
  });
  for (int64_t width : {32, 64, 96, 100, 128, 160, 192, 896, 1000, 1536}) {
    for (bool tied : {false, true}) {
      add("width " + std::to_string(width) + (tied ? ", tied" : ""), [=](Shape& s) {
        s.layers = 3;
        s.width = width;
        s.hidden = 3 * width + 16;
        s.tied = tied;
      });
    }
  }
  add("no value heads", [](Shape& s) { s.heads_kv = 0; });
  return shapes;
}

TEST(Recipe, AgreesWithTheReferenceForEveryFileTypeAndModel) {
  size_t compared = 0;
  for (const auto& [what, shape] : family()) {
    const Model model = make_model(shape);
    for (const FileType& file_type : all_file_types()) {
      if (file_type.copies) continue;
      for (const bool imatrix : {false, true}) {
        Request request;
        request.ftype = file_type.name;
        request.imatrix = imatrix;
        compared +=
            compare(model, request, std::string(file_type.name) + (imatrix ? " with importance, " : ", ") + what);
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(compared, 350'000u);
}

TEST(Recipe, AgreesWithTheReferenceAboutTensorsThatAreKept) {
  Model model{"llama", 8, 0, 0, 8, 8, {}};
  for (const char* name : {"blk.0.attn_q_norm.weight",
                           "blk.0.ffn_gate_inp.weight",
                           "blk.0.ffn_gate_tid2eid.weight",
                           "altup_proj.weight",
                           "blk.0.laurel_l.weight",
                           "per_layer_model_proj.weight",
                           "blk.0.ssm_conv1d.weight",
                           "blk.0.shortconv.conv.weight",
                           "blk.0.indexer.k_proj.weight",
                           "blk.0.indexer.q_proj.weight",
                           "blk.0.indexer.proj.weight",
                           "blk.0.time_mix_first.weight",
                           "blk.0.time_mix_w0.weight",
                           "blk.0.time_mix_w1.weight",
                           "blk.0.time_mix_w2.weight",
                           "blk.0.time_mix_v0.weight",
                           "blk.0.time_mix_v1.weight",
                           "blk.0.time_mix_v2.weight",
                           "blk.0.time_mix_a0.weight",
                           "blk.0.time_mix_a1.weight",
                           "blk.0.time_mix_a2.weight",
                           "blk.0.time_mix_g1.weight",
                           "blk.0.time_mix_g2.weight",
                           "blk.0.time_mix_decay_w1.weight",
                           "blk.0.time_mix_decay_w2.weight",
                           "blk.0.time_mix_lerp_fused.weight",
                           "blk.0.time_mix_key.weight",
                           "blk.0.attn_rel_b.weight",
                           "v.position_embd.weight",
                           "position_embd.weight",
                           "sam.pos_embd.weight",
                           "sam.neck.0.weight",
                           "sam.net_2.weight",
                           "blk.0.rel_pos.weight",
                           "v.patch_embd.weight",
                           "v.patch_merger.weight",
                           "a.rvq.codebook.0.weight",
                           "mm.a.code_embd.weight",
                           "token_types.weight",
                           "xtoken_types.weight",
                           "weight",
                           "gamma",
                           "deltas",
                           "blk.0.attn_q.weight.scale",
                           "blk.0.attn_q.bias"}) {
    model.tensors.push_back({name, {256, 256}, "f16"});
  }
  model.tensors.push_back({"blk.0.column.weight", {256, 1}, "f16"});
  model.tensors.push_back({"blk.0.slab.weight", {256, 1, 2}, "f16"});
  Request request;
  request.ftype = "Q4_K_M";
  EXPECT_GT(compare(model, request, "kept"), 40u);
}

TEST(Recipe, AgreesWithTheReferenceForEveryOption) {
  for (const auto& [what, shape] : family()) {
    if (shape.layers > 3) continue;
    const Model model = make_model(shape);
    for (const FileType& file_type : all_file_types()) {
      if (file_type.copies) continue;
      for (int options = 1; options < 32; ++options) {
        Request request;
        request.ftype = file_type.name;
        request.imatrix = true;
        request.pure = options & 1;
        request.leave_output_tensor = options & 2;
        // Rows of some models do not fit these types, which the original tool meets with an abort: not compared.
        const bool fits = shape.width % 256 == 0;
        if (options & 4) request.output_type = fits ? "q8_0" : "f16";
        if (options & 8) request.token_embedding_type = fits ? "q5_K" : "f32";
        if (options & 16) request.patterns = {{"ffn_down", "q6_K"}, {"ffn_", "iq4_nl"}, {"blk.1.attn", "q4_0"}};
        compare(model, request, std::string(file_type.name) + " options " + std::to_string(options) + ", " + what);
        if (HasFailure()) return;
      }
    }
  }
}

// Literal expectations, worked out by hand.

std::vector<Decision> decide_for(const char* file_type, const Shape& shape, bool importance = false) {
  const Model model = make_model(shape);
  RecipeOptions options;
  options.file_type = find_file_type(file_type);
  options.have_importance = importance;
  return decide(facts_of(model), tensors_of(model), options);
}

/// The types of all tensors whose name contains `part`, one after the other.
std::string types_of(const char* file_type, const Shape& shape, const char* part, bool importance = false) {
  const Model model = make_model(shape);
  const auto decisions = decide_for(file_type, shape, importance);
  std::string types;
  for (size_t t = 0; t < decisions.size(); ++t) {
    if (model.tensors[t].name.find(part) == std::string::npos) continue;
    if (!types.empty()) types += ' ';
    types += format_of(decisions[t].type).name;
  }
  return types;
}

TEST(Recipe, MoreLayersAreTheEndsAndEveryThird) {
  Shape shape;
  shape.layers = 16;  // first eighth 0, 1; last from 14; between, 4, 7, 10, 13
  const std::string expected = "q6_K q6_K q4_K q4_K q6_K q4_K q4_K q6_K q4_K q4_K q6_K q4_K q4_K q6_K q6_K q6_K";
  EXPECT_EQ(types_of("Q4_K_M", shape, "ffn_down"), expected);
  EXPECT_EQ(types_of("Q4_K_M", shape, "attn_v"), expected);
}

TEST(Recipe, OutputLayerAndTokenEmbedding) {
  Shape untied, tied;
  tied.tied = true;
  EXPECT_EQ(types_of("Q4_0", untied, "output.weight"), "q6_K q4_0 q4_0 q4_0 q4_0 q4_0 q4_0 q4_0 q4_0");
  EXPECT_EQ(types_of("Q4_0", untied, "token_embd.weight"), "q4_0 q4_0");
  EXPECT_EQ(types_of("Q4_0", tied, "token_embd.weight"), "q6_K q6_K");
  EXPECT_EQ(types_of("Q8_0", tied, "token_embd.weight"), "q8_0 q8_0");
  EXPECT_EQ(types_of("TQ2_0", untied, "token_embd.weight"), "q4_K q4_K");
  EXPECT_EQ(types_of("IQ1_S", tied, "token_embd.weight", true), "q5_K q5_K");
}

TEST(Recipe, ImportanceRaisesTheFirstDownProjections) {
  Shape shape;
  shape.layers = 16;
  EXPECT_EQ(types_of("Q4_0", shape, "ffn_down", true).substr(0, 14), "q4_1 q4_1 q4_0");
  EXPECT_EQ(types_of("Q4_0", shape, "ffn_down", false).substr(0, 14), "q4_0 q4_0 q4_0");
  EXPECT_EQ(types_of("IQ4_XS", shape, "ffn_down", false).substr(0, 16), "q5_K q5_K iq4_xs");
}

TEST(Recipe, EightExpertsKeepAttentionAtEightBits) {
  Shape shape;
  shape.experts = 8;
  shape.layers = 1;
  EXPECT_EQ(types_of("Q4_K_M", shape, "attn_v"), "q8_0");
  EXPECT_EQ(types_of("Q4_K_M", shape, "attn_k"), "q8_0");
  EXPECT_EQ(types_of("Q4_K_M", shape, "attn_output"), "q5_K");
  EXPECT_EQ(types_of("MXFP4_MOE", shape, "ffn_up"), "mxfp4");
  EXPECT_EQ(types_of("MXFP4_MOE", shape, "attn_q.weight"), "q8_0");
}

TEST(Recipe, SeventyBillionValues) {
  Shape shape;
  shape.layers = 80;
  shape.heads_kv = 1;
  EXPECT_EQ(types_of("Q3_K_S", shape, "attn_v").substr(0, 9), "q5_K q5_K");
  shape.layers = 79;
  EXPECT_EQ(types_of("Q3_K_S", shape, "attn_v").substr(0, 9), "q3_K q3_K");
}

TEST(Recipe, SmallerBlocksWhereRowsAreOdd) {
  Shape shape;
  shape.layers = 1;
  shape.width = 160;
  shape.hidden = 100;
  const Model model = make_model(shape);
  const auto decisions = decide_for("Q4_K_S", shape);
  for (size_t t = 0; t < decisions.size(); ++t) {
    const Decision& decision = decisions[t];
    if (model.tensors[t].name == "blk.0.attn_q.weight") {
      EXPECT_EQ(decision.type, Type::q5_0);
      EXPECT_EQ(decision.wanted, Type::q4_K);
      EXPECT_EQ(decision.reason,
                "Q4_K is the default of Q4_K_S. But rows of 160 weights do not fill whole Q4_K blocks of 256, so it "
                "becomes Q5_0.");
    }
    if (model.tensors[t].name == "blk.0.ffn_down.weight") {
      EXPECT_EQ(decision.type, Type::f16);
      EXPECT_EQ(decision.wanted, Type::q4_K);
    }
  }
}

TEST(Recipe, RowsThatFitNoBlockStayAtHalfPrecision) {
  Shape shape;
  shape.width = 100;
  shape.source = "f32";
  const Model model = make_model(shape);
  const auto decisions = decide_for("Q8_0", shape);
  const auto found = std::find_if(model.tensors.begin(), model.tensors.end(),
                                  [](const auto& tensor) { return tensor.name == "blk.0.attn_q.weight"; });
  const Decision& decision = decisions[static_cast<size_t>(found - model.tensors.begin())];
  EXPECT_EQ(decision.type, Type::f16);
  EXPECT_EQ(decision.wanted, Type::q8_0);
  EXPECT_NE(decision.reason.find("is kept at F16"), std::string::npos) << decision.reason;
}

// Options, and what is refused.

std::vector<Decision> decide_one(const RecipeTensor& tensor, const RecipeOptions& options) {
  return decide(ModelFacts{}, std::span(&tensor, 1), options);
}

std::string decision_sentence(const RecipeTensor& tensor, const RecipeOptions& options) {
  return sentence_of([&] { decide_one(tensor, options); });
}

RecipeOptions asking_for(std::string_view file_type) {
  RecipeOptions options;
  options.file_type = find_file_type(file_type);
  return options;
}

TEST(Recipe, PatternsAreLowerCasedRegularExpressionsSearchedAnywhere) {
  RecipeOptions options = asking_for("Q4_0");
  options.rules = {{"ATTN_[QK]\\.", Type::q8_0}, {"attn", Type::q5_0}};
  EXPECT_EQ(decide_one({"blk.0.attn_k.weight", {256, 256}, Type::f16}, options)[0].type, Type::q8_0);
  EXPECT_EQ(decide_one({"blk.0.attn_v.weight", {256, 256}, Type::f16}, options)[0].type, Type::q5_0);
  EXPECT_EQ(decide_one({"blk.0.ffn_up.weight", {256, 256}, Type::f16}, options)[0].type, Type::q4_0);
  options.rules = {{"attn_(", Type::q8_0}};
  EXPECT_NE(decision_sentence({"a.weight", {256, 256}, Type::f16}, options).find("attn_("), std::string::npos);
}

TEST(Recipe, WhatWasFoundTooSmallKeepsItsTypeForAReasonOfItsOwn) {
  RecipeOptions options = asking_for("Q4_0");
  options.tiny = {"A.Weight"};
  ModelFacts unknown;
  unknown.names_known = false;
  const auto decision_for = [&](const char* name, Type type) {
    const RecipeTensor tensor{name, {256, 256}, type};
    return decide(unknown, std::span(&tensor, 1), options)[0];
  };
  for (const Type type : {Type::f32, Type::bf16}) {
    const Decision decision = decision_for("A.Weight", type);
    EXPECT_EQ(decision.type, type);
    EXPECT_EQ(decision.reason.find("The rule"), std::string::npos) << decision.reason;
    EXPECT_NE(decision.reason.find("it keeps its type"), std::string::npos) << decision.reason;
  }
  EXPECT_EQ(decision_for("a.weight", Type::f32).type, Type::q4_0) << "another name";
  options.rules = {{".", Type::q8_0}};
  EXPECT_EQ(decision_for("A.Weight", Type::f32).type, Type::q8_0) << "a rule decides";
}

TEST(Recipe, PatternsDoNotTouchFloatTargets) {
  RecipeOptions options = asking_for("F16");
  options.rules = {{"attn", Type::q8_0}};
  EXPECT_EQ(decide_one({"blk.0.attn_k.weight", {256, 256}, Type::f32}, options)[0].type, Type::f16);
}

TEST(Recipe, QuantizedSourcesNeedPermission) {
  const RecipeTensor tensor{"blk.0.attn_k.weight", {256, 256}, Type::q8_0};
  RecipeOptions options = asking_for("Q4_0");
  const std::string sentence = decision_sentence(tensor, options);
  EXPECT_NE(sentence.find("blk.0.attn_k.weight"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("--allow-requantize"), std::string::npos) << sentence;
  options.allow_requantize = true;
  EXPECT_EQ(decide_one(tensor, options)[0].type, Type::q4_0);
  EXPECT_EQ(decide_one(tensor, asking_for("Q8_0"))[0].type, Type::q8_0);
  EXPECT_EQ(decide_one(tensor, asking_for("COPY"))[0].type, Type::q8_0);
}

TEST(Recipe, IntegersAreCopied) {
  const Decision decision = decide_one({"blk.0.table.weight", {256, 256}, Type::i32}, asking_for("Q4_0"))[0];
  EXPECT_EQ(decision.type, Type::i32);
  EXPECT_FALSE(decision.quantizable);
}

TEST(Recipe, TypesWithoutWeightsAreNoTarget) {
  RecipeOptions options = asking_for("Q4_0");
  options.rules = {{"attn", Type::i32}};
  EXPECT_NE(decision_sentence({"blk.0.attn_k.weight", {256, 256}, Type::f16}, options).find("I32"), std::string::npos);
}

TEST(Recipe, MissingImportanceNamesTheTensor) {
  const std::string sentence = decision_sentence({"blk.0.ffn_up.weight", {256, 256}, Type::f16}, asking_for("IQ2_XS"));
  EXPECT_NE(sentence.find("blk.0.ffn_up.weight"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("importance matrix"), std::string::npos) << sentence;
  RecipeOptions options = asking_for("IQ2_XS");
  options.have_importance = true;
  EXPECT_TRUE(decide_one({"blk.0.ffn_up.weight", {256, 256}, Type::f16}, options)[0].needs_importance);
  EXPECT_FALSE(decide_one({"token_embd.weight", {256, 256}, Type::f16}, options)[0].needs_importance);
}

TEST(Recipe, NothingIsNeededOfTheMetadata) {
  for (const FileType& file_type : all_file_types()) {
    RecipeOptions options = asking_for(file_type.name);
    options.have_importance = true;
    std::vector<RecipeTensor> tensors;
    for (const char* name :
         {"blk.0.attn_v.weight", "blk.7.ffn_down.weight", "layer.ffn_up.weight", "w.weight", "a", ""}) {
      tensors.push_back({name, {256, 256}, Type::f16});
    }
    tensors.push_back({"empty.weight", {0, 256}, Type::f16});
    tensors.push_back({"scalar.weight", {}, Type::f16});
    EXPECT_EQ(decide(ModelFacts{}, tensors, options).size(), tensors.size());
    ModelFacts experts;
    experts.expert_count = 8;
    EXPECT_EQ(decide(experts, tensors, options).size(), tensors.size());
  }
}

TEST(Recipe, FileTypesNeedImportanceWhenAnOrdinaryModelDoes) {
  const Model model = make_model(Shape{});
  for (const FileType& file_type : all_file_types()) {
    if (file_type.copies) continue;
    Request request;
    request.ftype = file_type.name;
    EXPECT_EQ(choose_types(model, request).imatrix_missing, file_type.needs_importance) << file_type.name;
  }
}

TEST(TensorKind, BlockNumbers) {
  EXPECT_EQ(block_number("blk.12.attn_q.weight"), 12u);
  EXPECT_EQ(block_number("blk.x.attn_q.weight"), std::nullopt);
  EXPECT_EQ(block_number("enc.blk.1.attn_q.weight"), std::nullopt);
  EXPECT_EQ(block_number("blk.99999999999999999999.a"), std::nullopt);
}

TEST(TensorKind, FiveCharactersPassAsAWeight) {
  EXPECT_TRUE(reason_to_keep("extra").empty());
  EXPECT_FALSE(reason_to_keep("extras").empty());
  EXPECT_FALSE(reason_to_keep("extr").empty());
  EXPECT_TRUE(reason_to_keep("weight").empty());
  EXPECT_FALSE(reason_to_keep("a.weight.scale").empty());
}

}  // namespace
}  // namespace nibble
