// SPDX-License-Identifier: Apache-2.0
//
// The table of all mistakes a pipeline author can be told of: name, stable code, severity, title.
// A code is never used again for something else. Every kind has a golden case.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mlp::diagnostics {

enum class Severity { kError, kWarning };

// E01xx text and syntax, E02xx names, E03xx types, E04xx tasks, E05xx pipelines and control,
// E06xx environments and files, E09xx not supported yet, W.. warnings.
#define MLP_DIAGNOSTIC_KINDS(KIND)                                                        \
  KIND(kFileTooLarge, "E0101", kError, "the file is too large")                           \
  KIND(kNotUtf8, "E0102", kError, "the file is not UTF-8")                                \
  KIND(kForbiddenCharacter, "E0103", kError, "a character that may not stand in a file")  \
  KIND(kTooDeep, "E0104", kError, "nested too deeply")                                    \
  KIND(kUnclosedBracket, "E0105", kError, "a bracket that is never closed")               \
  KIND(kStrayBracket, "E0106", kError, "a closing bracket without its opening one")       \
  KIND(kUnclosedString, "E0107", kError, "a string that is never closed")                 \
  KIND(kUnclosedComment, "E0108", kError, "a comment that is never closed")               \
  KIND(kBadEscape, "E0109", kError, "an unknown escape in a string")                      \
  KIND(kBadNumber, "E0110", kError, "a number that cannot be read")                       \
  KIND(kNumberTooLarge, "E0111", kError, "a number that does not fit")                    \
  KIND(kBadDate, "E0112", kError, "a date or time that does not exist")                   \
  KIND(kBadCharacter, "E0113", kError, "a character that means nothing here")             \
  KIND(kSyntax, "E0120", kError, "something else was expected")                           \
  KIND(kForeignSyntax, "E0121", kError, "a form of another language")                     \
  KIND(kReservedWord, "E0122", kError, "a reserved word as a name")                       \
  KIND(kChainedComparison, "E0123", kError, "comparisons do not chain")                   \
  KIND(kMisplaced, "E0126", kError, "a statement in the wrong place")                     \
  KIND(kNotADeclaration, "E0124", kError, "not a declaration")                            \
  KIND(kUnknownProperty, "E0125", kError, "an unknown property")                          \
  KIND(kUnknownName, "E0201", kError, "a name that is not bound")                         \
  KIND(kUsedBeforeBound, "E0202", kError, "a name used before it is bound")               \
  KIND(kUnknownCallee, "E0203", kError, "an unknown task, pipeline or function")          \
  KIND(kUnknownType, "E0204", kError, "an unknown type")                                  \
  KIND(kUnknownField, "E0205", kError, "an unknown field")                                \
  KIND(kUnknownEnumValue, "E0206", kError, "an unknown value of an enum")                 \
  KIND(kUnknownModule, "E0207", kError, "an unknown import")                              \
  KIND(kDuplicateName, "E0208", kError, "a name declared twice")                          \
  KIND(kShadowedName, "E0209", kError, "a name that hides another")                       \
  KIND(kPrivateName, "E0210", kError, "a private name of another file")                   \
  KIND(kImportNotFound, "E0211", kError, "an imported file that is not there")            \
  KIND(kImportCycle, "E0212", kError, "files that import each other")                     \
  KIND(kUnknownEnvironment, "E0213", kError, "an unknown environment")                    \
  KIND(kTypeMismatch, "E0301", kError, "a value of another type")                         \
  KIND(kNeedsType, "E0302", kError, "a value whose type is not said")                     \
  KIND(kBadOperands, "E0303", kError, "an operator that does not fit its operands")       \
  KIND(kNotAList, "E0304", kError, "a list was expected")                                 \
  KIND(kNoFields, "E0305", kError, "a value without fields or items")                     \
  KIND(kMayBeNull, "E0306", kError, "a value that may be null")                           \
  KIND(kArmsDiffer, "E0307", kError, "values of different types")                         \
  KIND(kNotConstant, "E0308", kError, "a constant was expected")                          \
  KIND(kNoValue, "E0309", kError, "something without a value")                            \
  KIND(kMissingField, "E0310", kError, "a field without a value")                         \
  KIND(kBadTypeArgument, "E0311", kError, "a type with the wrong argument")               \
  KIND(kNoTextForm, "E0312", kError, "a value without a text form")                       \
  KIND(kConstantFails, "E0313", kError, "a constant that cannot be computed")             \
  KIND(kRecursiveRecord, "E0314", kError, "a record that holds itself")                   \
  KIND(kMissingArgument, "E0320", kError, "an argument that is missing")                  \
  KIND(kUnknownArgument, "E0321", kError, "an argument that is not taken")                \
  KIND(kDuplicateArgument, "E0322", kError, "an argument given twice")                    \
  KIND(kArgumentOrder, "E0323", kError, "a positional argument after a named one")        \
  KIND(kBadLambda, "E0324", kError, "a lambda in the wrong place, or none")               \
  KIND(kNoBody, "E0401", kError, "a task without a body")                                 \
  KIND(kSeveralBodies, "E0402", kError, "a task with several bodies")                     \
  KIND(kDuplicateProperty, "E0403", kError, "a property given twice")                     \
  KIND(kBadPlace, "E0404", kError, "a place outside the working folder")                  \
  KIND(kPlacesCollide, "E0405", kError, "places that are equal or nested")                \
  KIND(kBadRetry, "E0406", kError, "a retry that cannot be kept")                         \
  KIND(kValueInShellText, "E0407", kError, "a value where the shell expands nothing")     \
  KIND(kBadInterpolation, "E0408", kError, "an option an interpolation does not take")    \
  KIND(kNoFileMatches, "E0409", kError, "a pattern that matches no file")                 \
  KIND(kFileNotFound, "E0410", kError, "a file that is not in the project")               \
  KIND(kBadPythonBody, "E0411", kError, "a python body that names no function")           \
  KIND(kBadOutput, "E0412", kError, "an output that cannot be read")                      \
  KIND(kBadPropertyValue, "E0413", kError, "a property with an impossible value")         \
  KIND(kRecursion, "E0501", kError, "a pipeline that reaches itself")                     \
  KIND(kUnusedValue, "E0502", kError, "a value nobody uses")                              \
  KIND(kCallNotHere, "E0503", kError, "a call where nothing may run")                     \
  KIND(kMissingReturn, "E0504", kError, "a pipeline that returns nothing")                \
  KIND(kNotKnownAtSubmit, "E0505", kError, "a path that is not known at submit")          \
  KIND(kNoPipeline, "E0506", kError, "no such pipeline")                                  \
  KIND(kWhichPipeline, "E0507", kError, "several pipelines to choose from")               \
  KIND(kBadTolerate, "E0508", kError, "a limit or tolerance that cannot be kept")         \
  KIND(kBadAfter, "E0509", kError, "an `after` that means nothing here")                  \
  KIND(kBlockWithoutValue, "E0510", kError, "a block without a value")                    \
  KIND(kPlanTooLarge, "E0511", kError, "a plan or type too large to be carried out")       \
  KIND(kBadEnvironment, "E0601", kError, "an environment that cannot be made")            \
  KIND(kNotSupported, "E0901", kError, "not supported yet")                               \
  KIND(kUnpinnedRequirements, "W0101", kWarning, "requirements without a version")

enum class Kind : std::uint16_t {
#define MLP_KIND(name, code, severity, title) name,
  MLP_DIAGNOSTIC_KINDS(MLP_KIND)
#undef MLP_KIND
};

struct KindInfo {
  Kind kind;
  std::string_view code;
  Severity severity;
  std::string_view title;
};

/// The whole table, in the order of the enum.
std::span<const KindInfo> all_kinds();
const KindInfo& info_of(Kind kind);

}  // namespace mlp::diagnostics
