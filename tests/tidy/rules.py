"""The rules of the source tree as tables. Change a rule here, with its reason."""

# A folder may include from these folders (and from itself). Written as docs/architecture.md draws it.
ARROWS = {
    "base": [],
    "compiler/source": ["base"],
    "compiler/diagnostics": ["base", "compiler/source"],
    "compiler/syntax": ["base", "compiler/source", "compiler/diagnostics"],
    "compiler/documents": ["base"],
    "compiler/plan": ["base", "compiler/documents"],
    "compiler/foreign": ["base", "compiler/source"],
    "compiler/check": ["base", "compiler/source", "compiler/diagnostics", "compiler/foreign", "compiler/syntax",
                       "compiler/plan"],
    "compiler/lower": ["base", "compiler/source", "compiler/diagnostics", "compiler/syntax", "compiler/plan",
                       "compiler/check"],
    "compiler": ["base", "compiler/source", "compiler/diagnostics", "compiler/syntax", "compiler/plan",
                 "compiler/check", "compiler/lower"],
    "runtime/model": ["base", "compiler/plan"],
    "runtime/store": ["base", "compiler/plan", "runtime/model"],
    "runtime/objects": ["base", "compiler/plan", "runtime/model", "runtime/store", "runtime/execute/executor.h"],
    "runtime/cache": ["base", "compiler/plan", "runtime/model", "runtime/objects"],
    "runtime/schedule": ["base", "compiler/plan", "runtime/model", "runtime/cache"],
    "runtime/environment": ["base", "compiler/plan", "runtime/model", "runtime/objects"],
    "runtime/execute/runner": ["base"],
    "runtime/execute": ["base", "compiler/plan", "runtime/model"],
    "runtime/execute/local": ["base", "compiler/plan", "runtime/model", "runtime/objects", "runtime/environment",
                              "runtime/store/kv.h", "runtime/execute",
                              "runtime/execute/runner/protocol.h", "runtime/execute/runner/connection.h",
                              "runtime/execute/runner/runner_lock.h"],
    "runtime/lineage": ["base", "compiler/plan", "runtime/model", "runtime/store", "runtime/objects",
                        "runtime/cache"],
    "runtime/fsck": ["base", "compiler/plan", "runtime/model", "runtime/store", "runtime/objects", "runtime/cache"],
    "runtime/engine": ["base", "compiler/plan", "runtime/model", "runtime/store", "runtime/objects",
                       "runtime/cache", "runtime/schedule", "runtime/execute/executor.h"],
    "daemon/wire": ["base"],
    "daemon/http/server": ["base", "daemon/wire"],
    "daemon/http": ["base", "compiler/plan", "daemon/wire", "daemon/http/server", "runtime/model", "runtime/store",
                    "runtime/objects", "runtime/cache", "runtime/lineage", "runtime/engine",
                    "runtime/fsck", "runtime/execute/executor.h"],
    "daemon/mlpd": ["base", "compiler", "daemon/wire", "daemon/http", "daemon/http/server", "runtime"],
    "daemon/mlpctl": ["base", "compiler", "daemon/wire"],
}

# A library's headers are included only behind its door, so that it can be replaced in one place.
DOORS = [
    ("ANTLR", r"(antlr4-runtime|Mlp(Lexer|Parser)\w*)\.h", r"compiler/syntax/"),
    # tests/faults puts faults under the store by RocksDB's own seam for file systems.
    ("RocksDB", r"rocksdb/.*", r"(runtime/store/rocks_\w+\.(h|cpp)|tests/faults/faulty_store_files\.cpp)"),
    ("spdlog", r"spdlog/.*", r"base/log\.cpp"),
    ("OpenSSL", r"openssl/.*", r"base/digest\.cpp"),
    ("cpp-httplib", r"httplib\.h", r"daemon/mlpctl/api_client\.cpp"),
    ("Boost.JSON", r"boost/json.*", r"base/json\.(h|cpp)"),
    ("Boost.Process", r"boost/process.*", r"(runtime/environment/helper_process|daemon/mlpctl/daemon_process)\.cpp"),
    ("Boost.Asio and Boost.Beast", r"boost/(asio|beast).*",
     r"(daemon/http/server/(connection|http_server)"
     r"|runtime/environment/helper_process|daemon/mlpctl/daemon_process)\.(cpp|h)"),
    ("yaml-cpp", r"yaml-cpp/.*", r"(compiler/documents|runtime/execute/local)/\w*yaml\w*\.cpp"),
    ("toml++", r"toml\+\+.*", r"(compiler/documents/toml|daemon/mlpd/config)\.cpp"),
    ("CLI11", r"CLI/.*", r"daemon/(mlpctl|mlpd)/.*\.(cpp|h)"),
    ("Protocol Buffers", r"(google/protobuf/.*|.*\.pb\.h)",
     r"runtime/(store|execute)/.*"),
]

# What a reader can hold in mind at once. A thing over its limit is split along its ideas.
MOST_LINES = {".cpp": 600, ".h": 350, ".py": 600}
MOST_FUNCTION_LINES = 70
MOST_PARAMETERS = 6
MOST_NESTING = 4
MOST_COLUMNS = 120
MOST_FILES_IN_FOLDER = 48  # a header and a source of each of 24 parts

# Words of other tools for our nouns (docs/glossary.md). The value says what to write instead.
WORDS = {
    "job": "run, task or attempt",
    "jobs": "runs, tasks or attempts",
    "workflow": "pipeline",
    "workflows": "pipelines",
    "step": "task",
    "steps": "tasks",
    "node": "task (of a plan), or what the thing is",
    "nodes": "tasks (of a plan), or what the things are",
}

# Places where such a word is right: (start of the path, word, why).
WORDS_ALLOWED = [
    ("compiler/syntax/", "node", "a syntax tree has nodes"),
    ("compiler/syntax/", "nodes", "a syntax tree has nodes"),
    ("compiler/documents/", "node", "what yaml-cpp and toml++ call a value"),
    ("compiler/check/", "node", "a syntax tree has nodes"),
    ("compiler/lower/", "node", "a syntax tree has nodes"),
    ("daemon/mlpd/config.cpp", "node", "toml++ calls its values so"),
]
