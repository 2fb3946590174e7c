#include "reference/recipe_reference.h"

#include <cstdio>
#include <map>
#include <stdexcept>

namespace nibble::reference {
namespace {

int64_t block_of(const std::string& type) {
  static const std::map<std::string, int64_t> lengths = {
      {"f32", 1},     {"f16", 1},       {"bf16", 1},     {"q4_0", 32},    {"q4_1", 32},     {"q5_0", 32},
      {"q5_1", 32},   {"q8_0", 32},     {"q2_K", 256},   {"q3_K", 256},   {"q4_K", 256},    {"q5_K", 256},
      {"q6_K", 256},  {"iq2_xxs", 256}, {"iq2_xs", 256}, {"iq2_s", 256},  {"iq3_xxs", 256}, {"iq3_s", 256},
      {"iq1_s", 256}, {"iq1_m", 256},   {"iq4_nl", 32},  {"iq4_xs", 256}, {"tq1_0", 256},   {"tq2_0", 256},
      {"mxfp4", 32},  {"nvfp4", 64},    {"q1_0", 128},   {"q2_0", 64}};
  return lengths.at(type);
}

std::string default_type(const std::string& ftype) {
  static const std::map<std::string, std::string> types = {
      {"F32", "f32"},      {"F16", "f16"},         {"BF16", "bf16"},       {"Q4_0", "q4_0"},     {"Q4_1", "q4_1"},
      {"Q8_0", "q8_0"},    {"Q5_0", "q5_0"},       {"Q5_1", "q5_1"},       {"Q2_K", "q2_K"},     {"Q3_K_S", "q3_K"},
      {"Q3_K_M", "q3_K"},  {"Q3_K_L", "q3_K"},     {"Q4_K_S", "q4_K"},     {"Q4_K_M", "q4_K"},   {"Q5_K_S", "q5_K"},
      {"Q5_K_M", "q5_K"},  {"Q6_K", "q6_K"},       {"IQ2_XXS", "iq2_xxs"}, {"IQ2_XS", "iq2_xs"}, {"Q2_K_S", "q2_K"},
      {"IQ3_XS", "iq3_s"}, {"IQ3_XXS", "iq3_xxs"}, {"IQ1_S", "iq1_s"},     {"IQ4_NL", "iq4_nl"}, {"IQ3_S", "iq3_s"},
      {"IQ3_M", "iq3_s"},  {"IQ2_S", "iq2_xs"},    {"IQ2_M", "iq2_s"},     {"IQ4_XS", "iq4_xs"}, {"IQ1_M", "iq1_m"},
      {"TQ1_0", "tq1_0"},  {"TQ2_0", "tq2_0"},     {"MXFP4_MOE", "mxfp4"}, {"Q1_0", "q1_0"},     {"Q2_0", "q2_0"}};
  return types.at(ftype);
}

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

bool is_output(const std::string& n) { return n == "output.weight"; }
bool is_token_embd(const std::string& n) { return n == "token_embd.weight" || n == "per_layer_token_embd.weight"; }

std::string category(const std::string& n) {
  if (is_output(n)) return "OUTPUT";
  if (is_token_embd(n)) return "TOKEN_EMBD";
  if (has(n, "attn_qkv.weight")) return "QKV";
  if (has(n, "attn_kv_b.weight")) return "KV_B";
  if (has(n, "attn_v.weight")) return "V";
  if (has(n, "attn_k.weight")) return "K";
  if (has(n, "attn_q.weight")) return "Q";
  if (has(n, "attn_output.weight")) return "ATTN_OUT";
  if (has(n, "ffn_up")) return "UP";
  if (has(n, "ffn_gate")) return "GATE";
  if (has(n, "ffn_down")) return "DOWN";
  return "OTHER";
}

bool v_like(const std::string& c) { return c == "V" || c == "QKV" || c == "KV_B"; }

bool quantizable(const Tensor& t, const Request& r) {
  size_t dims = t.ne.size();
  while (dims > 1 && t.ne[dims - 1] == 1) --dims;
  if (dims < 2) return false;
  const std::string& n = t.name;
  const bool ends = n.size() >= 6 && n.substr(n.size() - 6) == "weight";
  const bool five = n.size() == 5;
  if (!ends && !five) return false;
  if (is_output(n) && r.leave_output_tensor) return false;
  for (const char* part : {"_norm.weight",
                           "ffn_gate_inp.weight",
                           "ffn_gate_tid2eid.weight",
                           "altup",
                           "laurel",
                           "per_layer_model_proj",
                           "ssm_conv1d",
                           "shortconv.conv.weight",
                           "indexer.k_proj.weight",
                           "indexer.q_proj.weight",
                           "time_mix_first.weight",
                           "time_mix_w0.weight",
                           "time_mix_w1.weight",
                           "time_mix_w2.weight",
                           "time_mix_v0.weight",
                           "time_mix_v1.weight",
                           "time_mix_v2.weight",
                           "time_mix_a0.weight",
                           "time_mix_a1.weight",
                           "time_mix_a2.weight",
                           "time_mix_g1.weight",
                           "time_mix_g2.weight",
                           "time_mix_decay_w1.weight",
                           "time_mix_decay_w2.weight",
                           "time_mix_lerp_fused.weight",
                           "attn_rel_b.weight",
                           ".position_embd",
                           "sam.pos_embd",
                           "sam.neck.",
                           "sam.net_",
                           ".rel_pos",
                           ".patch_embd",
                           ".patch_merger",
                           "a.rvq.codebook",
                           "mm.a.code_embd"}) {
    if (has(n, part)) return false;
  }
  return n != "position_embd.weight" && n != "token_types.weight";
}

struct State {
  int64_t v = 0, down = 0, gate = 0, up = 0;
};

class Recipe {
 public:
  Recipe(const Model& model, const Request& request) : m(model), f(request.ftype), r(request) {
    NL = m.block_count;
    E = m.experts;
    gqa = m.head_count_kv ? m.head_count / m.head_count_kv : 0;
    for (const Tensor& t : m.tensors) {
      if (v_like(category(t.name))) ++nV;
      if (is_output(t.name)) tied = false;
    }
    const int64_t own = NL - m.nextn;
    if ((m.arch == "llama" || m.arch == "llama-embed") && E != 8 && own == 80 && m.head_count != m.head_count_kv)
      is70 = true;
    if ((m.arch == "qwen2" || m.arch == "deci" || m.arch == "olmo") && own == 80) is70 = true;
    if (m.arch == "jais2" && own == 68) is70 = true;
    falcon = m.arch == "falcon";
  }

