#pragma once
#include <optional>
#include <string>

#include "model/model.h"
#include "plan/plan.h"

/// The JSON forms of web/src/wasm/types. Text that is not UTF-8 gets replacement characters.
namespace nibble {

/// ModelInfo. `model` is complete.
std::string model_json(const Model& model);
/// WeightPlace of at most `count` weights of tensor number `tensor` from weight `first` on. Throws Error when it has
/// no block there.
std::string place_json(const Model& model, uint64_t tensor, uint64_t first, uint64_t count);
/// Plan. `container`: of the output.
std::string plan_json(const Plan& plan, const Model& model, const char* container = "GGUF");
/// Price.
std::string price_json(const Price& price);
/// ChosenModel: which of the files with these paths (a JSON list of texts) choose_model_files() takes.
std::string chosen_files_json(const std::string& paths, const std::string& folder);
/// FileKinds.
std::string file_kinds_json();
/// { "names": [text, ...] }.
std::string names_json(const std::vector<std::string>& names);
/// { "files": [index, ...] }: which of the files at these paths (a JSON list of texts) files_beside() takes.
std::string files_beside_json(const std::string& weights, const std::string& paths);
/// { "done": true }: a file was read.
std::string done_json();
/// { "wanted": { offset, bytes } }: what of a file to offer next.
std::string wanted_json(ByteRange range);
/// ImportanceInfo: { "done": true } and what the file says of itself.
std::string importance_json(const ImportanceFile& file);
/// { "entries": [{ entry, ...TensorImportance }, ...] }: those that belong to tensors of the model, by their number.
std::string importance_entries_json(const ImportanceIndex& index, const Model& model);
/// { "error": sentence }.
std::string error_json(const std::string& sentence);

}  // namespace nibble
