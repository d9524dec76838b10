"""What a run tells: while it goes on (`Progress`) and when it is over (`Report`, which owns the exit code)."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.errors import ConfigError
from pipeline.run.receipts import Counts
from pipeline.run.skipped import Skipped

TOO_MANY_FAILED: Final = 4
SOME_QUARANTINED: Final = 3

_WORDS: Final = {
    "added": "new",
    "changed": "changed",
    "corrected": "with changed corrections",
    "deleted": "gone",
    "retried": "to be tried again",
    "touched": "with a new time only",
}
_WHOLE: Final = {
    "settings": "the settings changed",
    "code": "the program changed",
    "options": "the options of the run changed",
    "outputs": "output files are missing or changed",
    "full": "--full",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: inputs taken up, of how many, documents begun, and the one at hand."""

    inputs: int
    total: int
    documents: int
    source: str


@dataclass(frozen=True, slots=True)
class MaxFailures:
    """How many documents of a night may fail: a number, or a share of those read."""

    number: float
    is_share: bool

    @classmethod
    def parse(cls, text: str, option: str = "--max-failures") -> MaxFailures:
        """Read `N` or `P%`. Raises ConfigError.

        >>> MaxFailures.parse("2.5%").allows(1, 40), MaxFailures.parse("0").allows(1, 40)
        (True, False)
        """
        is_share = text.endswith("%")
        try:
            number = float(text.removesuffix("%")) if is_share else int(text)
        except ValueError:
            number = -1
        if not 0 <= number < float("inf") or (is_share and number > 100):
            raise ConfigError(f"{option} {text}: give a number of documents, or a share such as 2%.")
        return cls(number, is_share)

    def allows(self, failed: int, documents: int) -> bool:
        """Whether these are so few that the night counts as good."""
        return failed <= (documents * self.number / 100 if self.is_share else self.number)


