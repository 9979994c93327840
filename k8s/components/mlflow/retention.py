"""Deletes the experiment's traces that are older than so many days: MLflow itself keeps every one. Only Python's own library."""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

MLFLOW = os.environ["MLFLOW_TRACKING_URI"]
AT_ONCE = 500


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{MLFLOW}/api/2.0/mlflow/{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


try:
    name = urllib.parse.urlencode({"experiment_name": os.environ["EXPERIMENT"]})
    identifier = ask(f"experiments/get-by-name?{name}")["experiment"]["experiment_id"]
    before = int((time.time() - float(os.environ["DAYS"]) * 86400) * 1000)
    deleted = 0
    while count := ask("traces/delete-traces", {"experiment_id": identifier, "max_timestamp_millis": before, "max_traces": AT_ONCE}).get("traces_deleted", 0):
        deleted += count
    print(f"{deleted} traces deleted")
except (urllib.error.URLError, OSError) as failure:
    sys.exit(f"{failure}; the next run tries again")
