#include <emscripten/bind.h>

#include <cmath>

#include "analysis/row_sample.h"
#include "analysis/weight_sample.h"
#include "compare/pairing.h"
#include "container/importance_reader.h"
#include "error.h"
#include "json/json.h"
#include "json/parse.h"
#include "measure/sample_plan.h"
#include "model/folder.h"
#include "model/model.h"
#include "network/pass_json.h"
#include "network/runtime_memory.h"
#include "output/output_plan.h"
#include "plan/graft.h"
#include "plan/json.h"
#include "plan/plan.h"
#include "wasm/bound_measurement.h"
#include "wasm/bound_token_encoder.h"

/// Class Model of web/src/wasm/nibble.d.ts.
namespace nibble {
namespace {

/// File lengths and pointers arrive as JavaScript numbers; beyond 2^53 those are no longer exact.
constexpr double max_file_bytes = 9007199254740992.0;

template <class Call>
std::string answer(Call&& call) {
  return bound::answer(call, "There is not enough memory for this model's header. Close other pages and try again.");
}

class BoundModel {
 public:
  std::string offer(unsigned file, const std::string& name, double file_bytes, double offset, uintptr_t pointer,
                    size_t length) {
    return answer([&] {
      const std::span bytes(bound::bytes_at(pointer), length);
      const ByteRange wanted = model_.offer(file, name, checked_length(file_bytes), checked_length(offset), bytes);
      return wanted.bytes > 0 ? wanted_json(wanted) : done_json();
    });
  }

  void set_name(const std::string& name) { model_.set_name(name); }
  void choose_projector() { model_.choose_projector(); }
  void add_note(const std::string& sentence) { model_.add_note(sentence); }

  std::string shard_names(unsigned file) {
    return answer([&] { return names_json(model_.shard_names(file)); });
  }

  std::string info() {
    return answer([&] {
      model_.complete();
      return model_json(model_);
    });
  }

  std::string needed_to_revert() {
    return answer([&] {
      model_.complete();
      return Json{{"tensors", model_.needed_to_revert()}}.dump();
    });
  }

  std::string revert(const std::string& values) {
    return answer([&] {
      NamedValues named;
      for (const Json& one : parse_json(values).elements()) {
        named[one.at("name").get<std::string>()] = one.at("values").get<std::vector<float>>();
      }
      plan_ = {};
      derived_.clear();
      model_.revert(named);
      return model_json(model_);
    });
  }

  std::string graft(BoundModel& other, const std::string& patterns) {
    return answer([&] {
      plan_ = {};
      model_.complete();
      other.model_.complete();
      nibble::graft(model_, other.model_, parse_json(patterns).get<std::vector<std::string>>());
      return model_json(model_);
    });
  }

  /// Numbers are checked like file lengths: they count weights.
  std::string place(unsigned tensor, double first, double count) {
    return answer([&] {
      model_.complete();
      return place_json(model_, tensor, checked_length(first), checked_length(count));
    });
  }

  std::string pair(BoundModel& other) {
    return answer([&] {
      model_.complete();
      other.model_.complete();
      return pairs_json(pair_tensors(model_, other.model_));
    });
  }

  std::string plan(const std::string& options) {
    return answer([&] {
      plan_ = {};
      model_.complete();
      OutputPlan made = plan_output(model_, parse_plan_options(options), importance());
      plan_ = std::move(made.plan);
      return std::move(made.json);
    });
  }

  std::string price(const std::string& options) {
    return answer([&] {
      model_.complete();
      return price_json(price_output(model_, parse_plan_options(options), importance()));
    });
  }

  std::string pass_plan(const std::string& options) {
    return answer([&] {
      model_.complete();
      return network::pass_plan_json(network::plan_pass(model_, network::parse_pass_options(options)), model_);
    });
  }

  std::string runtime_memory(double context, const std::string& cache_type, bool no_mtp) {
    return answer([&] {
      model_.complete();
      return network::runtime_memory_json(model_, checked_length(context), cache_type, no_mtp);
    });
  }

  std::string chat_template() {
    return answer([&] {
      model_.complete();
      const GgufHeader& metadata = model_.metadata();
      const auto eos = metadata.number("tokenizer.ggml.eos_token_id");
      return Json{{"template", metadata.text("tokenizer.chat_template")}, {"eos", eos}}.dump();
    });
  }

