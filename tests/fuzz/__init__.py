"""Fuzzing of the whole path: any bytes in, no uncaught exception, every promise kept.

    python -m tests.fuzz --inputs 1000000 --jobs 2                    needs the extra `fuzz` (atheris)
    python -m tests.fuzz --inputs 1000000 --jobs 2 --engine random    needs nothing

`inputs.py` makes a file of the fuzzer's bytes, `target.py` puts it through the run and says what is wrong with what came
out, `job.py` is one process, `__main__.py` starts them, adds up and makes each finding small. The tests run the same
target for a short while by hypothesis, and by atheris where it is installed.
"""
