#pragma once
#include "check/finding.h"

namespace nibble {

/// Kinds of entries that loaders look for, and what a model must have.
void check_entries(const CheckedModel& model, Findings& findings);
/// The vocabulary: its lists against one another, and against the rows of the embedding.
void check_vocabulary(const CheckedModel& model, Findings& findings);
/// What the metadata say of tensors against the tensors there are: layers, sizes, general.file_type.
void check_tensors(const CheckedModel& model, Findings& findings);

}  // namespace nibble
