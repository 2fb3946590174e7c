#include "architecture/revert.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <unordered_map>

#include "architecture/architecture.h"
#include "architecture/family.h"
#include "architecture/inverse.h"
#include "architecture/rope.h"
#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace architecture {
namespace {

/// Members of config.json that come from the tables, and of the rotary embedding.
class ConfigWriter {
 public:
  ConfigWriter(const Family& family, const GgufHeader& metadata, Json& config)
      : family_(family), metadata_(metadata), config_(config) {}

  void write() {
    for (const Parameter& one : family_.common()) copy(one);
    for (const Parameter& one : family_.parameters) copy(one);
    // Layers that predict further are counted apart.
    const uint64_t next = number("nextn_predict_layers").value_or(0);
    if (next > 0) {
      set("num_hidden_layers", number("block_count").value_or(0) - next);
      set("num_nextn_predict_layers", next);
    }
    if (family_.rope) write_rope();
    write_tokens();
  }

  void set(std::string_view member, const Json& value) {
    config_.set(member, value);
    for (const ConfigAlias& one : family_.aliases) {
      if (one.key == member) config_.set(one.instead, value);
    }
  }

 private:
  std::string key(std::string_view end) const { return std::string(family_.architecture) + '.' + std::string(end); }
  std::optional<uint64_t> number(std::string_view end) const { return metadata_.number(key(end)); }

  void copy(const Parameter& one) {
    const std::string name = key(one.key);
    if (one.type == ValueType::boolean) {
      if (const auto truth = metadata_.truth(name)) set(one.member, *truth);
    } else if (one.type == ValueType::f32) {
      if (const auto real = metadata_.real(name)) set(one.member, short_number(static_cast<float>(*real)));
    } else if (const auto whole = metadata_.number(name)) {
      set(one.member, *whole);
    } else if (const std::vector<uint32_t> list = metadata_.numbers(name); !list.empty()) {
      const bool same = std::adjacent_find(list.begin(), list.end(), std::not_equal_to<>()) == list.end();
      set(one.member, same ? Json(list.front()) : Json(list));
    }
  }

  void write_rope() {
    const auto real = [&](const char* end) { return metadata_.real(key(end)); };
    if (const auto base = real("rope.freq_base")) set("rope_theta", short_number(static_cast<float>(*base)));
    if (const auto base = real("rope.freq_base_swa")) {
      set("rope_local_base_freq", short_number(static_cast<float>(*base)));
    }
    const std::string type = metadata_.text(key("rope.scaling.type")).value_or("none");
    if (type != "linear" && type != "yarn") return;
    Json scaling = {{"rope_type", type}, {"type", type}};
    const std::pair<const char*, const char*> members[] = {{"factor", "factor"},
                                                           {"yarn_ext_factor", "extrapolation_factor"},
                                                           {"yarn_attn_factor", "attention_factor"},
                                                           {"yarn_beta_fast", "beta_fast"},
                                                           {"yarn_beta_slow", "beta_slow"}};
    for (const auto& [end, member] : members) {
      if (const auto value = real((std::string("rope.scaling.") + end).c_str())) {
        scaling.set(member, short_number(static_cast<float>(*value)));
      }
    }
    if (const auto context = number("rope.scaling.original_context_length")) {
      scaling.set("original_max_position_embeddings", *context);
    }
    set("rope_scaling", scaling);
  }

  void write_tokens() {
    const std::pair<const char*, const char*> members[] = {{"tokenizer.ggml.bos_token_id", "bos_token_id"},
                                                           {"tokenizer.ggml.eos_token_id", "eos_token_id"},
                                                           {"tokenizer.ggml.padding_token_id", "pad_token_id"}};
    for (const auto& [name, member] : members) {
      if (const auto id = metadata_.number(name)) set(member, *id);
    }
  }

  const Family& family_;
  const GgufHeader& metadata_;
  Json& config_;
};

/// Finds for each tensor of the GGUF file the rule that made it, and so the names and shapes it was made from.
class SourceFinder {
 public:
  SourceFinder(const Family& family, const HuggingFaceConfig& config, const Sizes& sizes, const FindTensor& find)
      : family_(family), config_(config), sizes_(sizes), find_(find) {}

  /// Names of those that have values at their begin which are in no tensor of the GGUF file.
  const std::set<std::string>& padded() const { return padded_; }

