#include "container/torch_checkpoint.h"

#include <algorithm>
#include <optional>
#include <set>

#include "container/pickle.h"
#include "container/text.h"
#include "error.h"
#include "names.h"

namespace nibble {
namespace {

using Kind = PickleValue::Kind;

/// Containers inside one another, and calls around a tensor.
constexpr int max_depth = 32;
constexpr size_t max_dimensions = 64;
/// More weights than any file holds; products stay below 2^64.
constexpr uint64_t max_weights = uint64_t{1} << 56;

struct Dtype {
  std::string_view storage;  ///< torch.<storage>; empty where tensors name the type themselves
  std::string_view name;     ///< torch.<name>
  std::string_view short_name;
  Type type;
};
constexpr Dtype dtypes[] = {
    {"FloatStorage", "float32", "F32", Type::f32},
    {"HalfStorage", "float16", "F16", Type::f16},
    {"BFloat16Storage", "bfloat16", "BF16", Type::bf16},
    {"DoubleStorage", "float64", "F64", Type::f64},
    {"LongStorage", "int64", "I64", Type::i64},
    {"IntStorage", "int32", "I32", Type::i32},
    {"ShortStorage", "int16", "I16", Type::i16},
    {"CharStorage", "int8", "I8", Type::i8},
    {"ByteStorage", "uint8", "U8", Type::i8},
    {"BoolStorage", "bool", "BOOL", Type::i8},
    {"", "float8_e4m3fn", "F8_E4M3", Type::f8_e4m3},
    {"", "float8_e5m2", "F8_E5M2", Type::f8_e5m2},
};

/// Types of PyTorch that nothing here can hold. Pickles may name them, so that the tensor is named that has one.
struct ForeignDtype {
  std::string_view storage, name;  ///< as of Dtype
  std::string_view kind;
};
constexpr std::string_view complex_numbers = "complex numbers", packed_integers = "quantized integers",
                           other_floats = "floats of another layout", unsigned_integers = "unsigned integers";
constexpr ForeignDtype foreign_dtypes[] = {
    {"ComplexFloatStorage", "complex64", complex_numbers},
    {"ComplexDoubleStorage", "complex128", complex_numbers},
    {"ComplexHalfStorage", "complex32", complex_numbers},
    {"QInt8Storage", "qint8", packed_integers},
    {"QUInt8Storage", "quint8", packed_integers},
    {"QInt32Storage", "qint32", packed_integers},
    {"QUInt4x2Storage", "quint4x2", packed_integers},
    {"QUInt2x4Storage", "quint2x4", packed_integers},
    {"", "float8_e4m3fnuz", other_floats},
    {"", "float8_e5m2fnuz", other_floats},
    {"", "float8_e8m0fnu", other_floats},
    {"", "float4_e2m1fn_x2", other_floats},
    {"", "uint16", unsigned_integers},
    {"", "uint32", unsigned_integers},
    {"", "uint64", unsigned_integers},
};

struct Name {
  std::string_view module, name;
};
constexpr Name ordered_dict = {"collections", "OrderedDict"};
constexpr Name tensor_names[] = {{"torch._utils", "_rebuild_tensor"},
                                 {"torch._utils", "_rebuild_tensor_v2"},
                                 {"torch._utils", "_rebuild_tensor_v3"}};
constexpr Name parameter_names[] = {{"torch._utils", "_rebuild_parameter"},
                                    {"torch._utils", "_rebuild_parameter_with_state"}};
constexpr Name subclass_name = {"torch._tensor", "_rebuild_from_type_v2"};
/// Named beside tensors, of no meaning for their values.
constexpr Name other_names[] = {{"torch", "Size"},
                                {"torch", "device"},
                                {"torch", "Tensor"},
                                {"torch.nn.parameter", "Parameter"},
                                {"torch.storage", "UntypedStorage"}};

bool is(const PickleValue& value, const Name& name) {
  return value.kind == Kind::global && value.text == name.module && value.name == name.name;
}

template <size_t n>
bool is_any(const PickleValue& value, const Name (&names)[n]) {
  return std::any_of(std::begin(names), std::end(names), [&](const Name& name) { return is(value, name); });
}

template <class Entry, size_t n>
const Entry* find_named(const Entry (&list)[n], const PickleValue& value) {
  if (value.kind != Kind::global || value.text != "torch" || value.name.empty()) return nullptr;
  for (const Entry& one : list) {
    if (value.name == one.storage || value.name == one.name) return &one;
  }
  return nullptr;
}

const Dtype* find_dtype(const PickleValue& value) { return find_named(dtypes, value); }

bool allowed(std::string_view module, std::string_view name) {
  PickleValue value;
  value.kind = Kind::global;
  value.text = module;
  value.name = name;
  return is(value, ordered_dict) || is(value, subclass_name) || is_any(value, tensor_names) ||
         is_any(value, parameter_names) || is_any(value, other_names) || find_dtype(value) ||
         find_named(foreign_dtypes, value);
}

/// Containers at the top whose keys begin so hold what a training needs to go on, and no weights of the model.
constexpr std::string_view training_state[] = {"optim", "lr_sched", "scheduler", "scaler", "grad_scaler",
                                               "rng",   "random",   "callbacks", "loops"};

bool is_training_state(const std::string& path) {
  return std::any_of(std::begin(training_state), std::end(training_state),
                     [&](std::string_view start) { return same_name(path.substr(0, start.size()), start); });
}

[[noreturn]] void damaged(const std::string& name) {
  throw Error("The checkpoint describes the tensor " + in_quotes(name) +
              " in a way PyTorch does not. It is probably damaged; "
              "download or save it again.");
}

class Collector {
 public:
  explicit Collector(const Pickle& pickle) : pickle_(pickle), visited_(pickle.values.size()) {}

