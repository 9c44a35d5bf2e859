"""The numbers that bound what a check reads, keeps and says."""

# `sample` reads so many lines of a text file as rows.
SAMPLE_LINES = 1_000
# Text is read in pieces that a processor keeps at hand: with those of 1 MiB reading takes twice as long.
CHUNK_BYTES = 256 << 10
# What one line may need in memory; DuckDB's reader of the build takes the same limit as its max_line_size.
MAX_LINE_BYTES = 64 << 20
# How much text one query looks at: enough to hide a query's fixed cost of some milliseconds, little memory.
BATCH_ROWS = 100_000
BATCH_BYTES = 64 << 20
BATCH_FILES = 200
# A whole column is judged wrong by at least so many values; fewer may be single bad rows, which the quarantine takes.
ENOUGH_TO_JUDGE = 20
MAX_UNKNOWN_COLUMNS = 20
# A row of CSV may have so many fields too many and still be read, into the quarantine; macro text_reader has the same.
SPARE_FIELDS = 16
# So many files of the day before say which columns a table had.
COMPARED_FILES = 3
