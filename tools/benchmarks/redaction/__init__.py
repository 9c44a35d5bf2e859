"""How much of what identifies a person redact_text() takes out of texts, and how much else; beside Presidio.

Three kinds of text: those of a simulated landing zone, of which the simulator says what it hid in them; texts made of
sentences of four languages and of what Faker makes for their countries; and texts in the spellings of people, of which
half hide nothing (spellings.py). `python -m tools.benchmarks.redaction`.
"""
