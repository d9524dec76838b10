"""Measurements of accuracy and speed; nothing here is part of the program."""