  std::vector<SourceTensor> find_all() {
    find_rules(family_.globals, "", "", 0);
    if (family_.stacks.empty()) find_stack({"model.layers.#.", "blk.#.", family_.layer});
    for (const Stack& stack : family_.stacks) find_stack(stack);
    return std::move(sources_);
  }

 private:
  void find_stack(const Stack& stack) {
    for (uint64_t i = 0; i < stack.count(sizes_); ++i) {
      const uint64_t layer = stack.number_of(sizes_, i);
      find_rules(stack.rules, numbered(stack.source, i), numbered(stack.name, layer), layer);
    }
  }

  void find_rules(std::span<const TensorRule> rules, const std::string& from, const std::string& to, uint64_t layer) {
    const uint32_t kind = layer < sizes_.kinds.size() ? sizes_.kinds[layer] : ~0u;
    std::set<std::string_view> done;  // where several rules make one tensor, the first counts
    for (const TensorRule& rule : rules) {
      if ((rule.on != 0 && (rule.on & kind) == 0) || is_passed_over(rule.source)) continue;
      const SourceTensor* made = find_(to + std::string(rule.name));
      if (made && done.insert(rule.name).second) add(rule, from, *made);
    }
  }

  bool is_passed_over(std::string_view source) const {
    const auto passes_over = family_.origin.passes_over;
    return passes_over && passes_over(source, find_);
  }

  void add(const TensorRule& rule, const std::string& from, const SourceTensor& made) {
    const std::vector<std::string> names = source_names(rule, from, sizes_);
    std::vector<uint64_t> shape = made.shape;
    if (rule.operation) {
      if (!rule.operation.source_shape) {
        throw Error("The tensor " + in_quotes(made.name) + " was made from " + in_quotes(names.front()) + " by " +
                    std::string(rule.operation.words) +
                    ", which has no way back here. Take the folder that the model was published in.");
      }
      shape = rule.operation.source_shape({config_, sizes_, shape});
      if (rule.operation.drops) padded_.insert(names.begin(), names.end());
    } else {
      if (names.size() > 1 && shape.size() > 1) shape.pop_back();
      if (rule.rows != Size::none && shape.size() == 1) shape.push_back(1);
    }
    // Folders hold floats, in the layout that goes with them.
    const Type type = format_of(made.type).quantized ? Type::f16 : made.type;
    for (const std::string& name : names) {
      if (known_.insert(name).second) sources_.push_back({name, shape, type});
    }
  }

  const Family& family_;
  const HuggingFaceConfig& config_;
  const Sizes& sizes_;
  const FindTensor& find_;
  std::vector<SourceTensor> sources_;
  std::set<std::string> known_, padded_;
};

uint64_t count_of(std::span<const uint64_t> shape) {
  uint64_t count = 1;
  for (const uint64_t size : shape) count *= size;
  return count;
}

GgufHeader header_of(const KeyValueList& values) {
  const std::vector<uint8_t> bytes = write_gguf_header(values, {});
  return *read_gguf(bytes, bytes.size()).header;
}

/// An entry's value for sentences.
std::string value_text(const GgufHeader& header, const KeyValue& value) {
  if (const auto text = header.text(value.key)) return in_quotes(*text);
  if (const auto truth = header.truth(value.key)) return *truth ? "true" : "false";
  if (const auto real = header.real(value.key)) return short_number(static_cast<float>(*real)).dump();
  return "a list of " + std::to_string(value.count);
}

bool same_value(const GgufHeader& a, const KeyValue& one, const GgufHeader& b, const KeyValue& other) {
  const auto bytes = a.value_bytes(one), others = b.value_bytes(other);
  if (one.type == other.type && std::equal(bytes.begin(), bytes.end(), others.begin(), others.end())) return true;
  const auto real = a.real(one.key), other_real = b.real(other.key);
  if (real && other_real) return static_cast<float>(*real) == static_cast<float>(*other_real);
  // One number, or a list of as many equal ones as there are layers.
  std::vector<uint32_t> list = a.numbers(one.key), others_list = b.numbers(other.key);
  if (list.empty() || others_list.empty()) return false;
  if (list.size() == 1) list.resize(others_list.size(), list.front());
  if (others_list.size() == 1) others_list.resize(list.size(), others_list.front());
  return list == others_list;
}

/// Throws Error where the metadata say otherwise than what would be made again; tells of what is in one only.
void compare_metadata(const Family& family, const GgufHeader& given, const GgufHeader& again, Notes& notes) {
  const std::string start = std::string(family.architecture) + '.';
  std::vector<std::string> lost;
  for (const KeyValue& value : given.values) {
    if (!value.key.starts_with(start)) continue;
    const KeyValue* other = again.find(value.key);
    if (!other && value.key.ends_with(".rope.dimension_sections")) {
      throw Error("The file is the language part of a model that looks at images (" + in_quotes(value.key) +
                  "), which is half a folder. Take the folder that the model was published in.");
    }
    if (!other) {
      lost.push_back(in_quotes(value.key));
    } else if (!same_value(given, value, again, *other)) {
      throw Error("The metadata of the file say that " + in_quotes(value.key) + " is " + value_text(given, value) +
                  ", and a folder of " + std::string(family.title) + " with these sizes would say " +
                  value_text(again, *other) + ". No config.json can be made of them that says what the file says.");
    }
  }
  if (lost.empty()) return;
  const size_t count = lost.size();
  lost.resize(std::min<size_t>(count, 3));
  notes.add("config.json has no member for " + listed(lost, count) +
            " of the metadata; loaders take what is usual for the family there.");
}

constexpr std::string_view factor_names[] = {"rope_freqs.weight", "rope_factors_long.weight",
                                             "rope_factors_short.weight"};

bool near(std::span<const float> a, std::span<const float> b) {
  constexpr float tolerance = 1e-5f;  // powers differ from library to library
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](float x, float y) { return std::fabs(x - y) <= tolerance * std::fabs(y); });
}

