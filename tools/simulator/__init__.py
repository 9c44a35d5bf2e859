"""Writes a landing zone as TechCo's operational systems would. It knows nothing of dbt.

One world (`world.py`) lives day by day; `emit/` tells each source's part of it. Everything is drawn from the seed,
the name of a stream and the day, so the same options give the same bytes, and a longer world begins with the shorter.
`defects/` spoils some of it on the way to the files, where that is asked for, and lists what it spoiled.
"""
