"""Measurements of accuracy and speed; nothing here is part of the program."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command line sets it: a second thread's waiting is counted too
