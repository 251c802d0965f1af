// SPDX-License-Identifier: Apache-2.0
//
// Artifacts: what a run made, one by its digest, its bytes, and where it comes from.
#include <algorithm>

#include "daemon/http/convert.h"
#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "daemon/wire/artifact.h"
#include "daemon/wire/lineage.h"
#include "runtime/lineage/lineage.h"
#include "runtime/store/object_records.h"
#include "runtime/store/run_records.h"

namespace mlp::http {
namespace {

constexpr std::size_t kDigestDigits = 64;

std::string_view to_text(objects::EntryKind kind) {
  switch (kind) {
    case objects::EntryKind::kFile:
      return "file";
    case objects::EntryKind::kFolder:
      return "folder";
    case objects::EntryKind::kLink:
      return "link";
  }
  return "";
}

Result<store::ObjectRecord> get_object(const store::View& view, const Digest& digest) {
  MLP_ASSIGN(auto record, store::find_object(view, digest));
  if (!record) return Error{ErrorCode::kNotFound, "there is no object " + digest.to_hex()};
  return *record;
}

Result<Digest> digest_of(const Request& request) {
  return Digest::from_hex(request.arguments.at(0));
}

/// The entries after a path, at most `limit`.
void add_entries(wire::Artifact& artifact, const objects::Manifest& manifest,
                 const std::string& after, std::uint64_t limit) {
  for (const objects::ManifestEntry& entry : manifest.entries) {
    if (!after.empty() && entry.path <= after) continue;
    if (artifact.entries.size() == limit) {
      artifact.next_after = artifact.entries.back().path;
      return;
    }
    artifact.entries.push_back({entry.path, std::string(to_text(entry.kind)), entry.is_executable,
                                entry.size, entry.digest ? entry.digest.to_hex() : ""});
  }
}

/// The file a path inside a folder leads to, through links that stay in it.
Result<objects::ManifestEntry> find_in_folder(const objects::Manifest& manifest, std::string path) {
  constexpr int kMaxLinks = 8;
  for (int links = 0; links < kMaxLinks; ++links) {
    const objects::ManifestEntry* entry = manifest.find(path);
    if (entry == nullptr) return Error{ErrorCode::kNotFound, "the folder has no such file"};
    if (entry->kind == objects::EntryKind::kFile) return *entry;
    if (entry->kind == objects::EntryKind::kFolder) {
      return Error{ErrorCode::kInvalid, "that is a folder; ask for the files in it"};
    }
    MLP_ASSIGN(path, objects::resolve_link(path, entry->target));
  }
  return Error{ErrorCode::kInvalid, "too many links lead to one another"};
}

Response send_from_folder(const Request& request, Context& context, const store::View& view,
                          const Digest& digest) {
  const std::string path = text_of_query(request, "path");
  if (path.empty()) {
    return refusal(400, "bad_request", "this artifact is a folder", "add ?path= of a file in it");
  }
  MLP_LOAD(const objects::Manifest manifest, context.objects->read_manifest(view, digest));
  MLP_LOAD(const objects::ManifestEntry entry, find_in_folder(manifest, path));
  return send_object(request, context, view, entry.digest, base_name(path));
}

// ---- lineage ------------------------------------------------------------------------------------

wire::LineageInput to_wire(const cache::KeyInput& from) {
  const wire::NamedValue value = http::to_wire(from.name, from.value);
  wire::LineageInput to;
  to.name = from.name;
  to.text = value.text;
  to.kind = kind_of(from.value);
  if (to.kind != "value") to.digest = from.value.as_artifact().digest.to_hex();
  return to;
}

wire::LineageTaskRun to_wire(const lineage::Origin& from, const std::string& output) {
  wire::LineageTaskRun to;
  to.task_run = from.name;
  to.run = from.task_run.run.value;
  to.pipeline = from.pipeline;
  to.plan = from.plan.to_hex();
  to.snapshot = from.snapshot.to_hex();
  to.attempt = from.attempt.to_string();
  to.output = output;
  to.time = from.at;
  for (const auto& [name, value] : from.parameters)
    to.parameters.push_back(http::to_wire(name, value));
  for (const cache::KeyInput& input : from.inputs) to.inputs.push_back(to_wire(input));
  return to;
}

/// What only the record of the run knows.
void add_run(wire::LineageTaskRun& shown, const store::View& view) {
  auto run = store::find_run(view, model::RunId(shown.run));
  if (!run || !*run) return;
  shown.path = (*run)->path;
  if (shown.plan.empty()) shown.plan = (*run)->plan.to_hex();
  if (shown.snapshot.empty()) shown.snapshot = (*run)->snapshot.to_hex();
  if (!shown.time) shown.time = (*run)->submitted;
}

wire::Lineage to_wire(const lineage::ArtifactLineage& from, const store::View& view) {
  wire::Lineage to;
  to.digest = from.digest.to_hex();
  to.name = from.name;
  to.kind = from.is_folder ? "folder" : "file";
  to.size = from.size;
  to.distance = from.distance;
  if (from.origin) to.made_by.push_back(to_wire(*from.origin, from.output));
  for (const lineage::Reader& reader : from.readers) {
    wire::LineageTaskRun& user = to.used_by.emplace_back();
    user.task_run = reader.run.to_string() + "/" + reader.task;
    user.run = reader.run.value;
    user.pipeline = reader.pipeline;
    add_run(user, view);
  }
  for (wire::LineageTaskRun& maker : to.made_by) add_run(maker, view);
  return to;
}

using Trace = std::vector<lineage::ArtifactLineage>;

/// An input that an artifact of the same answer is gets that one's maker.
void add_makers(wire::LineageList& list) {
  for (wire::Lineage& lineage : list.lineages) {
    for (wire::LineageTaskRun& maker : lineage.made_by) {
      for (wire::LineageInput& input : maker.inputs) {
        const auto found =
            std::find_if(list.lineages.begin(), list.lineages.end(),
                         [&](const auto& other) { return other.digest == input.digest; });
        if (found != list.lineages.end() && !found->made_by.empty()) {
          input.made_by = found->made_by.front().task_run;
        }
      }
    }
  }
}

Result<Trace> trace(const lineage::Sources& sources, const Digest& digest, bool is_down) {
  return is_down ? lineage::trace_downstream(sources, digest)
                 : lineage::trace_upstream(sources, digest);
}

/// The artifacts of a run ("12") or of one of its task runs ("12/fit[2]").
Result<std::vector<Digest>> artifacts_named(const std::string& what,
                                            const lineage::Sources& sources, Context& context) {
  MLP_ASSIGN(const model::RunId id, model::parse_run(what));
  MLP_ASSIGN(const model::Run run, get_run(sources.view, id));
  MLP_ASSIGN(const auto plan, get_plan(sources.view, run, context));
  std::optional<model::TaskRunId> only;
  if (what.find('/') != std::string::npos) {
    MLP_ASSIGN(only, model::parse_task_run(what, *plan));
  }
  MLP_ASSIGN(const auto made, lineage::list_artifacts(sources, id, kMaxPage));
  std::vector<Digest> digests;
  for (const lineage::RunArtifact& artifact : made) {
    if (only && artifact.task_run != *only) continue;
    const Digest& digest = artifact.artifact.digest;
    if (std::find(digests.begin(), digests.end(), digest) == digests.end())
      digests.push_back(digest);
  }
  return digests;
}

Result<wire::LineageList> lineage_of(const Request& request, const lineage::Sources& sources,
                                     Context& context) {
  const std::string& what = request.arguments.at(0);
  const bool is_down = text_of_query(request, "direction") == "down";
  std::vector<Digest> digests;
  if (what.size() == kDigestDigits) {
    MLP_ASSIGN(const Digest digest, Digest::from_hex(what));
    digests.push_back(digest);
  } else {
    MLP_ASSIGN(digests, artifacts_named(what, sources, context));
  }
  wire::LineageList list;
  std::vector<std::string> seen;
  for (const Digest& digest : digests) {
    if (list.lineages.size() >= kMaxPage) break;
    MLP_ASSIGN(const Trace found, trace(sources, digest, is_down));
    for (const lineage::ArtifactLineage& artifact : found) {
      const bool is_asked = artifact.distance == 0;
      const std::string hex = artifact.digest.to_hex();
      if (!is_asked && std::find(seen.begin(), seen.end(), hex) != seen.end()) continue;
      seen.push_back(hex);
      list.lineages.push_back(to_wire(artifact, sources.view));
    }
  }
  add_makers(list);
  return list;
}

}  // namespace

Response list_artifacts(const Request& request, Context& context) {
  MLP_LOAD(const std::uint64_t run, number_of_query(request, "run", 0));
  MLP_LOAD(const std::uint64_t limit, number_of_query(request, "limit", 100, kMaxPage));
  MLP_LOAD(const std::uint64_t skip, number_of_query(request, "after", 0));
  if (run == 0) return refusal(400, "bad_request", "add ?run= of the run whose artifacts you want");
  const auto view = context.engine->view();
  MLP_LOAD(const model::Run known, get_run(*view, model::RunId(run)));
  MLP_LOAD(const auto made,
           lineage::list_artifacts(sources_of(*view, context), known.id, limit, skip));
  wire::ArtifactList list;
  list.run = run;
  for (const lineage::RunArtifact& from : made) {
    wire::Artifact& to = list.artifacts.emplace_back();
    to.digest = from.artifact.digest.to_hex();
    to.kind = from.artifact.is_folder ? "folder" : "file";
    to.name = from.artifact.name;
    to.size = from.artifact.size;
    to.task_run = from.task_run_name;
    to.output = from.output;
    to.is_present = context.objects->is_present(*view, from.artifact.digest);
  }
  if (made.size() == limit) list.next_after = std::to_string(skip + limit);
  return document(list);
}

Response show_artifact(const Request& request, Context& context) {
  MLP_LOAD(const Digest digest, digest_of(request));
  MLP_LOAD(const std::uint64_t limit, number_of_query(request, "limit", kMaxPage, kMaxPage));
  const auto view = context.engine->view();
  MLP_LOAD(const store::ObjectRecord record, get_object(*view, digest));
  wire::Artifact artifact;
  artifact.digest = digest.to_hex();
  artifact.kind = record.is_manifest ? "folder" : "file";
  artifact.size = record.size;
  if (record.first_attempt) artifact.made_by = record.first_attempt.to_string();
  artifact.is_present = context.objects->is_present_whole(*view, digest, record.is_manifest);
  if (record.is_manifest) {
    MLP_LOAD(const objects::Manifest manifest, context.objects->read_manifest(*view, digest));
    artifact.size = manifest.total_size();
    add_entries(artifact, manifest, text_of_query(request, "after"), limit);
  }
  return document(artifact);
}

Response send_artifact(const Request& request, Context& context) {
  MLP_LOAD(const Digest digest, digest_of(request));
  const auto view = context.engine->view();
  MLP_LOAD(const store::ObjectRecord record, get_object(*view, digest));
  if (record.is_manifest) return send_from_folder(request, context, *view, digest);
  const std::string* name = request.query_value("name");
  return send_object(request, context, *view, digest, name == nullptr ? digest.to_hex() : *name);
}

Response show_lineage(const Request& request, Context& context) {
  const auto view = context.engine->view();
  MLP_LOAD(const wire::LineageList list, lineage_of(request, sources_of(*view, context), context));
  return document(list);
}

}  // namespace mlp::http
