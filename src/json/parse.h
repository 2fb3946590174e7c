#pragma once
#include <string_view>

#include "error.h"
#include "json/json.h"

namespace nibble {

/// Lists and objects inside one another deeper than this are damage or an attack; the files in question use six.
inline constexpr size_t max_json_depth = 64;

/// What is wrong with a text that is no JSON.
class JsonError : public Error {
 public:
  enum class Kind { syntax, depth, number };
  JsonError(Kind what, size_t where);

  Kind kind;
  size_t byte;  ///< where it goes wrong, counted from 1
};

/// Gets the pieces of a JSON text in their order. What a function throws ends the reading and reaches its caller.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_list() = 0;
  virtual void end_list() = 0;
  /// The name of the member whose value comes next.
  virtual void name(std::string& text) = 0;
  /// A text, a number, true, false or null.
  virtual void value(Json&& value) = 0;
};

/// Makes one value of all pieces.
class JsonBuilder : public JsonEvents {
 public:
  void begin_object() override { begin(Json::object()); }
  void end_object() override { end(); }
  void begin_list() override { begin(Json::list()); }
  void end_list() override { end(); }
  void name(std::string& text) override { name_ = text; }
  void value(Json&& value) override;

  /// The value, when the last piece has come.
  Json take() { return std::move(root_); }

 private:
  struct Open {
    std::string name;  // in the object around it
    Json value;
  };
  void begin(Json container);
  void end();

  std::string name_;
  std::vector<Open> open_;
  Json root_;
};

/// Reads a text piece by piece. Throws JsonError when it is no JSON.
void read_json(std::string_view text, JsonEvents& events);
/// The value of a text. Throws JsonError when it is no JSON.
Json parse_json(std::string_view text);
/// The value of a text; null when it is no JSON.
Json parse_json_or_null(std::string_view text);

}  // namespace nibble
