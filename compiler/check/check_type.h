// SPDX-License-Identifier: Apache-2.0
//
// From types as written to types of the table; records and enums as they are needed.
#pragma once

#include "compiler/check/context.h"

namespace mlp::check {

/// What a written type stands for; tells of mistakes and gives the error type for them. `owner`
/// notes what it uses and what is not supported yet.
TypeId resolve_type(Context& context, const Module& module, Declaration& owner,
                    const syntax::Type& type);

/// The record or enum of that name; null after telling why not.
Record* find_record(Context& context, const Module& module, const syntax::QName& name);
Enum* find_enum(Context& context, const Module& module, const syntax::QName& name);

/// Its type with its fields and their defaults; tells of a record that holds itself.
TypeId complete_record(Context& context, Record& record);
void complete_enum(Context& context, Enum& made);

/// The module that `name` begins with, `module` itself without one; null after telling.
const Module* find_module(Context& context, const Module& module, const syntax::QName& name);

/// "Scores" in the entry file, "features.Scores" elsewhere.
std::string qualified_name(const Context& context, const Declaration& declaration);

}  // namespace mlp::check
