"""From a folder of data files to a first project: which file is what, how it is mapped, and a first report.

`propose` looks at the rows, decides by what values are rather than by names alone, and says in comments why.
"""

from patron.engine.runner.proposal.project import Proposal, propose

__all__ = ["Proposal", "propose"]
