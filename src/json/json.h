#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

/// JSON: values, their text (this file) and how texts are read (parse.h). The library behind it is included nowhere
/// else, since it costs every file that does a second of compiling.
namespace nibble {

struct JsonMember;

/// A JSON value. Objects keep their members in the order they were given; a name given twice counts as its last value.
class Json {
 public:
  using List = std::vector<Json>;
  using Members = std::vector<JsonMember>;

  Json(std::nullptr_t = nullptr);
  template <std::same_as<bool> T>
  Json(T value) : Json(Scalar{Scalar::truth, value, 0}) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Json(T value)
      : Json(Scalar{is_negative(value) ? Scalar::negative : Scalar::whole, static_cast<uint64_t>(value), 0}) {}
  template <std::floating_point T>
  Json(T value) : Json(Scalar{Scalar::real, 0, static_cast<double>(value)}) {}
  Json(const char* text);
  Json(std::string_view text);
  Json(std::string text);
  /// An object: {{"name", value}, ...}.
  Json(std::initializer_list<JsonMember> members);
  /// A list of the elements.
  template <class T>
  Json(const std::vector<T>& elements) : Json(list_of(elements)) {}
  template <class T, size_t n>
  Json(const std::array<T, n>& elements) : Json(list_of(elements)) {}
  template <class T, size_t n>
  Json(const T (&elements)[n])
    requires(!std::same_as<T, char>)
      : Json(list_of(elements)) {}
  template <class T, size_t n>
  Json(std::span<T, n> elements) : Json(list_of(elements)) {}
  Json(List elements);
  /// The value, or null for none.
  template <class T>
  Json(const std::optional<T>& value) : Json(value ? Json(*value) : Json()) {}

  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  static Json list(List elements = {});
  static Json object();

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  /// A whole number of at least zero, written without fraction and exponent.
  bool is_unsigned() const { return std::holds_alternative<uint64_t>(value_); }
  bool is_whole() const { return is_unsigned() || std::holds_alternative<int64_t>(value_); }
  bool is_number() const { return is_whole() || std::holds_alternative<double>(value_); }
  bool is_text() const { return std::holds_alternative<std::string>(value_); }
  bool is_list() const { return std::holds_alternative<List>(value_); }
  bool is_object() const { return std::holds_alternative<Members>(value_); }

  /// The value as a C++ type: bool, whole numbers, float, double, std::string, vectors of them. Throws Error when it is
  /// another kind, or a number the type cannot hold.
  template <class T>
  T get() const {
    T value;
    read(value);
    return value;
  }
  /// The text of a text. Throws Error when it is none.
  const std::string& text() const;
  bool is(std::string_view text) const { return is_text() && this->text() == text; }

  /// The elements of a list; none for other kinds.
  const List& elements() const;
  /// The members of an object; none for other kinds.
  const Members& members() const;
  /// Null when this is no object or has no such member.
  const Json* find(std::string_view name) const;
  /// The member `name`. Throws Error when there is none.
  const Json& at(std::string_view name) const;
  /// The member `name`; `otherwise` when there is none.
  template <class T>
  T value(std::string_view name, T otherwise) const {
    const Json* found = find(name);
    return found ? found->get<T>() : otherwise;
  }

  /// Adds an element to a list.
  void push_back(Json element);
  /// Adds a member to an object. Does not look for one of the same name.
  void add(std::string name, Json value);
  /// Gives an object's member another value, or adds it.
  void set(std::string_view name, Json value);
  /// Takes a member out of an object, if it is there.
  void remove(std::string_view name);
  /// Leaves an object one member of each name, in its first place and with its last value.
  void drop_repeated_names();

  /// Appends the text of the value; bytes that are not UTF-8 become replacement characters, numbers that are not finite
  /// null, and whole numbers of a floating type keep a fraction ("6.0"). `indent` of 0 puts everything in one line.
  void append_to(std::string& text, int indent = 0) const;
  /// The text of the value.
  std::string dump(int indent = 0) const;

 private:
  using Value = std::variant<std::nullptr_t, bool, uint64_t, int64_t, double, std::string, List, Members>;

  /// What the constructors of numbers pass on: a variant of incomplete types cannot be made in a class they stand in.
  struct Scalar {
    enum Kind { truth, whole, negative, real } kind;
    uint64_t bits;
    double number;
  };
  explicit Json(Scalar scalar);

  template <class T>
  static bool is_negative(T value) {
    if constexpr (std::is_signed_v<T>) return value < 0;
    return false;
  }
  template <class Range>
  static List list_of(const Range& range) {
    List list;
    for (const auto& element : range) list.push_back(Json(element));
    return list;
  }

  [[noreturn]] static void wrong(const char* expected);
  void read(bool& value) const;
  void read(double& value) const;
  void read(float& value) const;
  void read(std::string& value) const;
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void read(T& value) const {
    const auto [negative, bits] = whole_value();
    value = static_cast<T>(bits);
    if (static_cast<uint64_t>(value) != bits || (value < T{0}) != negative) wrong("a whole number in range");
  }
  template <class T>
  void read(std::vector<T>& values) const {
    if (!is_list()) wrong("a list");
    for (const Json& element : elements()) values.push_back(element.get<T>());
  }
  struct Whole {
    bool negative;
    uint64_t bits;
  };
  Whole whole_value() const;

  Value value_;
};

/// A member of an object.
struct JsonMember {
  std::string name;
  Json value;
};

}  // namespace nibble
