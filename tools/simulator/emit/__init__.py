"""One module per source: what it lands of a day of the world."""
