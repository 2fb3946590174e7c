#include "architecture/projector.h"

#include <algorithm>

#include "architecture/matcher.h"
#include "architecture/projectors.h"
#include "architecture/source_names.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace architecture {
namespace {

constexpr const Projector* list[] = {&qwen2_vl_projector, &qwen2_5_vl_projector, &qwen3_vl_projector, &gemma3_projector,
                                     &pixtral_projector,  &intern_vl_projector,  &idefics3_projector, &glm4v_projector};

constexpr Parameter parameters[] = {
    {"vision.image_size", "image_size", ValueType::u32},
    {"vision.patch_size", "patch_size", ValueType::u32},
    {"vision.embedding_length", "hidden_size", ValueType::u32},
    {"vision.feed_forward_length", "intermediate_size", ValueType::u32},
    {"vision.block_count", "num_hidden_layers", ValueType::u32},
    {"vision.attention.head_count", "num_attention_heads", ValueType::u32},
};

/// How the parts of newer checkpoints begin that older ones have without it.
constexpr std::string_view newer_start = "model.";
constexpr std::string_view parts_of_vision[] = {"visual.", "vision_tower.", "multi_modal_projector.", "vision_model.",
                                                "connector."};

std::string without_newer_start(const std::string& name) {
  if (!name.starts_with(newer_start)) return name;
  const std::string_view rest = std::string_view(name).substr(newer_start.size());
  const bool of_vision = std::any_of(std::begin(parts_of_vision), std::end(parts_of_vision),
                                     [&](std::string_view part) { return rest.starts_with(part); });
  return of_vision ? std::string(rest) : name;
}

HuggingFaceConfig config_of(std::string_view text) { return HuggingFaceConfig(text.empty() ? "{}" : text); }

/// A list of three numbers for the colours.
std::vector<float> colours(const HuggingFaceConfig& own, const HuggingFaceConfig& other, std::string_view member) {
  std::vector<double> numbers = own.numbers(member);
  if (numbers.empty()) numbers = other.numbers(member);
  if (numbers.size() == 3) return {numbers.begin(), numbers.end()};
  throw Error("Nothing says " + in_quotes(member) +
              ", by which images are scaled. Choose the whole folder, with its preprocessor_config.json.");
}

uint64_t text_width(const HuggingFaceConfig& config) {
  const auto inner = config.object("llm_config");
  const auto width = inner ? inner->whole("hidden_size") : config.whole("hidden_size");
  if (width && *width > 0) return *width;
  throw Error("config.json does not say how wide the language model is (\"hidden_size\"). Is the file complete?");
}

const Projector* find_projector(const HuggingFaceConfig& config, const HuggingFaceConfig& vision) {
  const std::string own = vision.architecture(), whole = config.architecture();
  for (const Projector* one : list) {
    const auto& names = one->family.hugging_face;
    const bool named = std::find(names.begin(), names.end(), own.empty() ? whole : own) != names.end();
    if (named && (!one->suits || one->suits(vision))) return one;
  }
  return nullptr;
}

void take_third(const Operands& operands, uint64_t which) {
  const std::vector<uint64_t>& shape = operands.source().shape;
  const size_t axis = shape.size() - 1;  // of a bias, values are rows
  operands.divides(3, shape[axis]);
  const uint64_t count = shape[axis] / 3;
  View view = operands.view();
  operands.add(view.take(axis, which * count, count));
  operands.tensor.shape = shape;
  operands.tensor.shape[axis] = count;
}

void take_image(const Operands& operands, uint64_t which) {
  const std::vector<uint64_t>& shape = operands.source().shape;
  if (shape.size() != 5 || shape[2] != 2) {
    throw Error("The tensor " + in_quotes(operands.source().name) +
                " is no convolution over two images, which llama.cpp's image encoders of this family are.");
  }
  View view = operands.view();
  operands.add(view.take(2, which, 1));
  operands.tensor.shape = {shape[0], shape[1], shape[3], shape[4]};
}

}  // namespace

