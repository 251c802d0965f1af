// SPDX-License-Identifier: Apache-2.0
//
// The order is that of what a user would want to hear first: pipeline, arguments, environment.
#include "daemon/mlpd/submission.h"

#include <map>

#include "base/bytes.h"
#include "base/text.h"
#include "compiler/compile.h"
#include "compiler/diagnostics/print.h"
#include "compiler/plan/arguments.h"
#include "daemon/mlpd/snapshot_files.h"
#include "runtime/environment/environment.h"
#include "runtime/model/artifacts.h"

namespace mlp::mlpd {
namespace {

using http::refusal;
using http::Response;

constexpr std::size_t kMaxClientKey = 128;  // bytes
/// More missing objects than this are told in the next answer.
constexpr std::size_t kMaxMissingTold = 20'000;

Response refuse_pipeline(const Compiled& compiled) {
  wire::Error error;
  error.code = "invalid_pipeline";
  error.message = counted(compiled.diagnostics.error_count(), "error") + " in the pipeline";
  error.hint = "`mlpctl check` shows them without sending anything";
  error.diagnostics = diagnostics::to_json(compiled.diagnostics, compiled.sources);
  error.text = diagnostics::to_text(compiled.diagnostics, compiled.sources);
  return refusal(422, error);
}

Response refuse_arguments(const std::vector<plan::ArgumentMistake>& mistakes) {
  wire::Error error;
  error.code = "invalid_arguments";
  error.message = mistakes.front().message;
  if (mistakes.size() > 1)
    error.message += " (and " + std::to_string(mistakes.size() - 1) + " more)";
  for (const plan::ArgumentMistake& mistake : mistakes) {
    error.mistakes.push_back({mistake.parameter, mistake.message});
  }
  return refusal(422, error);
}

Response refuse_missing(std::vector<std::string> missing) {
  wire::Error error;
  error.code = "missing_objects";
  error.message = counted(missing.size(), "object") + " of the snapshot are not here";
  error.hint = "upload them to /api/v1/objects and submit again";
  error.missing = std::move(missing);
  return refusal(409, error);
}

std::vector<std::string> find_missing(const objects::Manifest& manifest,
                                      const objects::ObjectStore& objects,
                                      const store::View& view) {
  std::vector<std::string> missing;
  for (const objects::ManifestEntry& entry : manifest.entries) {
    if (missing.size() == kMaxMissingTold) break;
    if (!objects.is_present(view, entry.digest)) missing.push_back(entry.digest.to_hex());
  }
  return missing;
}

Result<std::map<std::string, Json>> arguments_of(const wire::Submit& wish) {
  std::map<std::string, Json> given;
  if (wish.arguments.is_null()) return given;
  if (!wish.arguments.is_object()) {
    return Error{ErrorCode::kInvalid, "\"arguments\" must be an object: parameter to value"};
  }
  for (const auto& [name, value] : wish.arguments.get_object()) given[std::string(name)] = value;
  return given;
}

/// Texts made by expressions (`text(…)`) become objects like any other.
Status add_made_texts(PreparedRun& run, objects::ObjectStore& objects) {
  for (const auto& [statement, value] : run.arguments) {
    std::vector<plan::Artifact> artifacts;
    model::collect_artifacts(value, artifacts);
    for (const plan::Artifact& artifact : artifacts) {
      if (!artifact.content) continue;
      MLP_ASSIGN(model::NewObject object, objects.put(*artifact.content, artifact.is_folder));
      run.objects.push_back(std::move(object));
    }
  }
  return {};
}

/// An environment's fingerprint may need a program that this machine does not have.
std::optional<Response> add_fingerprints(PreparedRun& run) {
  for (const plan::Environment& environment : run.plan->environments) {
    auto fingerprint = environment::fingerprint(environment);
    if (!fingerprint) {
      return refusal(422, "unprocessable",
                     "environment `" + environment.name + "`: " + fingerprint.error().message);
    }
    run.environments.push_back(*fingerprint);
  }
  return std::nullopt;
}

/// Compiles and binds with the files of the snapshot.
std::variant<PreparedRun, Response> prepare_from(const SubmitParts& parts, const wire::Submit& wish,
                                                 SnapshotLoader& loader) {
  auto given = arguments_of(wish);
  if (!given) return refusal(given.error());
  Compiled compiled = compile(loader, wish.path, wish.pipeline);
  if (compiled.has_errors() || !compiled.plan) return refuse_pipeline(compiled);
  PreparedRun run;
  run.warnings = diagnostics::to_json(compiled.diagnostics, compiled.sources);
  run.plan = std::make_shared<const plan::Plan>(std::move(*compiled.plan));
  SubmitFiles files(loader, parts.objects, parts.files);
  plan::BoundArguments bound = plan::bind_arguments(*run.plan, *given, files.access());
  if (!bound.mistakes.empty()) return refuse_arguments(bound.mistakes);
  run.arguments = std::move(bound.values);
  run.objects = files.take_objects();
  const Status added = add_made_texts(run, parts.objects);
  if (!added) return refusal(added.error());
  if (auto refused = add_fingerprints(run)) return std::move(*refused);
  return run;
}

Digest request_digest(const wire::Submit& wish) {
  ByteWriter bytes;
  bytes.u8(1).text(wish.snapshot).text(wish.path).text(wish.pipeline);
  bytes.text(to_text(wish.arguments)).u64(wish.retry_of.value_or(0));
  return sha256(bytes.bytes());
}

bool is_good_client_key(const std::string& key) {
  return !key.empty() && key.size() <= kMaxClientKey && key.find('\0') == std::string::npos;
}

}  // namespace

std::variant<PreparedRun, Response> prepare_run(const SubmitParts& parts,
                                                const wire::Submit& wish) {
  auto snapshot = Digest::from_hex(wish.snapshot);
  if (!snapshot)
    return refusal(400, "bad_request", "\"snapshot\" must be the digest of a manifest");
  const auto view = parts.engine.view();
  auto manifest = parts.objects.read_manifest(*view, *snapshot);
  if (!manifest) {
    if (manifest.error().code != ErrorCode::kNotFound) return refusal(manifest.error());
    return refusal(404, "not_found", "there is no snapshot " + wish.snapshot,
                   "send the manifest to /api/v1/snapshots first");
  }
  auto missing = find_missing(*manifest, parts.objects, *view);
  if (!missing.empty()) return refuse_missing(std::move(missing));
  SnapshotLoader loader(std::move(*manifest), parts.objects, *view);
  auto prepared = prepare_from(parts, wish, loader);
  if (auto* run = std::get_if<PreparedRun>(&prepared)) run->snapshot = *snapshot;
  return prepared;
}

void submit_run(const SubmitParts& parts, const wire::Submit& wish, const http::Principal& by,
                const http::Answer& answer) {
  if (!is_good_client_key(wish.client_key)) {
    return answer(refusal(400, "bad_request", "\"client_key\" must be a text of 1 to 128 bytes"));
  }
  auto prepared = prepare_run(parts, wish);
  if (auto* refused = std::get_if<Response>(&prepared)) return answer(std::move(*refused));
  PreparedRun& run = std::get<PreparedRun>(prepared);
  engine::Submission submission;
  submission.client_key = wish.client_key;
  submission.request = request_digest(wish);
  submission.by = by.name;
  submission.plan = std::move(run.plan);
  submission.snapshot = run.snapshot;
  submission.arguments = std::move(run.arguments);
  submission.environments = std::move(run.environments);
  submission.retry_of = model::RunId(wish.retry_of.value_or(0));
  submission.objects = std::move(run.objects);
  auto warnings = std::make_shared<Json>(std::move(run.warnings));
  parts.engine.submit(std::move(submission),
                      [answer, warnings](const Result<engine::Submitted>& made) {
                        if (!made) return answer(refusal(made.error()));
                        wire::SubmitAnswer result{made->run.value, made->is_new, *warnings};
                        answer(http::document(result, made->is_new ? 201 : 200));
                      });
}

}  // namespace mlp::mlpd
