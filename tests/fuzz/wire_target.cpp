// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a document of the API: refused in words, or read, written and read the same.
#include "daemon/wire/artifact.h"
#include "daemon/wire/error.h"
#include "daemon/wire/event.h"
#include "daemon/wire/lineage.h"
#include "daemon/wire/plan_forecast.h"
#include "daemon/wire/run.h"
#include "daemon/wire/snapshot.h"
#include "daemon/wire/status.h"
#include "daemon/wire/submit.h"
#include "daemon/wire/task_run.h"
#include "daemon/wire/why.h"
#include "tests/fuzz/target.h"

namespace mlp::fuzz {
namespace {

template <typename T>
void take_document(std::string_view input) {
  const auto read = wire::parse_text<T>(input);
  MLP_CHECK(read || !read.error().message.empty());
  if (!read) return;
  const std::string text = to_text(Json(wire::to_document(*read)));
  const auto again = wire::parse_text<T>(text);
  MLP_CHECK(again && to_text(Json(wire::to_document(*again))) == text);
}

void take_error(std::string_view input) {
  const wire::Error error = wire::parse_error_document(input);
  const std::string text = to_text(Json(wire::to_error_document(error)));
  const wire::Error again = wire::parse_error_document(text);
  MLP_CHECK(to_text(Json(wire::to_error_document(again))) == text);
}

}  // namespace

void take(std::string_view input) {
  static constexpr void (*kDocuments[])(std::string_view) = {take_document<wire::Submit>,
                                                             take_document<wire::SubmitAnswer>,
                                                             take_document<wire::Manifest>,
                                                             take_document<wire::SnapshotAnswer>,
                                                             take_document<wire::Run>,
                                                             take_document<wire::RunList>,
                                                             take_document<wire::TaskRun>,
                                                             take_document<wire::TaskList>,
                                                             take_document<wire::Attempt>,
                                                             take_document<wire::Artifact>,
                                                             take_document<wire::Event>,
                                                             take_document<wire::Lineage>,
                                                             take_document<wire::PlanForecast>,
                                                             take_document<wire::Status>,
                                                             take_document<wire::Why>,
                                                             take_document<wire::ShutdownRequest>,
                                                             take_error};
  const std::size_t kind = take_choice(input, std::size(kDocuments));
  kDocuments[kind](input);
}

}  // namespace mlp::fuzz