/// What one source becomes, tensor by tensor of the GGUF file.
class ViewCollector {
 public:
  explicit ViewCollector(std::span<const SourceTensor> sources) : sources_(sources), views_(sources.size()) {}

  /// `made`: its number in the GGUF file.
  void add(const ConvertedTensor& tensor, uint32_t made) {
    uint64_t offset = 0;
    if (!tensor.parts.empty()) {
      for (const DerivedPart& part : tensor.parts) {
        if (part.matrix != DerivedPart::zeros) views_[part.matrix].push_back({made, offset, part});
        offset += part.count();
      }
      return;
    }
    for (const uint32_t source : tensor.sources) {
      const std::vector<uint64_t>& shape = sources_[source].shape;
      const uint64_t count = count_of(shape);
      // Rows as the GGUF file has them; of a bias whose rows are regrouped, each value is one.
      const uint64_t row = tensor.heads > 0 && shape.size() == 1 ? 1 : tensor.shape[0];
      views_[source].push_back({made, offset, in_order(count, row, tensor.heads)});
      offset += count;
    }
  }

  std::span<const MadeFrom> of(size_t source) const { return views_[source]; }

 private:
  static DerivedPart in_order(uint64_t count, uint64_t row, uint64_t heads) {
    const uint64_t rows = row ? count / row : 0;
    if (heads == 0) return {0, 0, {{row, 1}, {rows, row}}, {}};
    // numeric/stored_row.h
    const uint64_t head_rows = rows / heads, half = head_rows / 2;
    return {0, 0, {{row, 1}, {2, half * row}, {half, row}, {heads, head_rows * row}}, {}};
  }

  std::span<const SourceTensor> sources_;
  std::vector<std::vector<MadeFrom>> views_;
};

class Reverter {
 public:
  Reverter(const Family& family, const GgufHeader& metadata, std::span<const SourceTensor> tensors,
           const NamedValues& values)
      : family_(family), metadata_(metadata), tensors_(tensors), values_(values) {
    for (uint32_t i = 0; i < tensors.size(); ++i) numbers_.emplace(tensors[i].name, i);
    find_ = [this](std::string_view name) {
      const auto found = numbers_.find(name);
      return found == numbers_.end() ? nullptr : &tensors_[found->second];
    };
  }