  bound::BoundTokenEncoder* token_encoder() {
    return new bound::BoundTokenEncoder([&]() -> const GgufHeader& {
      model_.complete();
      return model_.metadata();
    });
  }

  std::string weight_sample(unsigned runs, unsigned run_weights) {
    return answer([&] {
      model_.complete();
      return row_sample_json(make_weight_sample(model_, {runs, run_weights}), model_);
    });
  }

  std::string sample(const std::string& options) {
    return answer([&] {
      model_.complete();
      return row_sample_json(make_row_sample(model_, parse_row_sample_options(options)), model_);
    });
  }

  std::string assignment(const std::string& options) {
    return answer([&] {
      model_.complete();
      return assignment_json(model_, parse_plan_options(options), importance());
    });
  }

  std::string note_on_rules(const std::string& options) {
    std::string note;
    const std::string problem = bound::sentence_of([&] {
      model_.complete();
      note = note_on_idle_rules(model_, parse_plan_options(options));
    });
    return problem.empty() ? note : problem;
  }

  std::string sample_plan(const std::string& options, const std::string& measure) {
    return answer([&] {
      plan_ = {};
      model_.complete();
      SamplePlan made =
          make_sample_plan(model_, parse_plan_options(options), parse_measure_options(measure), importance());
      std::string json = sample_plan_json(made);
      plan_ = std::move(made.plan);
      measurement_ = std::move(made.measurement);
      return json;
    });
  }

  bound::BoundMeasurement* begin_measurement() { return new bound::BoundMeasurement(std::exchange(measurement_, {})); }

  std::string sample_jobs(unsigned source, double begin, double end, double job_bytes) {
    return answer([&] {
      if (source >= model_.tensors().size()) throw Error("There is no such tensor. This is a fault in the program.");
      return sample_jobs_json(nibble::sample_jobs(model_.tensors()[source], static_cast<uint64_t>(begin),
                                                  static_cast<uint64_t>(end), static_cast<uint64_t>(job_bytes)));
    });
  }

  std::string open_importance(const std::string& path, double file_bytes) {
    return answer([&] {
      close_importance();
      importance_ = ImportanceFile{path, {}};
      reader_.emplace(checked_length(file_bytes));
      return importance_answer();
    });
  }

  std::string offer_importance(uintptr_t pointer, size_t length) {
    return answer([&] {
      if (!reader_) throw Error("No importance matrix is being read.");
      try {
        reader_->offer({bound::bytes_at(pointer), length});
      } catch (...) {
        close_importance();
        throw;
      }
      return importance_answer();
    });
  }

  std::string importance_entries() {
    return answer([&] {
      model_.complete();
      return importance_entries_json(importance_ ? importance_->index : ImportanceIndex{}, model_);
    });
  }

  std::string check_importance_entry(unsigned entry, uintptr_t values, uintptr_t counts) {
    return bound::sentence_of([&] {
      if (!importance_ || entry >= importance_->index.entries.size()) throw Error("There is no such entry.");
      ImportanceEntry& checked = importance_->index.entries[entry];
      const ModelTensor* tensor = tensor_of(checked, model_);
      if (!tensor) throw Error("This entry belongs to no tensor.");
      check_importance(checked, {bound::bytes_at(values), static_cast<size_t>(checked.values_bytes())},
                       {bound::bytes_at(counts), static_cast<size_t>(checked.counts_bytes())},
                       checked.values / tensor->shape[0]);
    });
  }

  void close_importance() {
    reader_.reset();
    importance_.reset();
  }

  std::string importance_row_values(unsigned tensor, uintptr_t values, uintptr_t counts, uintptr_t out) {
    return bound::sentence_of([&] {
      if (tensor >= plan_.tensors.size() || !plan_.tensors[tensor].importance) {
        throw Error("This tensor has no importance.");
      }
      const ImportanceEntry& entry = *plan_.tensors[tensor].importance;
      importance_values(entry, {bound::bytes_at(values), static_cast<size_t>(entry.values_bytes())},
                        {bound::bytes_at(counts), static_cast<size_t>(entry.counts_bytes())},
                        reinterpret_cast<float*>(out));
    });
  }

