#include "recipe/recipe.h"

#include <algorithm>
#include <cctype>

#include "error.h"
#include "recipe/image_mix.h"
#include "recipe/mix.h"
#include "recipe/tensor_kind.h"
#include "recipe/type_rules.h"

namespace nibble {
namespace {

/// The format of a type that is to be written.
const Format& writable(Type type) {
  const Format* format = find_format(type);
  if (format == nullptr) throw Error("The type " + display_name(type) + " is not available in this build.");
  if (format->decode == nullptr) {
    throw Error("Tensors cannot be converted to " + display_name(type) + ". Choose a type that holds weights.");
  }
  return *format;
}

/// The type to take where rows cannot be cut into blocks of the wanted one: smaller blocks, as many bits or more.
/// None where llama-quantize knows no other and refuses the model.
std::optional<Type> with_smaller_blocks(Type wanted) {
  switch (wanted) {
    case Type::iq1_s:
    case Type::iq1_m:
    case Type::iq2_xxs:
    case Type::iq2_xs:
    case Type::iq2_s:
    case Type::iq3_xxs:
    case Type::iq3_s:
    case Type::iq4_xs: return Type::iq4_nl;
    case Type::q2_0:
    case Type::q2_K:
    case Type::q3_K:
    case Type::tq1_0:
    case Type::tq2_0: return Type::q4_0;
    case Type::q4_K: return Type::q5_0;
    case Type::q5_K: return Type::q5_1;
    case Type::q6_K: return Type::q8_0;
    default: return std::nullopt;
  }
}

/// The choice, or what its rows allow instead.
Decision fit_rows(Choice choice, uint64_t row_length) {
  Decision decision{choice.type, std::nullopt, std::move(choice.reason), true};
  const uint32_t block = writable(choice.type).block_length;
  if (row_length % block == 0) return decision;
  const std::optional<Type> smaller = with_smaller_blocks(choice.type);
  const bool fits = smaller && row_length % writable(*smaller).block_length == 0;
  decision.wanted = choice.type;
  decision.type = fits ? *smaller : Type::f16;
  decision.reason += " But rows of " + std::to_string(row_length) + " weights do not fill whole " +
                     display_name(choice.type) + " blocks of " + std::to_string(block) + ", so it " +
                     (fits ? "becomes " : "is kept at ") + display_name(decision.type) + ".";
  return decision;
}

/// The same as llama-quantize does it where it is patched for networks for images: no smaller blocks.
Decision fit_rows_of_image_model(Choice choice, uint64_t row_length) {
  const uint32_t block = writable(choice.type).block_length;
  if (row_length % block == 0) return fit_rows(std::move(choice), row_length);
  return {Type::f16, choice.type,
          choice.reason + " But rows of " + std::to_string(row_length) + " weights do not fill whole " +
              display_name(choice.type) + " blocks of " + std::to_string(block) + ", so it is kept at F16.",
          true};
}

/// general.architecture of what looks at images beside a language model.
constexpr std::string_view projector_architecture = "clip";

class Decider {
 public:
  Decider(const ModelFacts& facts, std::span<const RecipeTensor> tensors, const RecipeOptions& options)
      : facts_(facts),
        options_(options),
        rules_(options.rules),
        mix_(facts, tensors, options),
        image_rules_(find_image_rules(facts.architecture)),
        image_mix_(*options.file_type) {
    const FileType& type = *options.file_type;
    if (is_projector() && !type.copies && default_format().quantized && type.default_type != Type::q8_0) {
      throw Error(
          "An image encoder is written as F32, F16, BF16 or Q8_0, as llama.cpp's conversion script does it, not as " +
          std::string(type.name) + '.');
    }
  }

  Decision decide(const RecipeTensor& tensor) {
    const std::string_view kept = why_kept(tensor);
    if (!kept.empty()) return {tensor.type, std::nullopt, std::string(kept), false};
    Decision decision = target_of(tensor);
    check_source(tensor, decision);
    check_importance(tensor, decision);
    return decision;
  }

 private:
  std::string_view why_kept(const RecipeTensor& tensor) const {
    if (options_.file_type->copies && !(options_.file_type->automatic && facts_.auto_type)) {
      return "Every tensor is copied as it is.";
    }
    if (facts_.auto_type && !default_format().quantized) {
      const bool follows = tensor.follows_f16 && default_format().type == Type::f16;
      return tensor.any_type || follows ? std::string_view()
                                        : "llama.cpp's conversion script knows this tensor in one type only.";
    }
    if (tensor.shape.size() < 2) return "Tensors of one dimension keep their type.";
    if (is_projector() && !tensor.any_type) return "llama.cpp's conversion script knows this tensor in one type only.";
    if (options_.leave_output_tensor && tensor.name == "output.weight") return "The output layer is left as it is.";
    const std::string_view by_name = facts_.names_known ? reason_to_keep(tensor.name) : std::string_view();
    if (!by_name.empty()) return by_name;
    if (image_rules_) {
      const std::string_view in_image_model = reason_to_keep(*image_rules_, tensor);
      if (!in_image_model.empty()) return in_image_model;
    }
    if (format_of(tensor.type).decode == nullptr) return "Integers are copied as they are.";
    return {};
  }

