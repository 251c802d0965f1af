// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/local/python_call.h"

#include "base/text.h"

namespace mlp::execute {
namespace {

using plan::TypeKind;

/// Read by Python 3.6 and later. Errors of the call itself end with exit code 1 and one line; an
/// exception of the function is shown by Python as always.
constexpr std::string_view kDriver = R"PY(import datetime
import importlib.util
import inspect
import json
import math
import os
import pathlib
import sys


def stop(message):
    sys.stdout.flush()
    print(message, file=sys.stderr)
    sys.exit(1)


def to_python(value, kind):
    if value is None:
        return None
    name = kind["kind"]
    if name == "path":
        return pathlib.Path(value)
    if name == "list":
        return [to_python(item, kind["item"]) for item in value]
    if name == "map":
        return {key: to_python(item, kind["item"]) for key, item in value.items()}
    if name == "record":
        return {part: to_python(value.get(part), of) for part, of in kind["parts"].items()}
    if name == "duration":
        return datetime.timedelta(microseconds=value)
    if name == "date":
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=value)
    if name == "datetime":
        start = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return start + datetime.timedelta(microseconds=value)
    if name == "float":
        return float(value)
    return value


def duration_text(value):
    us = value // datetime.timedelta(microseconds=1)
    if us % 1000000 == 0:
        return "%ds" % (us // 1000000)
    return "%dms" % (us // 1000) if us % 1000 == 0 else "%.3fms" % (us / 1000)


def from_python(value):
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            stop("the function returned a datetime without a time zone")
        return value.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return duration_text(value)
    if isinstance(value, pathlib.PurePath):
        return str(value)
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return value.tolist()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    if hasattr(value, "_asdict"):
        return value._asdict()
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    stop("the function returned a %s, which cannot be written as JSON" % type(value).__name__)


def write(path, value):
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, default=from_python)


def load(call):
    path = os.path.abspath(call["file"])
    root = os.getcwd()
    sys.path[0] = root
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or not os.path.exists(path):
        stop("%s: no such Python file" % call["file"])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    function = getattr(module, call["function"], None)
    if not callable(function):
        stop("%s has no function `%s`" % (call["file"], call["function"]))
    return function


def check_signature(function, arguments, call):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(**arguments)
    except TypeError as error:
        stop("%s:%s cannot be called with %s: %s"
             % (call["file"], call["function"], ", ".join(arguments) or "nothing", error))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        call = json.load(file)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    function = load(call)
    sys.argv = [call["file"]]
    arguments = {}
    for given in call["inputs"]:
        arguments[given["name"]] = to_python(given["value"], given["kind"])
    for name, path in call["file_outputs"].items():
        arguments[name] = pathlib.Path(path)
    check_signature(function, arguments, call)
    result = function(**arguments)
    values = call["value_outputs"]
    if len(values) == 1:
        write(next(iter(values.values())), result)
    elif values:
        if hasattr(result, "_asdict"):
            result = result._asdict()
        if not isinstance(result, dict):
            stop("%s:%s must return a mapping with %s; it returned a %s"
                 % (call["file"], call["function"], ", ".join(values), type(result).__name__))
        missing = [name for name in values if name not in result]
        if missing:
            stop("%s:%s returned no `%s`; it returned %s"
                 % (call["file"], call["function"], "`, `".join(missing),
                    ", ".join(map(str, result)) or "an empty mapping"))
        for name, path in values.items():
            write(path, result[name])


main()
)PY";

Json kind_of(const plan::TypeTable& types, plan::TypeId id);

Json record_kind(const plan::TypeTable& types, const plan::Type& type) {
  JsonObject parts;
  for (const plan::Field& field : type.fields) parts[field.name] = kind_of(types, field.type);
  return JsonObject{{"kind", "record"}, {"parts", std::move(parts)}};
}

Json kind_of(const plan::TypeTable& types, plan::TypeId id) {
  const plan::Type& type = types.get(id);
  switch (type.kind) {
    case TypeKind::kFloat:
      return JsonObject{{"kind", "float"}};
    case TypeKind::kDuration:
      return JsonObject{{"kind", "duration"}};
    case TypeKind::kDate:
      return JsonObject{{"kind", "date"}};
    case TypeKind::kDatetime:
      return JsonObject{{"kind", "datetime"}};
    case TypeKind::kRecord:
      return record_kind(types, type);
    case TypeKind::kMetrics:
      return type.element ? kind_of(types, type.element) : JsonObject{{"kind", "plain"}};
    case TypeKind::kList:
      return JsonObject{{"kind", "list"}, {"item", kind_of(types, type.element)}};
    case TypeKind::kMap:
      return JsonObject{{"kind", "map"}, {"item", kind_of(types, type.element)}};
    default:
      return JsonObject{{"kind", plan::is_artifact(type.kind) ? "path" : "plain"}};
  }
}

/// Durations, sizes and times as numbers, so that Python needs no parser of their text.
Json argument_of(const plan::Value& value, const Json& staged) {
  switch (value.kind()) {
    case plan::ValueKind::kDuration:
      return value.as_duration_us();
    case plan::ValueKind::kSize:
      return value.as_size_bytes();
    case plan::ValueKind::kDate:
      return value.as_date_days();
    case plan::ValueKind::kDatetime:
      return value.as_datetime_us();
    case plan::ValueKind::kList: {
      JsonArray items;
      for (std::size_t i = 0; i < value.as_list().size(); ++i) {
        items.push_back(argument_of(value.as_list()[i], staged.as_array().at(i)));
      }
      return items;
    }
    case plan::ValueKind::kRecord: {
      JsonObject parts;
      const plan::Record& record = value.as_record();
      for (std::size_t i = 0; i < record.values.size(); ++i) {
        const std::string& name = record.names->at(i);
        parts[name] = argument_of(record.values[i], staged.as_object().at(name));
      }
      return parts;
    }
    case plan::ValueKind::kMap: {
      JsonObject entries;
      for (const auto& [key, part] : value.as_map()) {
        entries[key] = argument_of(part, staged.as_object().at(key));
      }
      return entries;
    }
    default:
      return staged;
  }
}

}  // namespace

std::string_view python_driver() {
  return kDriver;
}

Result<std::string> make_python_call(const BodyScope& scope) {
  const plan::TaskDefinition& definition = scope.definition;
  JsonArray inputs;
  for (std::size_t i = 0; i < definition.inputs.size(); ++i) {
    const plan::TaskInput& input = definition.inputs[i];
    if (!input.is_in_key) continue;  // only resource properties use it
    inputs.push_back(
        JsonObject{{"name", input.name},
                   {"kind", kind_of(scope.plan.types, input.type)},
                   {"value", argument_of(scope.inputs.at(i), scope.staged.json.at(i))}});
  }
  JsonObject files;
  JsonObject values;
  for (std::size_t i = 0; i < definition.outputs.size(); ++i) {
    const plan::TaskOutput& output = definition.outputs[i];
    // What is found by a pattern is neither passed nor returned.
    if (output.is_stdout || is_glob(scope.output_paths.at(i))) continue;
    const bool is_file = plan::is_artifact(scope.plan.types.get(output.type).kind);
    (is_file ? files : values)[output.name] = scope.output_paths.at(i);
  }
  return to_text(JsonObject{{"file", definition.body.file},
                            {"function", definition.body.function},
                            {"inputs", std::move(inputs)},
                            {"file_outputs", std::move(files)},
                            {"value_outputs", std::move(values)}});
}

}  // namespace mlp::execute
