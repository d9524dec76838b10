"""Commands that show what a run did: report, trace and compare."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click

from pipeline.cli.options import corrections_option

_FOLDER = click.Path(file_okay=False, path_type=Path)
_SPAN = re.compile(r"(\d*):(\d*)")

inputs_option = click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="INPUT",
    help="Where the inputs lie now, if not where the run found them. May be given many times.",
)


@click.command()
@click.argument("out", default="out")
@click.option("--to", type=_FOLDER, help="Write it to this folder. Default: OUT/_run/report.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes. Default: one for each processor.")
@click.option("--quiet", is_flag=True, help="Don't say how far it is, and print nothing but errors.")
@inputs_option
@corrections_option
def report(
    out: str, to: Path | None, workers: int | None, quiet: bool, inputs: tuple[str, ...], corrections: Path | None
) -> None:
    """Write the review page of OUT: static HTML below OUT/_run/report that opens from disk. OUT defaults to out.

    The inputs are read again beside the records; a document whose input is gone or changed shows its records only.
    """
    from pipeline.corrections import load
    from pipeline.review import check
    from pipeline.review.report import report as write_report

    check()
    done = write_report(
        out,
        load(corrections),
        to=to,
        inputs=inputs,
        workers=workers or os.cpu_count() or 1,
        on_part=None if quiet else lambda done, parts: click.echo(f"{done} of {parts} parts", err=True),
    )
    if not quiet:
        states = {"differs": "read otherwise now", "changed": "whose input changed", "gone": "whose input is gone"}
        for state, words in states.items():
            if done.sums.states[state]:
                click.echo(f"{done.sums.states[state]} documents {words}: only their records are shown")
        for misfit in done.sums.misfits:
            click.echo(misfit)
        click.echo(done.index)


@click.command()
@click.argument("out", type=_FOLDER)
@click.argument("record", metavar="ID")
@click.argument("span", metavar="[START:END]", default=":")
@click.option("--json", "as_json", is_flag=True, help="Print each source line as a line of JSON.")
@inputs_option
def trace(out: Path, record: str, span: str, as_json: bool, inputs: tuple[str, ...]) -> None:
    """Show the source lines behind text[START:END] of the record ID in OUT, with their offsets.

    ID is that of an article (page.txt#a1) or a section (page.txt#a1.s2). START and END count characters from 0, as in
    Python; what is left out means the start or end of the text.
    """
    from pipeline.review.trace import trace as trace_span

    bounds = _SPAN.fullmatch(span)
    if not bounds:
        raise click.UsageError(f"{span}: write the span as START:END, for example 120:180.")
    start, end = bounds.groups()
    found = trace_span(out, record, int(start or 0), int(end) if end else None, inputs)
    if as_json:
        for line in found.lines:
            click.echo(line.as_json())
        return
    color = False if "NO_COLOR" in os.environ else None
    text = f"…{found.before}{click.style(found.text, bold=True, reverse=True)}{found.after}…"
    click.echo(f"{found.source}: {text}".replace("\n\n", " ¶ "), color=color)
    for line in found.lines:
        said = f"{line.before}{click.style(line.text, bold=True, reverse=True)}{line.after}"
        click.echo(f"{line.line:>6}  {f'{line.start}:{line.end}':>13}  {said}", color=color)


@click.command()
@click.argument("out_a", type=_FOLDER)
@click.argument("out_b", type=_FOLDER)
@click.option("--summary", is_flag=True, help="Only the sums, no diff of each document.")
@click.option("--json", "as_json", is_flag=True, help="Print the sums and the documents that differ as JSON.")
@click.option(
    "--max-changed",
    default="0",
    show_default=True,
    metavar="N|P%",
    help="Exit code 0 as long as no more documents differ than this.",
)
@click.pass_context
def compare(ctx: click.Context, out_a: Path, out_b: Path, summary: bool, as_json: bool, max_changed: str) -> None:
    """Show what changed from the output OUT_A to the output OUT_B, such as those of two versions or settings.

    A unified diff for each document that is read otherwise, then the sums. Exit code 1 where more documents differ
    than --max-changed allows.
    """
    from pipeline.review.compare import Totals
    from pipeline.review.compare import compare as compare_outputs
    from pipeline.run.report import MaxFailures

    limit = MaxFailures.parse(max_changed, "--max-changed")
    totals, sources = Totals(), []
    color = False if "NO_COLOR" in os.environ else None
    for change in compare_outputs(out_a, out_b, totals):
        if as_json:
            sources.append(change.source)
        elif not summary:
            for line in change.diff(str(out_a), str(out_b)):
                click.echo(click.style(line, fg=_DIFF.get(line[:1])), color=color)
    if as_json:
        click.echo(json.dumps({**totals.as_dict(), "differing": sources}, ensure_ascii=False))
    else:
        for line in totals.lines():
            click.echo(line)
    ctx.exit(0 if limit.allows(totals.differing, totals.documents) else 1)


_DIFF = {"+": "green", "-": "red", "@": "cyan"}
