#include "container/pickle.h"

#include <cstdio>
#include <cstring>
#include <unordered_map>

#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

/// A tensor takes some 20 values, and a file holds some thousand tensors.
constexpr size_t max_values = size_t{1} << 19;
/// Open tuples, lists and dicts inside one another; checkpoints have some ten.
constexpr size_t max_open = 256;
constexpr size_t max_stack = size_t{1} << 19;
constexpr size_t max_text_bytes = size_t{1} << 20;
/// Names are "torch._utils" and the like.
constexpr size_t max_name_bytes = 256;

using Kind = PickleValue::Kind;

[[noreturn]] void damaged() {
  throw Error("The pickle in the checkpoint is damaged or cut off. Download or save the file again.");
}

[[noreturn]] void too(const char* what) {
  throw Error(std::string("The pickle in the checkpoint is ") + what +
              " than any list of tensors, so it was not read.");
}

[[noreturn]] void refuse_name(std::string_view module, std::string_view name) {
  throw Error("The file wants to call " + in_quotes(std::string(module) + '.' + std::string(name), 160) +
              ". Nibble takes tensors and plain containers from a checkpoint and runs nothing, so it was not read. If "
              "you trust "
              "the file, save its weights alone: torch.save(model.state_dict(), ...).");
}

/// The stack machine a pickle is a program for.
class Machine {
 public:
  Machine(std::span<const uint8_t> bytes, PickleNameAllowed allowed) : bytes_(bytes), allowed_(allowed) {}

  Pickle run() {
    while (step()) {
    }
    const uint32_t root = pop();
    return {std::move(values_), root};
  }

 private:
  // Instructions are one byte each; the names are those of Python's pickletools.
  bool step() {
    const uint8_t code = read<uint8_t>();
    switch (code) {
      case '.': return false;
      case 0x80: check_protocol(read<uint8_t>()); break;
      case 0x95: take(8); break;  // FRAME
      case '(': open(); break;
      case '0': pop_or_mark(); break;
      case '1': close(); break;
      case '2': push(top()); break;
      case 'N': add(Kind::none); break;
      case 0x88: add_integer(Kind::boolean, 1); break;
      case 0x89: add_integer(Kind::boolean, 0); break;
      case 'J': add_integer(Kind::integer, read<int32_t>()); break;
      case 'K': add_integer(Kind::integer, read<uint8_t>()); break;
      case 'M': add_integer(Kind::integer, read<uint16_t>()); break;
      case 0x8a: add_long(read<uint8_t>()); break;
      case 0x8b: add_long(read<uint32_t>()); break;
      case 'G': add_real(); break;
      case 'X': add_text(Kind::text, read<uint32_t>()); break;
      case 0x8c: add_text(Kind::text, read<uint8_t>()); break;
      case 0x8d: add_text(Kind::text, read<uint64_t>()); break;
      case 'U': add_text(Kind::text, read<uint8_t>()); break;  // SHORT_BINSTRING, from Python 2
      case 'T': add_text(Kind::text, read<uint32_t>()); break;
      case 'C': add_text(Kind::bytes, read<uint8_t>()); break;
      case 'B': add_text(Kind::bytes, read<uint32_t>()); break;
      case 0x8e:
      case 0x96: add_text(Kind::bytes, read<uint64_t>()); break;
      case ')': add(Kind::tuple); break;
      case 0x85: add_tuple(1); break;
      case 0x86: add_tuple(2); break;
      case 0x87: add_tuple(3); break;
      case 't': collect(Kind::tuple); break;
      case ']': add(Kind::list); break;
      case 'l': collect(Kind::list); break;
      case 'a': append(pop_span(1)); break;
      case 'e': append(close()); break;
      case '}': add(Kind::dict); break;
      case 'd': collect(Kind::dict); break;
      case 's': set_items(pop_span(2)); break;
      case 'u': set_items(close()); break;
      case 0x8f: add(Kind::set); break;
      case 0x90: append(close()); break;
      case 0x91: collect(Kind::set); break;
      case 'q': remember(read<uint8_t>()); break;
      case 'r': remember(read<uint32_t>()); break;
      case 0x94: remember(static_cast<uint32_t>(memo_.size())); break;
      case 'h': recall(read<uint8_t>()); break;
      case 'j': recall(read<uint32_t>()); break;
      case 'c': {
        const std::string_view module = line();
        add_global(module, line());
        break;
      }
      case 0x93: stack_global(); break;
      case 'i': {  // INST names a class and calls it
        const std::string_view module = line();
        refuse_name(module, line());
      }
      case 'R':
      case 0x81: call(pop()); break;  // REDUCE, NEWOBJ
      case 'b':
        pop();
        top();
        break;  // BUILD: attributes, which tensors and containers do not need
      case 'Q': wrap_persistent(); break;
      default: unknown(code);
    }
    return true;
  }