  TorchCheckpoint collect() {
    visit(pickle_.root, "", "", 0);
    TorchCheckpoint checkpoint;
    leave_training_state_out(checkpoint.notes);
    const bool together =
        std::all_of(paths_.begin(), paths_.end(), [&](const std::string& path) { return path == paths_.front(); });
    for (size_t i = 0; !together && i < tensors_.size(); ++i) tensors_[i].name = paths_[i] + tensors_[i].name;
    checkpoint.tensors = std::move(tensors_);
    return checkpoint;
  }

 private:
  /// Only where something else is there: somebody may want to look at an optimizer's state by itself.
  void leave_training_state_out(Notes& notes) {
    if (std::all_of(paths_.begin(), paths_.end(), is_training_state)) return;
    std::set<std::string> left_out;
    size_t kept = 0;
    for (size_t i = 0; i < tensors_.size(); ++i) {
      if (is_training_state(paths_[i])) {
        left_out.insert(in_quotes(paths_[i].substr(0, paths_[i].find('.'))));
        continue;
      }
      std::swap(tensors_[kept], tensors_[i]);
      std::swap(paths_[kept++], paths_[i]);
    }
    if (left_out.empty()) return;
    tensors_.resize(kept);
    paths_.resize(kept);
    const std::vector<std::string> names(left_out.begin(), left_out.end());
    notes.add("Only the model was taken from the checkpoint: " + listed(names, names.size()) +
              (names.size() == 1 ? " is" : " are") + " the state of its training, and left out.");
  }

  /// `path` is the containers' keys, each followed by a dot.
  void visit(uint32_t index, const std::string& path, const std::string& key, int depth) {
    const PickleValue& value = pickle_[index];
    if (const PickleValue* arguments = tensor_arguments(index, 0)) {
      add_tensor(*arguments, path, key);
      return;
    }
    const bool container = value.kind == Kind::list || value.kind == Kind::tuple || value.kind == Kind::set ||
                           value.kind == Kind::dict || value.kind == Kind::call;
    // A container met again has nothing new; one inside itself would never end.
    if (!container || visited_[index]) return;
    visited_[index] = true;
    if (depth == max_depth)
      throw Error("The checkpoint nests containers deeper than any list of tensors, so it was not read.");
    const std::string inner = depth == 0 ? "" : path + key + '.';
    if (value.kind == Kind::dict) {
      visit_pairs(value.items, 0, inner, depth);
    } else if (value.kind == Kind::call) {
      if (!is(pickle_[value.items[0]], ordered_dict)) return;
      visit_ordered_dict_arguments(pickle_[value.items[1]], inner, depth);
      visit_pairs(value.items, 2, inner, depth);
    } else {
      for (size_t i = 0; i < value.items.size(); ++i) visit(value.items[i], inner, std::to_string(i), depth + 1);
    }
  }

  void visit_pairs(const std::vector<uint32_t>& items, size_t first, const std::string& path, int depth) {
    for (size_t i = first; i + 1 < items.size(); i += 2) visit(items[i + 1], path, key_text(items[i]), depth + 1);
  }

  /// Python 2 wrote OrderedDict([[key, value], ...]).
  void visit_ordered_dict_arguments(const PickleValue& arguments, const std::string& path, int depth) {
    if (arguments.items.empty()) return;
    const PickleValue& list = pickle_[arguments.items[0]];
    if (list.kind != Kind::list) return;
    for (const uint32_t pair : list.items) visit_pairs(pickle_[pair].items, 0, path, depth);
  }

  std::string key_text(uint32_t index) const {
    const PickleValue& key = pickle_[index];
    if (key.kind == Kind::text) return std::string(key.text);
    return key.kind == Kind::integer ? std::to_string(key.integer) : "?";
  }

  /// The arguments from which a tensor is made; null when the value is none.
  const PickleValue* tensor_arguments(uint32_t index, int depth) const {
    const PickleValue& value = pickle_[index];
    if (value.kind != Kind::call || depth == max_depth) return nullptr;
    const PickleValue &callee = pickle_[value.items[0]], &arguments = pickle_[value.items[1]];
    if (is_any(callee, tensor_names)) return &arguments;
    if (is_any(callee, parameter_names) && !arguments.items.empty())
      return tensor_arguments(arguments.items[0], depth + 1);
    // A subclass of Tensor: the function, the class, its arguments, and attributes.
    if (is(callee, subclass_name) && arguments.items.size() == 4 && is_any(pickle_[arguments.items[0]], tensor_names)) {
      return &pickle_[arguments.items[2]];
    }
    return nullptr;
  }