  static bool more(int64_t i, int64_t n) { return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2; }

  int64_t layer(const Tensor& t, int64_t i) const {
    if (E <= 1) return i;
    int number = -1;
    if (std::sscanf(t.name.c_str(), "blk.%d.", &number) != 1 || number < 0 || number >= NL) {
      throw std::runtime_error("the rules name no layer for " + t.name);
    }
    return number;
  }

  std::string run(const Tensor& t) {
    const std::string T = default_type(f), c = category(t.name);
    const bool IM = r.imatrix;
    // A
    if (c == "OUTPUT" || (c == "TOKEN_EMBD" && tied)) {
      if (!r.output_type.empty()) return r.output_type;
      if (f == "MXFP4_MOE") return "q8_0";
      if (falcon || t.ne[0] % block_of(T) != 0) return "q8_0";
      if (f == "IQ2_XXS" || f == "IQ2_XS" || f == "IQ3_XXS" || f == "IQ1_S" || f == "IQ2_S" || f == "IQ2_M" ||
          f == "IQ1_M") {
        return "q5_K";
      }
      return T == "q8_0" ? T : "q6_K";
    }
    // B
    if (f == "MXFP4_MOE") {
      const bool experts = t.ne.size() > 2 && t.ne[2] > 1;
      if (m.arch == "bailingmoe3") return experts && (c == "UP" || c == "GATE" || c == "DOWN") ? "mxfp4" : "q8_0";
      return experts ? "mxfp4" : "q8_0";
    }
    // C
    if (c == "TOKEN_EMBD") {
      if (f == "IQ2_XXS" || f == "IQ2_XS" || f == "IQ1_S" || f == "IQ1_M") return "q2_K";
      if (f == "IQ2_S" || f == "IQ2_M" || f == "IQ3_XXS") return "iq3_s";
      if (f == "TQ1_0" || f == "TQ2_0" || f == "Q2_0") return "q4_K";
      return T;
    }
    // D
    if (f == "IQ2_XXS" || f == "IQ2_XS" || f == "IQ1_S" || f == "IQ2_S" || f == "IQ2_M" || f == "IQ1_M") {
      const bool s2 = f == "IQ2_S" || f == "IQ2_M";
      if (v_like(c)) {
        ++s.v;
        if (gqa >= 4 || E >= 4) return "q4_K";
        return s2 ? "iq3_s" : "q2_K";
      }
      if (c == "K" && E == 8) return "q4_K";
      if (c == "DOWN") {
        const int64_t i = s.down++;
        if (i < NL / 8) return s2 ? "iq3_s" : "q2_K";
        return T;
      }
      if (c == "ATTN_OUT") {
        if (E == 8) return "q5_K";
        if (f == "IQ1_S" || f == "IQ1_M") return "iq2_xxs";
        if (s2) return "iq3_s";
        return T;
      }
      return T;
    }
    // E
    if (v_like(c)) {
      const int64_t i = s.v++;
      std::string out = T;
      if (f == "Q2_K")
        out = gqa >= 4 ? "q4_K" : "q3_K";
      else if (f == "Q2_K_S" && gqa >= 4)
        out = "q4_K";
      else if (f == "IQ3_XXS")
        out = gqa >= 4 ? "q4_K" : IM ? "iq3_xxs" : "iq3_s";
      else if ((f == "IQ3_XS" || f == "IQ3_S") && gqa >= 4)
        out = "q4_K";
      else if (f == "IQ3_M")
        out = "q4_K";
      else if (f == "Q3_K_M")
        out = i < 2 ? "q5_K" : "q4_K";
      else if (f == "Q3_K_L")
        out = "q5_K";
      else if ((f == "IQ4_NL" || f == "IQ4_XS") && gqa >= 4)
        out = "q5_K";
      else if ((f == "Q4_K_M" || f == "Q5_K_M") && more(i, nV))
        out = "q6_K";
      else if (f == "Q4_K_S" && i < 4)
        out = "q5_K";
      if (is70 && (out == "q3_K" || out == "q4_K")) out = "q5_K";
      if (E == 8) out = "q8_0";
      return out;
    }
    // F
    if (c == "K") {
      if (E == 8) return "q8_0";
      if (f == "IQ3_XS") return "iq3_xxs";
      if (f == "IQ3_XXS") return "iq2_s";
      return T;
    }
    // G
    if (c == "Q") {
      if (f == "IQ3_XS") return "iq3_xxs";
      if (f == "IQ3_XXS") return "iq2_s";
      return T;
    }
    // H
    if (c == "DOWN") {
      const int64_t i = layer(t, s.down++), n = NL;
      if (f == "Q2_K") return "q3_K";
      if (f == "Q2_K_S") return i < n / 8 ? "q4_K" : T;
      if (f == "IQ3_XXS" && !IM) return i < n / 8 ? "q4_K" : "q3_K";
      if (f == "Q3_K_M") return i < n / 16 ? "q5_K" : (!falcon || more(i, n)) ? "q4_K" : "q3_K";
      if (f == "IQ3_M" && (i < n / 8 || (E == 8 && more(i, n)))) return "q4_K";
      if (f == "Q3_K_L") return falcon ? "q4_K" : "q5_K";
      if (f == "Q4_K_M") {
        if (falcon) return i < n / 16 ? "q6_K" : more(i, n) ? "q5_K" : "q4_K";
        return more(i, n) ? "q6_K" : T;
      }
      if ((f == "IQ4_NL" || f == "IQ4_XS") && i < n / 8 && !IM) return "q5_K";
      if (f == "Q5_K_M" && more(i, n)) return "q6_K";
      if (f == "Q4_K_S" && !falcon && i < n / 8) return "q5_K";
      if ((f == "Q4_0" || f == "Q5_0") && IM && i < n / 8) return f == "Q4_0" ? "q4_1" : "q5_1";
      return T;
    }
    // I
    if (c == "ATTN_OUT") {
      if (falcon) return f == "Q3_K_L" ? "q4_K" : T;
      if (E == 8) {
        for (const char* one : {"Q2_K", "IQ3_XS", "IQ3_XXS", "Q3_K_S", "Q3_K_M", "IQ4_NL", "Q4_K_S", "Q4_K_M", "IQ3_S",
                                "IQ3_M", "IQ4_XS"}) {
          if (f == one) return "q5_K";
        }
        return T;
      }
      if (f == "Q2_K") return "q3_K";
      if (f == "IQ3_XXS") return "iq3_s";
      if (f == "Q3_K_M") return "q4_K";
      if (f == "Q3_K_L") return "q5_K";
      if (f == "IQ3_M") return "q4_K";
      return T;
    }
    // J
    if (c == "GATE" || c == "UP") {
      int64_t& counter = c == "GATE" ? s.gate : s.up;
      const int64_t i = layer(t, counter++);
      return f == "IQ3_XS" && i >= NL / 8 && i < 7 * NL / 8 ? "iq3_xxs" : T;
    }
    return T;
  }

