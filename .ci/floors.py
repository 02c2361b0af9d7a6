"""The lowest versions that pyproject.toml allows, as constraints for pip: `python .ci/floors.py > floors.txt`."""

import re
import tomllib
from pathlib import Path

FLOOR = re.compile(r"(?P<name>[\w.-]+)(\[[^\]]*\])?\s*(~=|==|>=)\s*(?P<lowest>[^,;\s]+)")


def floors(project: dict) -> list[str]:
    """`name==lowest` for every requirement of the project and of its extras."""
    extras = project["optional-dependencies"].values()
    said = [*project["dependencies"], *(requirement for extra in extras for requirement in extra)]
    found = [FLOOR.match(requirement) for requirement in said if not requirement.startswith(f"{project['name']}[")]
    if not all(found):
        raise SystemExit("every requirement needs a lowest version")
    return sorted({f"{one['name']}=={one['lowest']}" for one in found if one})


if __name__ == "__main__":
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    print("\n".join(floors(tomllib.loads(text)["project"])))
