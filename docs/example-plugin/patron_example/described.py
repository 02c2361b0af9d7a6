"""A check: a house rule about the specs. It sees the resolved model and answers with problems of any severity."""

from typing import Any

from patron.dsl.problems import Problem
from patron.dsl.tree import ReportDecl


def undescribed_reports(model: Any) -> list[Problem]:
    """A warning for every report without `describe`. House rules have their own name for a code."""
    return [
        Problem("example-described", report.name.span, f"the report `{report.name.text}` does not say what it is for",
                'add `describe "..."` to it', severity="W")
        for document in model.declared.documents
        for report in document.statements
        if isinstance(report, ReportDecl) and report.describe is None
    ]  # fmt: skip
