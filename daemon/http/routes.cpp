// SPDX-License-Identifier: Apache-2.0
//
// The whole route table: method, pattern, permission, handler, lane. Nothing is served that is not
// here.
#include "daemon/http/routes.h"

#include "daemon/http/handlers.h"

namespace mlp::http {

const std::vector<Route>& all_routes() {
  using enum Method;
  using enum Permission;
  static const std::vector<Route> routes = {
      {kGet, "/healthz", kAnonymous, show_health, Lane::kQuick},
      {kGet, "/login", kAnonymous, log_in, Lane::kQuick},
      {kGet, "/", kAnonymous, show_page, Lane::kQuick},

      {kGet, "/api/v1/status", kViewer, show_status, Lane::kQuick},
      {kPost, "/api/v1/shutdown", kAdmin, shut_down, Lane::kQuick},
      {kPost, "/api/v1/login-links", kAdmin, make_login_link, Lane::kQuick},
      {kGet, "/api/v1/fsck", kAdmin, check_folder},
      {kPost, "/api/v1/objects/{digest}/verify", kAdmin, verify_object, Lane::kHash},

      {kPost, "/api/v1/snapshots", kSubmitter, take_manifest, Lane::kWrite},
      {kPost, "/api/v1/objects", kSubmitter, take_objects, Lane::kWrite},
      {kPut, "/api/v1/objects/{digest}", kSubmitter, take_object, Lane::kWrite},

      {kPost, "/api/v1/plans", kSubmitter, forecast_run, Lane::kWrite},
      {kPost, "/api/v1/runs", kSubmitter, submit_run, Lane::kWrite},
      {kGet, "/api/v1/runs", kViewer, list_runs},
      {kGet, "/api/v1/runs/{run}", kViewer, show_run},
      {kPost, "/api/v1/runs/{run}/cancel", kSubmitter, cancel_run},
      {kGet, "/api/v1/runs/{run}/tasks", kViewer, list_tasks},
      {kGet, "/api/v1/runs/{run}/task-runs", kViewer, list_task_runs},
      {kGet, "/api/v1/runs/{run}/task-runs/{name...}", kViewer, show_task_run},
      {kGet, "/api/v1/runs/{run}/events", kViewer, follow_events, Lane::kFollow},
      {kGet, "/api/v1/runs/{run}/source", kViewer, show_source},
      {kGet, "/api/v1/runs/{run}/source/{path...}", kViewer, send_source_file},
      {kGet, "/api/v1/runs/{run}/why/{name...}", kViewer, explain_task_run},

      {kGet, "/api/v1/attempts/{attempt}/log", kViewer, send_log, Lane::kFollow},

      {kGet, "/api/v1/artifacts", kViewer, list_artifacts},
      {kGet, "/api/v1/artifacts/{digest}", kViewer, show_artifact},
      {kGet, "/api/v1/artifacts/{digest}/content", kViewer, send_artifact},
      {kGet, "/api/v1/lineage/{what...}", kViewer, show_lineage},

      // Last: the files of the web page.
      {kGet, "/{file}", kAnonymous, send_page_file, Lane::kQuick},
  };
  return routes;
}

}  // namespace mlp::http
