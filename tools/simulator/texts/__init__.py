"""Sentences by language and mood: what people write in reviews, tickets, surveys, posts and requests.

Each language module has the same tables: lists of sentences by name of the mood, cause or topic. In them `{product}`,
`{order}` and `{value}` stand for what is filled in.
"""

from tools.simulator.texts import de, en, es, pt

# By the code of the language.
BOOKS = {"de": de, "en": en, "pt": pt, "es": es}
