#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "model/model.h"

namespace nibble {

/// Which of the files hold the weights of one model, in order: those an index lists, the numbered shards of one name,
/// or a single file. Sentences about files that were left out go to `notes`. Throws Error when shards are missing or
/// the files belong to several models.
std::vector<uint32_t> weight_files(std::span<const ModelFile> files, Notes& notes);

/// Joins files that are not GGUF, all read, to one model: a Hugging Face folder whose architecture is known becomes the
/// GGUF model it stands for, everything else keeps its names. `name` is the folder's, or empty. `projector`: the part
/// of a folder that looks at images. Throws Error.
Assembly assemble_weight_files(std::span<const ModelFile> files, std::string_view name, bool projector = false);

}  // namespace nibble