 private:
  const Model& m;
  std::string f;
  const Request& r;
  State s;
  int64_t NL = 0, E = 0, gqa = 0, nV = 0;
  bool tied = true, is70 = false, falcon = false;
};

/// f16 where the original tool gives up on the model.
std::string fallback(const std::string& type, int64_t ne0) {
  if (ne0 % block_of(type) == 0) return type;
  std::string other;
  for (const char* t : {"iq1_s", "iq1_m", "iq2_xxs", "iq2_xs", "iq2_s", "iq3_xxs", "iq3_s", "iq4_xs"}) {
    if (type == t) other = "iq4_nl";
  }
  for (const char* t : {"q2_0", "q2_K", "q3_K", "tq1_0", "tq2_0"}) {
    if (type == t) other = "q4_0";
  }
  if (type == "q4_K") other = "q5_0";
  if (type == "q5_K") other = "q5_1";
  if (type == "q6_K") other = "q8_0";
  if (other.empty() || ne0 % block_of(other) != 0) return "f16";
  return other;
}

}  // namespace

Outcome choose_types(const Model& model, const Request& request) {
  Outcome outcome;
  Recipe recipe(model, request);
  for (const Tensor& t : model.tensors) {
    if (!quantizable(t, request)) {
      outcome.types.push_back(t.type);
      outcome.quantizable.push_back(false);
      continue;
    }
    std::string type;
    if (!request.token_embedding_type.empty() && is_token_embd(t.name)) {
      type = request.token_embedding_type;
    } else if (!request.output_type.empty() && is_output(t.name)) {
      type = request.output_type;
    } else {
      type = default_type(request.ftype);
      if (type != "f32" && type != "f16" && type != "bf16") {
        bool manual = false;
        for (const auto& [part, wanted] : request.patterns) {
          if (has(t.name, part.c_str())) {
            type = wanted;
            manual = true;
            break;
          }
        }
        if (!manual && !request.pure) type = recipe.run(t);
        type = fallback(type, t.ne[0]);
      }
    }
    if (!is_token_embd(t.name) && !is_output(t.name)) {
      bool needs = request.ftype == "Q2_K_S" && type == "q2_K";
      for (const char* low : {"iq3_xxs", "iq2_xxs", "iq2_xs", "iq2_s", "iq1_m", "iq1_s"}) needs = needs || type == low;
      if (needs && !request.imatrix) outcome.imatrix_missing = true;
    } else if (!request.imatrix && (type == "iq2_xxs" || type == "iq2_xs" || type == "iq1_s") && type != t.type) {
      outcome.imatrix_missing = true;
    }
    outcome.types.push_back(type);
    outcome.quantizable.push_back(true);
  }
  return outcome;
}

}  // namespace nibble::reference