std::span<const Parameter> vision_parameters() { return parameters; }

void first_third(const Operands& operands) { take_third(operands, 0); }
void second_third(const Operands& operands) { take_third(operands, 1); }
void last_third(const Operands& operands) { take_third(operands, 2); }
void first_image(const Operands& operands) { take_image(operands, 0); }
void second_image(const Operands& operands) { take_image(operands, 1); }

}  // namespace architecture

std::vector<std::string_view> known_projectors() {
  std::vector<std::string_view> names;
  for (const architecture::Projector* one : architecture::list) {
    names.insert(names.end(), one->family.hugging_face.begin(), one->family.hugging_face.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool has_projector(const HuggingFaceConfig& config) {
  const auto vision = config.object("vision_config");
  return vision && architecture::find_projector(config, *vision);
}

ConvertedModel convert_projector(const HuggingFaceConfig& config, std::string_view name,
                                 std::span<const SourceTensor> tensors, const ProjectorFiles& files) {
  using namespace architecture;
  const auto plain_vision = config.object("vision_config");
  const Projector* projector = plain_vision ? find_projector(config, *plain_vision) : nullptr;
  if (!projector) {
    std::string known;
    for (const std::string_view one : known_projectors()) known.append(known.empty() ? "" : ", ").append(one);
    throw Error((plain_vision ? "The image encoder of " + in_quotes(config.architecture()) + " is not one"
                              : "config.json has no \"vision_config\", so that the model looks at no images") +
                (plain_vision ? " that a file for llama.cpp can be made of here. It can of "
                              : ". A file beside can be made of ") +
                known + '.');
  }
  const Family& family = projector->family;
  const HuggingFaceConfig vision = plain_vision->with_defaults(family.defaults).with_aliases(family.aliases);
  Sizes sizes = read_sizes(family, vision);

  std::vector<SourceTensor> renamed(tensors.begin(), tensors.end());
  std::vector<std::string> names;
  for (SourceTensor& tensor : renamed) {
    names.push_back(plain_name(tensor.name));
    tensor.name = without_newer_start(tensor.name);
  }
  ConvertedModel model;
  model.family = family.title;
  model.auto_type = auto_type(tensors);
  Matcher matcher(family, vision, sizes, renamed, model);
  const std::function<bool(std::string_view)> has = [&](std::string_view one) { return matcher.find(one) != nullptr; };
  const std::function<void(std::string_view)> leave_out = [&](std::string_view start) { matcher.leave_out(start); };
  if (family.prepare) family.prepare({vision, sizes, has, leave_out});

  const SentenceModules none;
  const Conversion conversion{vision, sizes, model, family.architecture, none};
  model.values.set_string("general.architecture", family.architecture);
  model.values.set_string("general.type", "mmproj");
  model.values.set_string("general.name", name);
  conversion.set_bool("has_vision_encoder", true);
  conversion.set_string("projector_type", projector->type);
  conversion.set_u32("vision.projection_dim", text_width(config));
  set_parameters(conversion, family.common());
  const HuggingFaceConfig preprocessor = config_of(files.preprocessor_config);
  const HuggingFaceConfig processor = config_of(files.processor_config);
  const HuggingFaceConfig images = processor.object("image_processor").value_or(processor);
  conversion.set_array("vision.image_mean", colours(images, preprocessor, "image_mean"));
  conversion.set_array("vision.image_std", colours(images, preprocessor, "image_std"));
  matcher.match_all(false);
  for (ConvertedTensor& tensor : model.tensors) {
    // The first convolution and what merges patches.
    const bool patches = tensor.name.find(".patch_embd.weight") != std::string::npos ||
                         tensor.name.find(".patch_merger.weight") != std::string::npos;
    tensor.follows_f16 = patches;
  }
  if (projector->finish) projector->finish({conversion, config, preprocessor, tensors, names, files});
  return model;
}

}  // namespace nibble