  uintptr_t computed_pointer() const { return reinterpret_cast<uintptr_t>(model_.computed().data()); }
  size_t computed_bytes() const { return model_.computed().size(); }
  double derived_bytes() const { return static_cast<double>(model_.derived().bytes()); }
  uintptr_t derived_pointer() {
    if (derived_.empty()) derived_ = model_.derived().save();
    return reinterpret_cast<uintptr_t>(derived_.data());
  }
  size_t derived_count() const { return derived_.size(); }
  uintptr_t header_pointer(unsigned file) const {
    return file < plan_.files.size() ? reinterpret_cast<uintptr_t>(plan_.files[file].header.data()) : 0;
  }
  size_t header_bytes(unsigned file) const { return file < plan_.files.size() ? plan_.files[file].header.size() : 0; }

 private:
  static uint64_t checked_length(double file_bytes) {
    if (!(file_bytes >= 0 && file_bytes <= max_file_bytes)) throw Error("The length of the file is not known.");
    return static_cast<uint64_t>(file_bytes);
  }

  /// The matrix that was read to its end, or null.
  const ImportanceFile* importance() const { return importance_ && !reader_ ? &*importance_ : nullptr; }

  std::string importance_answer() {
    const ByteRange wanted = reader_->wanted();
    if (wanted.bytes > 0) return wanted_json(wanted);
    importance_->index = reader_->take();
    reader_.reset();
    return importance_json(*importance_);
  }

  Model model_;
  std::vector<double> derived_;  // once it was asked for
  Plan plan_;
  Measurement measurement_;  // of the last sample plan, until it is begun
  std::optional<ImportanceFile> importance_;
  std::optional<ImportanceReader> reader_;  // while a matrix is being read
};

std::string choose_files(const std::string& paths, const std::string& folder) {
  return answer([&] { return chosen_files_json(paths, folder); });
}

std::string beside(const std::string& weights, const std::string& paths) {
  return answer([&] { return files_beside_json(weights, paths); });
}

bool may_hold_part_of_model(const std::string& path) { return may_hold_part(path); }

EMSCRIPTEN_BINDINGS(nibble_model) {
  emscripten::function("chooseFiles", &choose_files);
  emscripten::function("filesBeside", &beside);
  emscripten::function("mayHoldPart", &may_hold_part_of_model);
  emscripten::function("fileKinds", &file_kinds_json);
  emscripten::class_<BoundModel>("Model")
      .constructor<>()
      .function("offer", &BoundModel::offer)
      .function("setName", &BoundModel::set_name)
      .function("addNote", &BoundModel::add_note)
      .function("chooseProjector", &BoundModel::choose_projector)
      .function("shardNames", &BoundModel::shard_names)
      .function("info", &BoundModel::info)
      .function("neededToRevert", &BoundModel::needed_to_revert)
      .function("revert", &BoundModel::revert)
      .function("computedPointer", &BoundModel::computed_pointer)
      .function("computedBytes", &BoundModel::computed_bytes)
      .function("derivedBytes", &BoundModel::derived_bytes)
      .function("derivedPointer", &BoundModel::derived_pointer)
      .function("derivedCount", &BoundModel::derived_count)
      .function("graft", &BoundModel::graft)
      .function("place", &BoundModel::place)
      .function("pair", &BoundModel::pair)
      .function("plan", &BoundModel::plan)
      .function("price", &BoundModel::price)
      .function("passPlan", &BoundModel::pass_plan)
      .function("runtimeMemory", &BoundModel::runtime_memory)
      .function("chatTemplate", &BoundModel::chat_template)
      .function("tokenEncoder", &BoundModel::token_encoder, emscripten::allow_raw_pointers())
      .function("weightSample", &BoundModel::weight_sample)
      .function("sample", &BoundModel::sample)
      .function("assignment", &BoundModel::assignment)
      .function("noteOnRules", &BoundModel::note_on_rules)
      .function("samplePlan", &BoundModel::sample_plan)
      .function("beginMeasurement", &BoundModel::begin_measurement, emscripten::allow_raw_pointers())
      .function("sampleJobs", &BoundModel::sample_jobs)
      .function("openImportance", &BoundModel::open_importance)
      .function("offerImportance", &BoundModel::offer_importance)
      .function("importanceEntries", &BoundModel::importance_entries)
      .function("checkImportance", &BoundModel::check_importance_entry)
      .function("closeImportance", &BoundModel::close_importance)
      .function("importanceValues", &BoundModel::importance_row_values)
      .function("headerPointer", &BoundModel::header_pointer)
      .function("headerBytes", &BoundModel::header_bytes);
}

}  // namespace
}  // namespace nibble
