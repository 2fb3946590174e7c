#include <emscripten/bind.h>

#include <cmath>

#include "container/model.h"
#include "error.h"
#include "plan/json.h"
#include "plan/plan.h"

/// Class Model of web/src/wasm/nibble.d.ts. Problems come back as sentences; no exception crosses the boundary.
namespace nibble {
namespace {

/// File lengths and pointers arrive as JavaScript numbers; beyond 2^53 those are no longer exact.
constexpr double max_file_bytes = 9007199254740992.0;

template <class Call>
std::string answer(Call&& call) {
  try {
    return call();
  } catch (const Error& error) {
    return error_json(error.what());
  } catch (const std::bad_alloc&) {
    return error_json("There is not enough memory for this model's header. Close other pages and try again.");
  } catch (const std::exception& unexpected) {
    return error_json(std::string("Something unexpected happened while reading the model: ") + unexpected.what());
  }
}

class BoundModel {
 public:
  std::string offer(unsigned file, const std::string& name, double file_bytes, uintptr_t pointer, size_t length) {
    return answer([&] {
      if (!(file_bytes >= 0 && file_bytes <= max_file_bytes)) throw Error("The length of the file is not known.");
      const std::span prefix(reinterpret_cast<const uint8_t*>(pointer), length);
      return offer_json(model_.offer(file, name, static_cast<uint64_t>(file_bytes), prefix));
    });
  }

  std::string info() {
    return answer([&] {
      model_.complete();
      return model_json(model_);
    });
  }

  std::string plan(const std::string& options) {
    return answer([&] {
      plan_ = {};
      model_.complete();
      plan_ = make_plan(model_, parse_plan_options(options));
      return plan_json(plan_, model_);
    });
  }

  std::string price(const std::string& options) {
    return answer([&] {
      model_.complete();
      return price_json(make_price(model_, parse_plan_options(options)));
    });
  }

  uintptr_t header_pointer(unsigned file) const {
    return file < plan_.files.size() ? reinterpret_cast<uintptr_t>(plan_.files[file].header.data()) : 0;
  }
  size_t header_bytes(unsigned file) const { return file < plan_.files.size() ? plan_.files[file].header.size() : 0; }

 private:
  Model model_;
  Plan plan_;
};

EMSCRIPTEN_BINDINGS(nibble_model) {
  emscripten::class_<BoundModel>("Model")
      .constructor<>()
      .function("offer", &BoundModel::offer)
      .function("info", &BoundModel::info)
      .function("plan", &BoundModel::plan)
      .function("price", &BoundModel::price)
      .function("headerPointer", &BoundModel::header_pointer)
      .function("headerBytes", &BoundModel::header_bytes);
}

}  // namespace
}  // namespace nibble
