#include "analysis/row_sample.h"

#include <algorithm>
#include <regex>

#include "codec/codec.h"
#include "error.h"
#include "json/parse.h"
#include "measure/sample.h"
#include "recipe/type_rules.h"

namespace nibble {
namespace {

/// Names are compared in lower case, as the rules for types compare them.
class NameFilter {
 public:
  NameFilter(const Model& model, const std::string& wanted) : wanted_(wanted) {
    if (wanted.empty()) return;
    for (const ModelTensor& tensor : model.tensors()) exact_ = exact_ || tensor.name == wanted;
    if (exact_) return;
    pattern_ = name_pattern(wanted, "a tensor's name, or ");
  }
  bool takes(const std::string& name) const {
    if (wanted_.empty()) return true;
    return exact_ ? name == wanted_ : std::regex_search(name, pattern_);
  }

 private:
  std::string wanted_;
  bool exact_ = false;
  std::regex pattern_;
};

uint64_t row_length(const ModelTensor& tensor) { return tensor.shape[0]; }
uint64_t row_count(const ModelTensor& tensor) { return tensor.weight_count / row_length(tensor); }

bool suits(const ModelTensor& tensor, const RowSampleOptions& options) {
  return find_decoder(tensor.stored, best_kernel()) != nullptr && row_length(tensor) % options.row_multiple == 0;
}

/// Appends the jobs for the first `count` rows of a tensor's sampling order.
void add_rows(const ModelTensor& tensor, uint32_t index, uint64_t count, uint64_t job_weights, RowSample& sample) {
  const uint64_t rows = row_count(tensor);
  RowSampleJob job{index, sample.weight_count, 0, 0, {}};
  const auto finish = [&] {
    if (job.ranges.empty()) return;
    sample.weight_count += job.weight_count;
    sample.jobs.push_back(std::move(job));
    job = {index, sample.weight_count, 0, 0, {}};
  };
  std::vector<uint64_t> chosen(count);
  const RowOrder order(rows, tensor.name);
  for (uint64_t i = 0; i < count; ++i) chosen[i] = order[i];
  // As they lie in the file.
  std::sort(chosen.begin(), chosen.end());
  for (const uint64_t row : chosen) {
    append_weights(tensor, row * row_length(tensor), row_length(tensor), job);
    if (job_weights > 0 && job.weight_count >= job_weights) finish();
  }
  finish();
}

}  // namespace

void append_weights(const ModelTensor& tensor, uint64_t first, uint64_t count, RowSampleJob& job) {
  const Format& format = format_of(tensor.stored);
  for (uint64_t done = 0; done < count;) {
    const WeightPlace place = place_of(tensor, first + done, count - done);
    const uint64_t bytes = format.bytes_for(place.weight_count);
    RowSampleRange* last = job.ranges.empty() ? nullptr : &job.ranges.back();
    if (last && last->file == place.file && last->offset + last->bytes == place.offset &&
        last->first_weight + last->weight_count == first + done) {
      last->bytes += bytes;
      last->weight_count += place.weight_count;
    } else {
      job.ranges.push_back({place.file, place.offset, bytes, first + done, place.weight_count});
    }
    job.bytes += bytes;
    done += place.weight_count;
  }
  job.weight_count += count;
}

RowSample make_row_sample(const Model& model, const RowSampleOptions& options) {
  const NameFilter filter(model, options.tensors);
  RowSample sample;
  std::vector<uint32_t> chosen;
  for (uint32_t index = 0; index < model.tensors().size(); ++index) {
    const ModelTensor& tensor = model.tensors()[index];
    if (tensor.shape.size() < 2 || tensor.weight_count == 0 || !filter.takes(tensor.name)) continue;
    if (suits(tensor, options)) {
      chosen.push_back(index);
      sample.of_weights += tensor.weight_count;
    } else {
      sample.left_out.push_back(tensor.name);
    }
  }
  if (chosen.empty()) {
    throw Error(options.tensors.empty() ? "This model has no matrix of weights that can be analysed."
                                        : "No matrix that can be analysed has a name with \"" + options.tensors +
                                              "\" in it. The command inspect lists the names.");
  }
  sample.tensors = chosen.size();
  for (const uint32_t index : chosen) {
    const ModelTensor& tensor = model.tensors()[index];
    const uint64_t rows = row_count(tensor);
    uint64_t count = rows;
    if (options.weights_per_tensor > 0) {
      count = std::clamp<uint64_t>((options.weights_per_tensor + row_length(tensor) - 1) / row_length(tensor), 1, rows);
    } else if (options.weight_count > 0 && options.weight_count < sample.of_weights) {
      const double share = static_cast<double>(options.weight_count) / static_cast<double>(sample.of_weights);
      count = std::clamp<uint64_t>(static_cast<uint64_t>(static_cast<double>(rows) * share + 0.5), 1, rows);
    }
    add_rows(tensor, index, count, options.job_weights, sample);
  }
  return sample;
}

RowSampleOptions parse_row_sample_options(const std::string& text) {
  const Json json = parse_json_or_null(text);
  if (!json.is_object()) throw Error("The options of a sample are missing.");
  RowSampleOptions options;
  options.tensors = json.value("tensors", std::string());
  options.weight_count = json.value("weights", uint64_t{0});
  options.weights_per_tensor = json.value("weightsPerTensor", uint64_t{0});
  options.row_multiple = std::max(1u, json.value("rowMultiple", 1u));
  options.job_weights = json.value("jobWeights", options.job_weights);
  return options;
}

std::string row_sample_json(const RowSample& sample, const Model& model) {
  Json jobs = Json::list();
  for (const RowSampleJob& job : sample.jobs) {
    const ModelTensor& tensor = model.tensors()[job.tensor];
    Json ranges = Json::list();
    for (const RowSampleRange& range : job.ranges) {
      ranges.push_back({{"file", range.file},
                        {"offset", range.offset},
                        {"bytes", range.bytes},
                        {"firstWeight", range.first_weight},
                        {"weights", range.weight_count}});
    }
    jobs.push_back({{"tensor", job.tensor},
                    {"type", format_of(tensor.stored).name},
                    {"rowLength", row_length(tensor)},
                    {"add", tensor.transform.add},
                    {"position", job.position},
                    {"weights", job.weight_count},
                    {"bytes", job.bytes},
                    {"ranges", std::move(ranges)}});
  }
  return Json{{"jobs", std::move(jobs)},
              {"leftOut", sample.left_out},
              {"tensors", sample.tensors},
              {"weights", sample.weight_count},
              {"ofWeights", sample.of_weights}}
      .dump();
}

}  // namespace nibble
