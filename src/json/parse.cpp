#include "json/parse.h"

#include <nlohmann/json.hpp>

namespace nibble {
namespace {

/// Passes the library's events on.
class Events : public nlohmann::json_sax<nlohmann::json> {
 public:
  Events(JsonEvents& events, size_t bytes) : events_(events), bytes_(bytes) {}

  bool null() override { return value(nullptr); }
  bool boolean(bool truth) override { return value(truth); }
  bool number_integer(int64_t number) override { return value(number); }
  bool number_unsigned(uint64_t number) override { return value(number); }
  bool number_float(double number, const std::string&) override { return value(number); }
  bool string(std::string& text) override { return value(std::move(text)); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool key(std::string& text) override {
    events_.name(text);
    return true;
  }
  bool start_object(size_t) override {
    enter();
    events_.begin_object();
    return true;
  }
  bool end_object() override {
    --depth_;
    events_.end_object();
    return true;
  }
  bool start_array(size_t) override {
    enter();
    events_.begin_list();
    return true;
  }
  bool end_array() override {
    --depth_;
    events_.end_list();
    return true;
  }
  bool parse_error(size_t byte, const std::string&, const nlohmann::detail::exception& problem) override {
    constexpr int number_out_of_range = 406;
    throw JsonError(problem.id == number_out_of_range ? JsonError::Kind::number : JsonError::Kind::syntax, byte);
  }

 private:
  bool value(Json json) {
    events_.value(std::move(json));
    return true;
  }
  void enter() {
    if (++depth_ > max_json_depth) throw JsonError(JsonError::Kind::depth, bytes_);
  }

  JsonEvents& events_;
  size_t bytes_, depth_ = 0;
};

std::string sentence(JsonError::Kind kind, size_t byte) {
  switch (kind) {
    case JsonError::Kind::syntax:
      return "The text is not valid JSON: it goes wrong at byte " + std::to_string(byte) + '.';
    case JsonError::Kind::depth:
      return "The JSON text nests lists and objects more than " + std::to_string(max_json_depth) + " deep.";
    case JsonError::Kind::number: return "The JSON text holds a number no program can read.";
  }
  return {};
}

}  // namespace

JsonError::JsonError(Kind what, size_t where) : Error(sentence(what, where)), kind(what), byte(where) {}

void JsonBuilder::value(Json&& value) {
  if (open_.empty()) {
    root_ = std::move(value);
  } else if (open_.back().value.is_object()) {
    open_.back().value.add(std::move(name_), std::move(value));
  } else {
    open_.back().value.push_back(std::move(value));
  }
}

void JsonBuilder::begin(Json container) { open_.push_back({std::move(name_), std::move(container)}); }

void JsonBuilder::end() {
  Open done = std::move(open_.back());
  open_.pop_back();
  done.value.drop_repeated_names();
  name_ = std::move(done.name);
  value(std::move(done.value));
}

void read_json(std::string_view text, JsonEvents& events) {
  Events passed(events, text.size());
  nlohmann::json::sax_parse(text.begin(), text.end(), &passed);
}

Json parse_json(std::string_view text) {
  JsonBuilder builder;
  read_json(text, builder);
  return builder.take();
}

Json parse_json_or_null(std::string_view text) {
  try {
    return parse_json(text);
  } catch (const JsonError&) {
    return nullptr;
  }
}

}  // namespace nibble
