#include "architecture/config.h"

#include <cmath>

#include "container/python_json.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

constexpr const char* language_part = "text_config";
constexpr double largest_whole = 4294967295.0;

}  // namespace

HuggingFaceConfig::HuggingFaceConfig(std::string_view text) {
  JsonBuilder built;
  try {
    read_python_json(text, built);
  } catch (const JsonError&) {
    built = {};
  }
  Json json = built.take();
  if (!json.is_object()) {
    throw Error(
        "config.json is not a JSON object. It may be cut off or a placeholder of a file not downloaded; fetch it "
        "again.");
  }
  if (const Json* part = json.find(language_part)) {
    // The wrapper's own architecture says what the folder is.
    const Json inner = *part;
    for (const auto& [key, value] : inner.members()) {
      if (key != "architectures") json.set(key, value);
    }
  }
  json_ = std::make_shared<const Json>(std::move(json));
}

HuggingFaceConfig::HuggingFaceConfig(Json members, std::string_view file)
    : json_(std::make_shared<const Json>(std::move(members))), file_(file) {}

void HuggingFaceConfig::wrong(std::string_view key, const char* expected) const {
  throw Error("In " + std::string(file_) + ", " + in_quotes(key) + " is not " + expected +
              ". Is the file from this model?");
}

const Json* HuggingFaceConfig::find(std::string_view key) const {
  const Json* found = json_->find(key);
  if (found && !found->is_null()) return found;
  for (const ConfigAlias& one : aliases_) {
    const Json* other = one.key == key ? json_->find(one.instead) : nullptr;
    if (other && !other->is_null()) return other;
  }
  return nullptr;
}

std::string HuggingFaceConfig::architecture() const {
  const Json* list = find("architectures");
  if (!list || list->elements().empty() || !list->elements()[0].is_text()) return {};
  return list->elements()[0].text();
}

std::optional<double> HuggingFaceConfig::number(std::string_view key) const {
  if (const Json* value = find(key)) {
    if (!value->is_number()) wrong(key, "a number");
    return value->get<double>();
  }
  for (const ConfigDefault& one : defaults_) {
    if (one.key == key) return one.value;
  }
  return {};
}

std::optional<uint64_t> HuggingFaceConfig::whole(std::string_view key) const {
  const std::optional<double> value = number(key);
  if (!value) return {};
  if (!(*value >= 0 && *value <= largest_whole) || *value != std::floor(*value)) wrong(key, "a whole number");
  return static_cast<uint64_t>(*value);
}

std::optional<bool> HuggingFaceConfig::truth(std::string_view key) const {
  const Json* value = find(key);
  if (!value) return {};
  if (!value->is_bool()) wrong(key, "true or false");
  return value->get<bool>();
}

std::optional<std::string> HuggingFaceConfig::text(std::string_view key) const {
  const Json* value = find(key);
  if (!value) return {};
  if (!value->is_text()) wrong(key, "a text");
  return value->text();
}

std::vector<double> HuggingFaceConfig::numbers(std::string_view key) const {
  const Json* value = find(key);
  if (!value) return {};
  if (!value->is_list()) wrong(key, "a list of numbers");
  std::vector<double> list;
  for (const Json& one : value->elements()) {
    if (!one.is_number()) wrong(key, "a list of numbers");
    list.push_back(one.get<double>());
  }
  return list;
}

std::vector<std::string> HuggingFaceConfig::texts(std::string_view key) const {
  const Json* value = find(key);
  if (!value) return {};
  if (!value->is_list()) wrong(key, "a list of texts");
  std::vector<std::string> list;
  for (const Json& one : value->elements()) {
    if (!one.is_text()) wrong(key, "a list of texts");
    list.push_back(one.text());
  }
  return list;
}

std::vector<double> HuggingFaceConfig::per_layer(std::string_view key, uint64_t count) const {
  const Json* value = find(key);
  if (!value || !value->is_list()) {
    const std::optional<double> one = number(key);
    return one ? std::vector<double>(count, *one) : std::vector<double>();
  }
  std::vector<double> list = numbers(key);
  if (list.size() != count) wrong(key, "a list of one number for each layer");
  return list;
}

std::optional<HuggingFaceConfig> HuggingFaceConfig::object(std::string_view key) const {
  const Json* value = find(key);
  if (!value || !value->is_object()) return {};
  HuggingFaceConfig inner;
  inner.file_ = file_;
  inner.json_ = std::shared_ptr<const Json>(json_, value);
  return inner;
}

bool HuggingFaceConfig::empty() const { return json_->members().empty(); }

std::vector<std::pair<std::string, HuggingFaceConfig>> HuggingFaceConfig::objects() const {
  std::vector<std::pair<std::string, HuggingFaceConfig>> list;
  for (const JsonMember& member : json_->members()) {
    if (auto inner = object(member.name)) list.emplace_back(member.name, *std::move(inner));
  }
  return list;
}

HuggingFaceConfig HuggingFaceConfig::with_defaults(std::span<const ConfigDefault> defaults) const {
  HuggingFaceConfig copy = *this;
  copy.defaults_ = defaults;
  return copy;
}

HuggingFaceConfig HuggingFaceConfig::with_aliases(std::span<const ConfigAlias> aliases) const {
  HuggingFaceConfig copy = *this;
  copy.aliases_ = aliases;
  return copy;
}

}  // namespace nibble
