#include "container/safetensors_header.h"

#include <unordered_set>

#include "container/safetensors_limits.h"
#include "container/text.h"
#include "error.h"
#include "json/parse.h"

namespace nibble {
namespace {

constexpr char metadata_key[] = "__metadata__";

/// Gets the pieces of the JSON as the parser meets them.
class HeaderEvents : public JsonEvents {
 public:
  SafetensorsHeader header;

  void begin_object() override {
    enter();
    if (depth_ == 1) return;
    if (depth_ == 2) {
      in_metadata_ = key_ == metadata_key;
      if (in_metadata_ && met_metadata_) refuse("has two \"__metadata__\"");
      met_metadata_ = met_metadata_ || in_metadata_;
      if (!in_metadata_) begin_entry();
      return;
    }
    unexpected();
  }

  void end_object() override {
    if (depth_ == 2 && !in_metadata_) end_entry();
    --depth_;
  }

  void name(std::string& text) override { (depth_ == 1 ? key_ : field_) = text; }

  void begin_list() override {
    enter();
    if (depth_ != 3 || in_metadata_) unexpected();
    if (field_ == "shape") met_ |= met_shape;
    if (field_ == "data_offsets") met_ |= met_offsets;
  }
  void end_list() override { --depth_; }

  void value(Json&& value) override {
    if (value.is_text() && depth_ == 2 && in_metadata_) {
      header.metadata.emplace_back(field_, value.text());
    } else if (value.is_text() && depth_ == 2 && field_ == "dtype") {
      header.entries.back().dtype = value.text();
      met_ |= met_dtype;
    } else if (value.is_unsigned() && depth_ == 3) {
      number(value.get<uint64_t>());
    } else {
      other();
    }
  }

  [[noreturn]] static void refuse(const std::string& what) {
    throw Error("The header of this safetensors file " + what +
                ". The file is probably damaged, or no safetensors file; download it again.");
  }

 private:
  enum : unsigned { met_dtype = 1, met_shape = 2, met_offsets = 4, met_all = 7 };

  void number(uint64_t value) {
    SafetensorsEntry& entry = header.entries.back();
    if (field_ == "shape") {
      if (entry.shape.size() >= safetensors::max_dimensions) {
        refuse("gives tensor " + in_quotes(entry.name) + " more than " + std::to_string(safetensors::max_dimensions) +
               " dimensions");
      }
      if (value > INT64_MAX) refuse("gives tensor " + in_quotes(entry.name) + " an impossible shape");
      entry.shape.push_back(value);
    } else if (field_ == "data_offsets") {
      if (offsets_ == 2) refuse("gives tensor " + in_quotes(entry.name) + " more than two offsets");
      (offsets_++ == 0 ? entry.begin : entry.end) = value;
    }
  }

  void enter() {
    if (++depth_ > safetensors::max_depth) refuse("is nested too deeply");
  }

  void begin_entry() {
    if (header.entries.size() >= safetensors::max_tensors) {
      refuse("lists more than " + std::to_string(safetensors::max_tensors) + " tensors");
    }
    if (!names_.insert(key_).second) refuse("lists tensor " + in_quotes(key_) + " twice");
    header.entries.push_back({key_, {}, {}, 0, 0});
    met_ = 0;
    offsets_ = 0;
  }

  void end_entry() const {
    if (met_ == met_all && offsets_ == 2) return;
    refuse("does not give tensor " + in_quotes(key_) + " a dtype, a shape and two data_offsets");
  }

  /// A value of a kind that has no place where the format has one of its own; elsewhere it is passed over.
  void other() const {
    const bool known = depth_ < 2 || in_metadata_ || field_ == "dtype" || field_ == "shape" || field_ == "data_offsets";
    if (known) unexpected();
  }
  [[noreturn]] void unexpected() const {
    refuse("has a value of the wrong kind" + (key_.empty() ? "" : " in " + in_quotes(key_)) +
           (field_.empty() ? "" : ", " + in_quotes(field_)));
  }

  uint32_t depth_ = 0;
  bool in_metadata_ = false, met_metadata_ = false;
  unsigned met_ = 0, offsets_ = 0;
  std::string key_, field_;
  std::unordered_set<std::string> names_;
};

}  // namespace

SafetensorsHeader read_safetensors_header(std::string_view json) {
  HeaderEvents events;
  if (json.front() != '{') HeaderEvents::refuse("does not begin with a brace");
  try {
    read_json(json, events);
  } catch (const JsonError& problem) {
    HeaderEvents::refuse("is no valid JSON at byte " + std::to_string(problem.byte));
  }
  return std::move(events.header);
}

}  // namespace nibble
