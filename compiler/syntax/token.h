// SPDX-License-Identifier: Apache-2.0
//
// Tokens and the concrete tree, free of the parser generator's types. Inside this folder only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source.h"

namespace mlp::syntax {

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,  // reserved, soft or a name: told by its text
  kType,  // begins with a capital letter
  kInt,
  kFloat,
  kDuration,
  kSize,
  kDate,
  kDatetime,
  kPunctuation,  // told by its text; "~{" too
  kStringOpen,   // " or """ or '''
  kStringClose,
  kText,
  kEscape,
  kNewline,
  kComment,
  kDocComment,
  // What the reader answers with a diagnostic; the parser never sees these.
  kBadDatetime,
  kBadNumber,
  kBadName,
  kBadComment,
  kBadEscape,
  kBadString,
  kBadCharacter,
  kForeignString,
  kForeignComment,
  kForeignOperator,
  kReset,  // here a declaration begins in the first column
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  bool made_up = false;     // not in the file: put in so that reading can go on
  std::uint32_t begin = 0;  // bytes
  std::uint32_t end = 0;
  std::string_view text;

  bool is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
  bool is_mark(std::string_view t) const { return is(TokenKind::kPunctuation, t); }
  bool is_word(std::string_view t) const { return is(TokenKind::kWord, t); }
};

/// The rules of grammar/MlpParser.g4, in its order.
enum class Rule : std::uint8_t {
  kFile,
  kDeclaration,
  kImportDecl,
  kRecordDecl,
  kField,
  kEnumDecl,
  kEnvironmentDecl,
  kTarget,
  kSep,
  kTaskDecl,
  kTaskHead,
  kTaskBody,
  kParams,
  kParam,
  kOutputs,
  kOutput,
  kProperty,
  kInProperty,
  kUsesProperty,
  kKeepProperty,
  kTagsProperty,
  kResourceProperty,
  kRetryProperty,
  kRetryClass,
  kBackoff,
  kGrowth,
  kCacheProperty,
  kSecretsProperty,
  kSecret,
  kVarsProperty,
  kVariable,
  kPoolProperty,
  kExecutorProperty,
  kSwitchProperty,
  kStubProperty,
  kRunBody,
  kExecBody,
  kScriptBody,
  kNotebookBody,
  kPythonBody,
  kPipelineDecl,
  kPipelineHead,
  kPipelineBody,
  kPipelineItem,
  kReturned,
  kHook,
  kBlock,
  kStatement,
  kCheckStatement,
  kBinding,
  kExprStatement,
  kAfter,
  kScheduleDecl,
  kScheduleHead,
  kScheduleBody,
  kScheduleProperty,
  kOverlap,
  kTriggerDecl,
  kTriggerHead,
  kTriggerBody,
  kTriggerProperty,
  kEventSource,
  kTestDecl,
  kTestHead,
  kTestBody,
  kTestStatement,
  kStubStatement,
  kType,
  kBaseType,
  kScalarType,
  kNamedType,
  kFormat,
  kListType,
  kMapType,
  kPartsType,
  kTypePart,
  kQtype,
  kQname,
  kExpr,
  kAndExpr,
  kNotExpr,
  kComparison,
  kFallback,
  kSum,
  kProduct,
  kUnary,
  kPostfix,
  kPrimary,
  kLiteral,
  kCall,
  kArgs,
  kArg,
  kLambda,
  kEnumValue,
  kRecordValue,
  kNamedValue,
  kParts,
  kGroup,
  kList,
  kMap,
  kMapEntry,
  kIfExpr,
  kForExpr,
  kForSource,
  kTolerate,
  kRepeatExpr,
  kString,
  kInterpolation,
  kOption,
  kName,
  kWord,
  kToken,  // a leaf
};

/// A node of the concrete tree. A node with an error inside may lack any of its children.
struct Tree {
  Rule rule = Rule::kToken;
  bool broken = false;           // an error was met in this very rule
  const Token* token = nullptr;  // leaves only
  std::uint32_t begin = 0;       // bytes
  std::uint32_t end = 0;
  std::vector<Tree> children;

  /// The first child of this rule, or null.
  const Tree* child(Rule wanted) const;
  std::vector<const Tree*> all(Rule wanted) const;
  /// The first leaf that is this word or mark, or null.
  const Tree* leaf(std::string_view text) const;
  /// The first leaf of this kind, or null.
  const Tree* leaf(TokenKind kind) const;
};

}  // namespace mlp::syntax
