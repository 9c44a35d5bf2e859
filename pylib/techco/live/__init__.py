"""The live service: what customers do right now, of what is built and what has landed since."""
