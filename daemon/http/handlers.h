// SPDX-License-Identifier: Apache-2.0
//
// Every handler of the route table, by noun; each <noun>_routes.cpp has its own.
#pragma once

#include "daemon/http/context.h"
#include "daemon/http/server/message.h"

namespace mlp::http {

// status_routes.cpp
Response show_health(const Request& request, Context& context);
Response show_status(const Request& request, Context& context);
Response shut_down(const Request& request, Context& context);
Response make_login_link(const Request& request, Context& context);
Response log_in(const Request& request, Context& context);

// fsck_routes.cpp
Response check_folder(const Request& request, Context& context);
Response verify_object(const Request& request, Context& context);

// snapshot_routes.cpp
void take_manifest(const Request& request, Context& context, Answer answer);
UploadSink take_objects(const Request& request, Context& context);
UploadSink take_object(const Request& request, Context& context);

// run_routes.cpp
void submit_run(const Request& request, Context& context, Answer answer);
Response forecast_run(const Request& request, Context& context);
Response list_runs(const Request& request, Context& context);
Response show_run(const Request& request, Context& context);
void cancel_run(const Request& request, Context& context, Answer answer);
Response show_source(const Request& request, Context& context);
Response send_source_file(const Request& request, Context& context);

// task_run_routes.cpp
Response list_tasks(const Request& request, Context& context);
Response list_task_runs(const Request& request, Context& context);
Response show_task_run(const Request& request, Context& context);
Response explain_task_run(const Request& request, Context& context);

// event_routes.cpp
Response follow_events(const Request& request, Context& context);

// log_routes.cpp
Response send_log(const Request& request, Context& context);

// artifact_routes.cpp
Response list_artifacts(const Request& request, Context& context);
Response show_artifact(const Request& request, Context& context);
Response send_artifact(const Request& request, Context& context);
Response show_lineage(const Request& request, Context& context);

// page_routes.cpp
Response show_page(const Request& request, Context& context);
Response send_page_file(const Request& request, Context& context);

}  // namespace mlp::http
