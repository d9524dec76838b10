"""The making of a seam model: from clean prose (`training/seams.py`), or from a user's own pages (`pipeline learn`)."""