  RevertedModel make() {
    write_config();
    const HuggingFaceConfig plain(config_.dump());
    const HuggingFaceConfig config = plain.with_defaults(family_.defaults).with_aliases(family_.aliases);
    Sizes sizes = read_sizes(family_, config);
    sizes.vocabulary = vocabulary_;
    const bool next = metadata_.number(std::string(family_.architecture) + ".nextn_predict_layers").value_or(0) > 0;
    const std::function<bool(std::string_view)> has = [&](std::string_view) { return next; };
    const std::function<void(std::string_view)> leave_out = [](std::string_view) {};
    if (family_.prepare) family_.prepare({config, sizes, has, leave_out});
    SourceFinder finder(family_, config, sizes, find_);
    const std::vector<SourceTensor> sources = finder.find_all();
    padded_ = finder.padded();
    const ConvertedModel again = convert_hugging_face(plain, "", sources);
    return {std::string(family_.title), config_.dump(2), original(again, sources), vocabulary_, std::move(notes_)};
  }

 private:
  void write_config() {
    const Origin& origin = family_.origin;
    config_ = Json::object();
    config_.add("architectures", Json::list({origin.model_class}));
    config_.add("model_type", origin.model_type);
    ConfigWriter writer(family_, metadata_, config_);
    writer.write();
    const SourceTensor* embedding = find_(family_.globals.front().name);
    if (!embedding || embedding->shape.size() != 2) {
      throw Error("The file has no matrix " + in_quotes(family_.globals.front().name) + ", which every model of " +
                  std::string(family_.title) + " has.");
    }
    vocabulary_ = embedding->shape[1];
    writer.set("vocab_size", vocabulary_);
    for (const TensorRule& rule : family_.globals) {
      if (rule.need != Need::always && rule.name == "output.weight")
        config_.set("tie_word_embeddings", !find_(rule.name));
    }
    if (find_("blk.0.attn_q.bias")) config_.set("attention_bias", true);
    if (find_("blk.0.ffn_up.bias")) config_.set("mlp_bias", true);
    if (origin.complete) origin.complete({metadata_, family_.architecture, find_, values_, config_});
  }

  /// Compares what the folder would become with what was given, and turns it around.
  std::vector<RevertedTensor> original(const ConvertedModel& again, const std::vector<SourceTensor>& sources) {
    compare_metadata(family_, metadata_, header_of(again.values), notes_);
    ViewCollector views(sources);
    std::vector<float> added(sources.size());
    std::set<std::string_view> made;
    for (const ConvertedTensor& tensor : again.tensors) {
      const auto found = numbers_.find(tensor.name);
      if (found == numbers_.end()) continue;  // computed, and llama.cpp would compute it again
      made.insert(tensor.name);
      check_same(tensor, tensors_[found->second]);
      if (tensor.sources.empty()) continue;
      views.add(tensor, found->second);
      for (const uint32_t source : tensor.sources) added[source] = -tensor.add;
    }
    refuse_others(made);
    std::vector<RevertedTensor> list;
    for (size_t i = 0; i < sources.size(); ++i) {
      const SourceTensor& source = sources[i];
      const auto& ends = family_.origin.precise;
      const bool precise =
          std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return source.name.ends_with(end); });
      const uint64_t count = count_of(source.shape);
      std::vector<DerivedPart> parts = alternating_parts(source.name, count, views.of(i));
      const bool woven = !parts.empty();
      if (!woven) parts = parts_of_original(source.name, count, views.of(i), padded_.count(source.name) > 0);
      list.push_back({source.name, source.shape, std::move(parts), woven, added[i], precise});
    }
    return list;
  }

  void check_same(const ConvertedTensor& tensor, const SourceTensor& given) const {
    if (tensor.shape != given.shape) {
      throw Error("The tensor " + in_quotes(given.name) +
                  " has another shape than the metadata call for. The file is "
                  "damaged or was changed by hand.");
    }
    const auto values = values_.find(given.name);
    if (!tensor.computed.empty() && (values == values_.end() || !near(values->second, tensor.computed))) {
      throw Error("The factors in " + in_quotes(given.name) + " are none that " + std::string(family_.title) +
                  " is known to have, so that no config.json can say them.");
    }
  }

  void refuse_others(const std::set<std::string_view>& made) const {
    std::vector<std::string> others;
    uint64_t count = 0;
    for (const SourceTensor& tensor : tensors_) {
      if (made.count(tensor.name)) continue;
      if (++count <= 3) others.push_back(in_quotes(tensor.name));
    }
    if (count == 0) return;
    throw Error("Of the file's tensors, " + listed(others, count) + (count == 1 ? " has" : " have") + " no place in " +
                std::string(family_.title) + ", so that a folder would lack " + (count == 1 ? "it" : "them") + '.');
  }

  const Family& family_;
  const GgufHeader& metadata_;
  const std::span<const SourceTensor> tensors_;
  const NamedValues& values_;
  std::unordered_map<std::string_view, uint32_t> numbers_;
  FindTensor find_;
  Json config_;
  uint64_t vocabulary_ = 0;
  std::set<std::string> padded_;
  Notes notes_;
};

