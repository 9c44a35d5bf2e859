#!/usr/bin/env bash
# Compile every dependency group of pyproject.toml into requirements/<group>.txt.
# The first groups are resolved together, so that any of them can share one environment.
set -euo pipefail
cd "$(dirname "$0")/.."

groups=(simulator build test lint snowflake emulator)
# Tools beside the project, which share its environment and move none of its versions.
beside=(metrics notebook orchestration ingest debezium broker)
together=$(mktemp)
trap 'rm -f "$together"' EXIT
flags=(--quiet --generate-hashes --universal --no-strip-extras --no-annotate --no-header --no-emit-index-url --python-version 3.11)

uv pip compile "${flags[@]}" "${groups[@]/#/--group=pyproject.toml:}" --output-file "$together"
for group in "${groups[@]}"; do
  uv pip compile "${flags[@]}" --group "pyproject.toml:$group" --constraint "$together" --output-file "requirements/$group.txt"
done
for group in "${beside[@]}"; do
  uv pip compile "${flags[@]}" --group "pyproject.toml:$group" --constraint "$together" --output-file "requirements/$group.txt"
done
# An environment of its own, .venv-dashboards.
uv pip compile "${flags[@]}" --group pyproject.toml:dashboards --output-file requirements/dashboards.txt