@dataclass(frozen=True, slots=True)
class Report:
    """A run that is over. `counts` is what the output holds now, `worked` what this run read anew."""

    counts: Counts
    worked: Counts
    parts: Mapping[str, int]  # by what was done: keep, touch, work, retire
    reasons: Counts
    skipped: Skipped = field(default_factory=Skipped)
    seconds: float = 0.0
    dry_run: bool = False
    refused: bool = False  # more documents failed than --max-failures allows; the output is as it was
    stopped: int = 0  # the signal that ended it
    corrections: int = 0  # how many the run was given

    @property
    def documents(self) -> int:
        """All documents of the output, those in quarantine too."""
        return self.counts.get("documents", 0)

    @property
    def quarantined(self) -> int:
        """Documents in quarantine."""
        return self.counts.get("quarantined", 0)

    @property
    def exit_code(self) -> int:
        """0 all well, 3 some documents in quarantine, 4 too many failed, 128 + N ended by signal N."""
        if self.stopped:
            return 128 + self.stopped
        if self.refused:
            return TOO_MANY_FAILED
        return SOME_QUARANTINED if self.quarantined and not self.dry_run else 0

    def as_dict(self) -> dict[str, object]:
        """All of it for a program."""
        counts = self.counts
        return {
            "documents": self.documents,
            "cleaned": counts.get("cleaned", 0),
            "quarantined": self.quarantined,
            "articles": counts.get("articles", 0),
            "sections": counts.get("sections", 0),
            "bytes": counts.get("bytes", 0),
            "characters_kept": counts.get("kept", 0),
            "characters_removed": removed(counts),
            "changes": changed(counts),
            "corrections": {
                "given": self.corrections,
                "applied": counts.get("corrections", 0),
                "misfits": counts.get("misfits", 0),
            },
            "this_run": {
                "documents": self.worked.get("documents", 0),
                "quarantined": self.worked.get("quarantined", 0),
                "parts": dict(self.parts),
                "reasons": dict(self.reasons),
                "seconds": round(self.seconds, 3),
                "dry_run": self.dry_run,
            },
            "skipped": dict(sorted(self.skipped.counts.items())),
            "exit_code": self.exit_code,
        }

    def as_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False)

    def lines(self) -> list[str]:
        """All of it for people."""
        return list(self._dry() if self.dry_run else self._lines())

    def _lines(self) -> Iterator[str]:
        if self.refused:
            yield (
                f"{self.worked.get('quarantined', 0)} of {self.worked.get('documents', 0)} documents failed, more than"
                " --max-failures allows. The output is as it was."
            )
            return
        if self.stopped:
            yield f"Stopped by {signal.Signals(self.stopped).name}. The same command goes on where it was."
        counts = self.counts
        yield f"{self.documents} documents: {counts.get('cleaned', 0)} cleaned, {self.quarantined} in quarantine"
        yield f"{counts.get('articles', 0)} articles, {counts.get('sections', 0)} sections"
        yield f"{counts.get('kept', 0)} characters kept, {_spelled(removed(counts))}"
        if changes := changed(counts):
            yield f"{sum(changes.values())} changes of the text ({_listed(_by_kind(changes))})"
        yield from self._corrections()
        if self.parts.get("keep") or self.parts.get("touch"):
            yield f"{self.worked.get('documents', 0)} documents read in this run, the others were done before"
        yield from self._skipped()
        yield f"{self.seconds:.1f} s"

    def _dry(self) -> Iterator[str]:
        yield "Nothing was done. A run would"
        for action, words in (("work", "do"), ("touch", "note new times of"), ("retire", "remove"), ("keep", "keep")):
            if self.parts.get(action):
                yield f"  {words} {_parts(self.parts[action])}"
        changes = [f"{self.reasons[key]} {word}" for key, word in _WORDS.items() if self.reasons.get(key)]
        if changes:
            yield f"Inputs: {', '.join(changes)}"
        for key, word in _WHOLE.items():
            if self.reasons.get(key):
                yield f"{_parts(self.reasons[key])} as a whole: {word}"
        yield from self._skipped()

    def _corrections(self) -> Iterator[str]:
        applied, misfits = self.counts.get("corrections", 0), self.counts.get("misfits", 0)
        if self.corrections:
            yield f"{applied} of {self.corrections} corrections applied"
        if misfits:
            yield f"{misfits} corrections don't fit their page any more: `pipeline report` says which and why"
        if (lost := self.corrections - applied - misfits) > 0:
            yield f"{lost} corrections are of documents that are not here, or in quarantine"

    def _skipped(self) -> Iterator[str]:
        if members := self.counts.get("skipped_members"):
            yield f"not read, members of archives that are no text: {members}"
        for reason, number in sorted(self.skipped.counts.items()):
            examples = self.skipped.examples[reason]
            more = ", …" if number > len(examples) else ""
            yield f"not read, {reason}: {number} ({', '.join(examples)}{more})"


def removed(counts: Mapping[str, int]) -> dict[str, int]:
    """The characters removed, by reason."""
    return _under("removed.", counts)


def changed(counts: Mapping[str, int]) -> dict[str, int]:
    """What was changed in the text, by rule."""
    return _under("changed.", counts)


def _under(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {key.removeprefix(prefix): n for key, n in sorted(counts.items()) if key.startswith(prefix) and n}


def _by_kind(by_rule: Mapping[str, int]) -> Counts:
    """The sums by the first word of a rule, the greatest first.

    >>> _by_kind({"spaces.edge": 1, "punctuation.dash": 2, "punctuation.ellipsis": 3})
    {'punctuation': 5, 'spaces': 1}
    """
    kinds: Counter[str] = Counter()
    for rule, number in by_rule.items():
        kinds[rule.partition(".")[0]] += number
    return dict(kinds.most_common())


def _spelled(by_reason: Mapping[str, int]) -> str:
    return f"{sum(by_reason.values())} removed{f' ({_listed(by_reason)})' if by_reason else ''}"


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items())


def _parts(number: int) -> str:
    return f"{number} part{'s' if number != 1 else ''}"