/// What one of the family's operations is that has no way back; empty when there is none.
std::string words_on_operation(const Family& family) {
  const auto of_rules = [](std::span<const TensorRule> rules) -> std::string {
    for (const TensorRule& rule : rules) {
      if (!rule.operation || rule.operation.source_shape) continue;
      return in_quotes(rule.name) + " comes from " + in_quotes(rule.source) + " by " +
             std::string(rule.operation.words) + ", which has no way back here";
    }
    return {};
  };
  std::string words = of_rules(family.globals);
  if (words.empty()) words = of_rules(family.layer);
  for (const Stack& stack : family.stacks) {
    if (words.empty()) words = of_rules(stack.rules);
  }
  return words;
}

/// True for the language part of models that look at images: the rest is in another file.
bool is_half(const Family& family) {
  return std::any_of(family.left_out.begin(), family.left_out.end(),
                     [](std::string_view start) { return start.starts_with("visual."); });
}

[[noreturn]] void refuse_family(std::string_view architecture) {
  std::string words, title;
  std::vector<std::string_view> known;
  for (const Family* family : families()) {
    if (!family->origin.model_class.empty()) known.push_back(family->architecture);
    if (family->architecture != architecture || !title.empty()) continue;
    title = family->title;
    words = is_half(*family) ? "what looks at images is in another file, so that it would be half a folder"
                             : words_on_operation(*family);
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::string list;
  for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
  const std::string why = title.empty()   ? "its architecture, " + in_quotes(architecture) + ", is not known here"
                          : words.empty() ? "for " + title + " no config.json is made here"
                                          : "of " + title + ", " + words;
  throw Error("The file cannot be made a folder again: " + why + ". It can for " + list +
              "; otherwise take the folder that the model was published in.");
}

}  // namespace

Json short_number(float value) {
  constexpr int digits_enough = 9;  // to tell any two floats apart
  char text[32];
  for (int digits = 1; digits <= digits_enough; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (std::strtof(text, nullptr) == value) break;
  }
  return std::strtod(text, nullptr);
}

Json short_numbers(std::span<const float> values) {
  Json list = Json::list();
  for (const float value : values) list.push_back(short_number(value));
  return list;
}

std::optional<double> Reversion::number(std::string_view key) const {
  return metadata.real(std::string(architecture).append(1, '.').append(key));
}

std::optional<uint64_t> Reversion::whole(std::string_view key) const {
  return metadata.number(std::string(architecture).append(1, '.').append(key));
}

std::vector<uint32_t> Reversion::numbers(std::string_view key) const {
  return metadata.numbers(std::string(architecture).append(1, '.').append(key));
}

std::optional<bool> Reversion::truth(std::string_view key) const {
  return metadata.truth(std::string(architecture).append(1, '.').append(key));
}

std::optional<double> Reversion::member(std::string_view name) const {
  const Json* found = config.find(name);
  return found && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

}  // namespace architecture

bool tells_of_config(std::string_view tensor) {
  using architecture::factor_names;
  return std::find(std::begin(factor_names), std::end(factor_names), tensor) != std::end(factor_names);
}

bool is_led_back(std::string_view architecture) {
  const auto families = architecture::families();
  return std::any_of(families.begin(), families.end(), [=](const architecture::Family* family) {
    return family->architecture == architecture && !family->origin.model_class.empty();
  });
}

RevertedModel revert_to_hugging_face(const GgufHeader& metadata, std::span<const SourceTensor> tensors,
                                     const NamedValues& values) {
  using namespace architecture;
  const std::string name = metadata.text("general.architecture").value_or("");
  std::optional<Error> problem;
  for (const Family* family : families()) {
    if (family->architecture != name || family->origin.model_class.empty()) continue;
    try {
      return Reverter(*family, metadata, tensors, values).make();
    } catch (const Error& error) {
      if (!problem) problem = error;
    }
  }
  if (problem) throw Error(*problem);
  refuse_family(name);
}

}  // namespace nibble