  void add_tensor(const PickleValue& arguments, const std::string& path, const std::string& key) {
    const std::string name = path + key;
    // storage, offset, shape, strides, ...; in the third version then requires_grad, hooks, type
    if (arguments.items.size() < 4) damaged(name);
    const PickleValue& reference = pickle_[arguments.items[0]];
    if (reference.kind != Kind::persistent) damaged(name);
    // ("storage", type, key, device, values)
    const PickleValue& storage = pickle_[reference.items[0]];
    if (storage.kind != Kind::tuple || storage.items.size() < 5 || pickle_[storage.items[2]].kind != Kind::text)
      damaged(name);
    const PickleValue* named = &pickle_[storage.items[1]];
    const Dtype* dtype = find_dtype(*named);
    const bool untyped = !dtype && !find_named(foreign_dtypes, *named);
    if (untyped && arguments.items.size() >= 7) dtype = find_dtype(*(named = &pickle_[arguments.items[6]]));
    if (const ForeignDtype* foreign = dtype ? nullptr : find_named(foreign_dtypes, *named)) {
      throw Error("The tensor " + in_quotes(name) + " holds " + std::string(foreign->kind) + " (torch." +
                  std::string(foreign->name) +
                  "), which Nibble does not read and GGUF has no type for. If it is a buffer that the model computes "
                  "anew, take it out of the state dict and save that again.");
    }
    if (!dtype) throw Error("The tensor " + in_quotes(name) + " has a type Nibble does not know.");
    const uint32_t value_bytes = format_of(dtype->type).block_bytes;

    TorchTensor tensor{key,
                       whole_numbers(arguments.items[2], name),
                       dtype->type,
                       std::string(dtype->short_name),
                       1,
                       0,
                       std::string(pickle_[storage.items[2]].text),
                       0};
    for (const uint64_t size : tensor.shape) {
      if (size != 0 && tensor.weight_count > max_weights / size) damaged(name);
      tensor.weight_count *= size;
    }
    check_strides(whole_numbers(arguments.items[3], name), tensor, name);
    const uint64_t first = whole(arguments.items[1], name);
    const uint64_t held = whole(storage.items[4], name) / (untyped ? value_bytes : 1);
    if (first > held || tensor.weight_count > held - first) damaged(name);
    tensor.bytes = tensor.weight_count * value_bytes;
    tensor.offset = first * value_bytes;
    std::reverse(tensor.shape.begin(), tensor.shape.end());
    tensors_.push_back(std::move(tensor));
    paths_.push_back(path);
  }

  uint64_t whole(uint32_t index, const std::string& name) const {
    const PickleValue& value = pickle_[index];
    if (value.kind != Kind::integer || value.integer < 0 || static_cast<uint64_t>(value.integer) > max_weights)
      damaged(name);
    return static_cast<uint64_t>(value.integer);
  }

  std::vector<uint64_t> whole_numbers(uint32_t index, const std::string& name) const {
    const PickleValue* list = &pickle_[index];
    if (list->kind == Kind::call && is(pickle_[list->items[0]], {"torch", "Size"}) &&
        !pickle_[list->items[1]].items.empty()) {
      list = &pickle_[pickle_[list->items[1]].items[0]];
    }
    if (list->kind != Kind::tuple || list->items.size() > max_dimensions) damaged(name);
    std::vector<uint64_t> numbers;
    for (const uint32_t item : list->items) numbers.push_back(whole(item, name));
    return numbers;
  }

  /// Shape and strides are outermost first here. The stride of a dimension of length 1 means nothing.
  static void check_strides(const std::vector<uint64_t>& strides, const TorchTensor& tensor, const std::string& name) {
    if (strides.size() != tensor.shape.size()) damaged(name);
    uint64_t expected = 1;
    for (size_t i = strides.size(); tensor.weight_count > 0 && i-- > 0;) {
      if (tensor.shape[i] == 1) continue;
      if (strides[i] != expected) {
        throw Error("The tensor " + in_quotes(name) +
                    " is a view that is not stored row after row, for example a transposed one. "
                    "Save it as tensor.contiguous().");
      }
      expected *= tensor.shape[i];
    }
  }

  const Pickle& pickle_;
  std::vector<bool> visited_;
  std::vector<TorchTensor> tensors_;
  std::vector<std::string> paths_;
};

}  // namespace

TorchCheckpoint read_torch_checkpoint(std::span<const uint8_t> bytes) {
  const Pickle pickle = read_pickle(bytes, allowed);
  TorchCheckpoint checkpoint = Collector(pickle).collect();
  if (checkpoint.tensors.empty()) throw Error("The checkpoint holds no tensors.");
  return checkpoint;
}

}  // namespace nibble
