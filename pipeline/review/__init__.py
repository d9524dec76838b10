"""Looking at what a run did: the inputs read again beside the records, traced, compared, and shown as pages.

Nothing here writes records; `report` writes the review page below `_run/report`, the others only read.
"""
