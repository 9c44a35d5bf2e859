"""What goes wrong on the way from the operational systems to the landing zone, and a list of all that did.

`landing.py` stands between the emitters and the files, so no emitter knows of it.
"""
