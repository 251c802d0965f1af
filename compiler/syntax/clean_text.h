// SPDX-License-Identifier: Apache-2.0
//
// What bytes a file may hold. Inside this folder only.
#pragma once

#include <string>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/source/source.h"

namespace mlp::syntax {

/// Reports bytes that are no UTF-8, control characters and characters that turn the direction of
/// text, and gives the text with blanks in their place; a byte order mark too becomes blanks.
std::string clean_text(source::SourceId id, std::string_view text,
                       diagnostics::Diagnostics& diagnostics);

/// Length of the UTF-8 sequence at the front (table 3-7 of Unicode 15), 0 when there is none.
std::size_t utf8_length(std::string_view text);

}  // namespace mlp::syntax