  template <class T>
  T read() {
    return load<T>(take(sizeof(T)));
  }
  const uint8_t* take(uint64_t count) {
    if (count > bytes_.size() - at_) damaged();
    const uint8_t* here = bytes_.data() + at_;
    at_ += static_cast<size_t>(count);
    return here;
  }
  std::string_view line() {
    const auto* start = reinterpret_cast<const char*>(bytes_.data()) + at_;
    const std::string_view rest(start, bytes_.size() - at_);
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) damaged();
    at_ += end + 1;
    return rest.substr(0, end);
  }

  static void check_protocol(uint8_t protocol) {
    if (protocol < 2 || protocol > 5) {
      throw Error("The pickle in the checkpoint has protocol " + std::to_string(protocol) + "; 2 to 5 can be read.");
    }
  }
  [[noreturn]] static void unknown(uint8_t code) {
    char text[8];
    std::snprintf(text, sizeof text, "0x%02x", code);
    throw Error(std::string("The pickle in the checkpoint uses the instruction ") + text +
                ", which a list of tensors does not need. Save the weights with a current PyTorch: "
                "torch.save(model.state_dict(), ...).");
  }

  PickleValue& add(Kind kind) {
    if (values_.size() == max_values) too("longer");
    values_.emplace_back().kind = kind;
    push(static_cast<uint32_t>(values_.size() - 1));
    return values_.back();
  }
  void add_integer(Kind kind, int64_t value) { add(kind).integer = value; }
  void add_real() {
    const uint8_t* big_endian = take(8);
    uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | big_endian[i];
    add(Kind::real).real = bit_cast<double>(bits);
  }
  /// A little-endian two's complement number. Longer ones than 64 bits are no sizes of anything.
  void add_long(uint32_t length) {
    if (length > max_text_bytes) too("longer");
    const uint8_t* digits = take(length);
    if (length > 8) too("larger in a number");
    uint64_t bits = length > 0 && digits[length - 1] >= 0x80 ? ~uint64_t{0} : 0;
    std::memcpy(&bits, digits, length);
    add_integer(Kind::integer, static_cast<int64_t>(bits));
  }
  void add_text(Kind kind, uint64_t length) {
    if (length > max_text_bytes) too("longer in a text");
    const uint8_t* start = take(length);
    add(kind).text = {reinterpret_cast<const char*>(start), static_cast<size_t>(length)};
  }
  void add_items(Kind kind, std::vector<uint32_t> items) { add(kind).items = std::move(items); }
  void add_tuple(size_t count) { add_items(Kind::tuple, pop_span(count)); }
  void collect(Kind kind) {
    std::vector<uint32_t> items = close();
    if (kind == Kind::dict && items.size() % 2 != 0) damaged();
    add_items(kind, std::move(items));
  }
  void add_global(std::string_view module, std::string_view name) {
    if (module.size() > max_name_bytes || name.size() > max_name_bytes) damaged();
    if (!allowed_(module, name)) refuse_name(module, name);
    PickleValue& value = add(Kind::global);
    value.text = module;
    value.name = name;
  }
  void stack_global() {
    const PickleValue &name = values_[pop()], &module = values_[pop()];
    if (name.kind != Kind::text || module.kind != Kind::text) damaged();
    add_global(module.text, name.text);
  }
  /// Notes the call of what is below the arguments.
  void call(uint32_t arguments) {
    const uint32_t callee = pop();
    if (values_[arguments].kind != Kind::tuple) damaged();
    if (values_[callee].kind != Kind::global) damaged();
    add_items(Kind::call, {callee, arguments});
  }
  void wrap_persistent() { add_items(Kind::persistent, pop_span(1)); }

  void append(const std::vector<uint32_t>& items) {
    PickleValue& target = values_[top()];
    if (target.kind != Kind::list && target.kind != Kind::set) damaged();
    add_to(target, items);
  }
  void set_items(const std::vector<uint32_t>& items) {
    PickleValue& target = values_[top()];
    if ((target.kind != Kind::dict && target.kind != Kind::call) || items.size() % 2 != 0) damaged();
    add_to(target, items);
  }
  /// Items come from the stack, which instructions fill again and again: each costs a byte of the pickle.
  static void add_to(PickleValue& target, const std::vector<uint32_t>& items) {
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void push(uint32_t value) {
    if (stack_.size() == max_stack) too("longer");
    stack_.push_back(value);
  }
  size_t bottom() const { return marks_.empty() ? 0 : marks_.back(); }
  uint32_t top() const {
    if (stack_.size() == bottom()) damaged();
    return stack_.back();
  }
  uint32_t pop() {
    const uint32_t value = top();
    stack_.pop_back();
    return value;
  }
  std::vector<uint32_t> pop_span(size_t count) {
    if (stack_.size() - bottom() < count) damaged();
    std::vector<uint32_t> items(stack_.end() - static_cast<ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  void open() {
    if (marks_.size() == max_open) too("deeper");
    marks_.push_back(stack_.size());
  }
  /// Everything since the last mark.
  std::vector<uint32_t> close() {
    if (marks_.empty()) damaged();
    std::vector<uint32_t> items = pop_span(stack_.size() - bottom());
    marks_.pop_back();
    return items;
  }
  void pop_or_mark() {
    if (!marks_.empty() && stack_.size() == marks_.back()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }
  void remember(uint32_t index) {
    if (memo_.size() == max_values) too("longer");
    memo_[index] = top();
  }
  void recall(uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) damaged();
    push(found->second);
  }

  std::span<const uint8_t> bytes_;
  PickleNameAllowed allowed_;
  size_t at_ = 0;
  std::vector<PickleValue> values_;
  std::vector<uint32_t> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, uint32_t> memo_;
};

}  // namespace

Pickle read_pickle(std::span<const uint8_t> bytes, PickleNameAllowed allowed) { return Machine(bytes, allowed).run(); }

}  // namespace nibble
