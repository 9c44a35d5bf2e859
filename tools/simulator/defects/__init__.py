"""What goes wrong on the way from the operational systems to the landing zone, and a list of all that did.

`landing.py` stands between the emitters and the files, so no emitter knows of it. Each line of the list,
`<zone>_answers/injected_defects.jsonl`, is a row or a file: `kind`; `source`, `table`, `ingested_on`, `file`; `rows`, 1
or a whole file's; `key`, its values as they landed, null where it cannot be read or is of a file; `reasons`, why a
warehouse must put the row aside, empty where it must not; `row`, the line as it landed, null for parquet. A file that
comes again has lines for its bad rows again.
"""