  /// A folder's image encoder, which llama.cpp's conversion script quantizes itself.
  bool is_projector() const { return facts_.auto_type && facts_.architecture == projector_architecture; }

  const Format& default_format() const {
    const FileType& type = *options_.file_type;
    return format_of(type.automatic && facts_.auto_type ? *facts_.auto_type : type.default_type);
  }

  Decision target_of(const RecipeTensor& tensor) {
    const Category category = category_of(tensor.name);
    const uint64_t row_length = tensor.shape.front();
    if (options_.token_embedding_type && category == Category::token_embedding) {
      return fit_rows({*options_.token_embedding_type, "The token embedding gets the type asked for."}, row_length);
    }
    if (options_.output_type && category == Category::output) {
      return fit_rows({*options_.output_type, "The output layer gets the type asked for."}, row_length);
    }
    const Type default_type = default_format().type;
    if (!writable(default_type).quantized) {
      return {default_type, std::nullopt, "All weights become " + display_name(default_type) + ".", true};
    }
    if (const TypeRule* rule = rules_.find(tensor.name)) {
      return fit_rows({rule->type, "The rule \"" + rule->pattern + "\" asks for it."}, row_length);
    }
    if (options_.tiny.contains(tensor.name)) {
      return {tensor.type, std::nullopt,
              "By a sample its weights are so small that the scales of quantized types, which are half floats, would "
              "become zero or nearly so: it keeps its type.",
              true};
    }
    if (!facts_.names_known) {
      return fit_rows({default_type, "What its name means is not known, so it gets the type itself."}, row_length);
    }
    if (options_.pure) return fit_rows({default_type, "All weights get the same type, as asked for."}, row_length);
    if (image_rules_) return fit_rows_of_image_model(image_mix_.choose(tensor.name), row_length);
    return fit_rows(mix_.choose(tensor, category), row_length);
  }

  void check_source(const RecipeTensor& tensor, const Decision& decision) const {
    if (decision.type == tensor.type || options_.allow_requantize || !format_of(tensor.type).quantized) return;
    throw Error("The tensor " + tensor.name + " is already quantized (" + display_name(tensor.type) +
                "), and making it " + display_name(decision.type) +
                " would add a second error to the first. Start from an F32, F16 or BF16 model, or allow requantizing "
                "(--allow-requantize).");
  }

  void check_importance(const RecipeTensor& tensor, Decision& decision) const {
    const bool by_rule = rule_needs_importance(tensor.name, decision.type, options_.file_type->name == "Q2_K_S");
    const bool converts = decision.type != tensor.type;
    const bool by_format = converts && format_of(decision.type).importance == Importance::required;
    if (!options_.have_importance && options_.require_importance && (by_rule || by_format)) {
      throw Error("The tensor " + tensor.name + " cannot become " + display_name(decision.type) +
                  " in a file of type " + std::string(options_.file_type->name) +
                  " without an importance matrix. Add one (imatrix.gguf or imatrix.dat), or choose another type.");
    }
    decision.needs_importance = converts && (by_rule || by_format);
  }

  const ModelFacts& facts_;
  const RecipeOptions& options_;
  RuleMatcher rules_;
  Mix mix_;
  const ImageRules* image_rules_;  // null: of no network for images
  ImageMix image_mix_;
};

}  // namespace

bool rule_needs_importance(std::string_view tensor, Type type, bool q2_k_s) {
  const Category category = category_of(tensor);
  if (category == Category::token_embedding || category == Category::output) return false;
  switch (type) {
    case Type::iq3_xxs:
    case Type::iq2_xxs:
    case Type::iq2_xs:
    case Type::iq2_s:
    case Type::iq1_m:
    case Type::iq1_s: return true;
    case Type::q2_K: return q2_k_s;
    default: return false;
  }
}

std::vector<Decision> decide(const ModelFacts& facts, std::span<const RecipeTensor> tensors,
                             const RecipeOptions& options) {
  Decider decider(facts, tensors, options);
  std::vector<Decision> decisions;
  decisions.reserve(tensors.size());
  for (const RecipeTensor& tensor : tensors) decisions.push_back(decider.decide(tensor));
  return decisions;
}

std::string display_name(Type type) {
  const Format* format = find_format(type);
  if (format == nullptr) return "type " + std::to_string(static_cast<uint32_t>(type));
  std::string name(format->name);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

}  // namespace nibble
