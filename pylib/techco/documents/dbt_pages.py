"""The page that dbt itself makes of a project, in one file, with every column described and without its tracker."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt.task.docs import DOCS_INDEX_FILE_PATH

from techco.documents.catalog import Catalog

# What dbt's page has in the place of the two files.
MANIFEST, CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'
# It fetches a tracker from a network of others wherever it is served.
TRACKER = 'i.src="//d1fc8wv8zag5ca.cloudfront.net/2.9.0/sp.js",a.parentNode.insertBefore(i,a)'
# Before its scripts have said which icon a line of the menu has, it asks for one by the name of the question, thousands
# of times; and for one of itself that dbt has left out.
ICONS = {'xlink:href="{{': 'ng-attr-href="{{', "${require('./assets/favicons/favicon.ico')}": "data:,"}
# What would be fetched: none of these may be left.
FETCHED = ("cloudfront.net", "fonts.googleapis.com")


class PageError(Exception):
    """dbt's page is not what this was written for."""


def dbt_page(manifest: Mapping[str, Any], catalog: Mapping[str, Any], described: Catalog) -> str:
    """dbt's page; raises PageError where it would ask others."""
    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8").replace(TRACKER, "0")
    for asked, known in ICONS.items():
        page = page.replace(asked, known)
    if any(place in page for place in FETCHED) or MANIFEST not in page or CATALOG not in page:
        raise PageError(
            f"{DOCS_INDEX_FILE_PATH} fetches something from elsewhere, or does not have the places for dbt's files: "
            "dbt has another page now. Look at what it fetches, and mend techco/documents/dbt_pages.py."
        )
    complete = with_descriptions(manifest, described)
    return page.replace(MANIFEST, json.dumps(complete)).replace(CATALOG, json.dumps(catalog))


def with_descriptions(manifest: Mapping[str, Any], described: Catalog) -> dict[str, Any]:
    """The manifest, tables with all columns that they have, and macros with the comments that they begin with."""
    said = {macro.name: macro.description for macro in described.macros}
    changed = {kind: dict(manifest[kind]) for kind in ("nodes", "sources", "macros")}
    for node_id, relation in described.relations.items():
        kind = changed["sources" if relation.kind == "source" else "nodes"]
        declared = kind[node_id]["columns"]
        columns = {
            column.name: {"name": column.name, "meta": {}, "tags": [], **declared.get(column.name, {})}
            | {"description": column.description}
            for column in relation.columns.values()
        }
        kind[node_id] = {**kind[node_id], "columns": columns}
    for macro_id, macro in changed["macros"].items():
        if macro["package_name"] == manifest["metadata"]["project_name"]:
            changed["macros"][macro_id] = {**macro, "description": said[macro["name"]]}
    return {**manifest, **changed}
