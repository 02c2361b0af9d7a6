"""What is in the tree is in the wheel: packages, data files and plugins cannot be forgotten."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("dsl", "engine", "grammars", "plugins", "specs")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def tree():
    """Every file that belongs to the rooms, as git sees them: also new ones, none that are ignored."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(Path(p) for p in told if p and (ROOT / p).is_file() and not (ROOT / p).is_symlink())


def in_rooms():
    return [p for p in tree() if p.parts[0] in ROOMS]


def test_every_package_has_an_init():
    folders = {p.parent for p in in_rooms() if p.suffix == ".py"}
    assert [str(f) for f in sorted(folders) if not (ROOT / f / "__init__.py").exists()] == []


def test_every_plugin_has_its_entry_point():
    """A module of a family that answers a hook is a plugin; the others are what plugins share."""
    modules = (
        p.with_suffix("") for p in in_rooms() if p.suffix == ".py" and "@hookimpl" in (ROOT / p).read_text("utf-8")
    )
    plugins = {".".join(m.parts[1:]).removesuffix(".__init__") for m in modules if m.parts[0] == "plugins"}
    announced = PYPROJECT["project"]["entry-points"]["patron"]
    assert {name: announced.get(name) for name in plugins} == {name: f"patron.plugins.{name}" for name in plugins}


@pytest.mark.parametrize("module", PYPROJECT["project"]["entry-points"]["patron"].values())
def test_every_entry_point_leads_somewhere(module):
    assert importlib.util.find_spec(module) is not None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the source archive, built from a checkout without symbolic links."""
    pytest.importorskip("build", reason="building needs the extra `test`")
    setuptools = importlib.import_module("setuptools")
    if int(setuptools.__version__.partition(".")[0]) < 77:
        pytest.skip("building without network needs setuptools 77")
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    for path in tree():
        (copy / path.parent).mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, copy / path)
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (made,) = out.glob("*.whl")
    return zipfile.ZipFile(made)


def test_the_wheel_holds_the_rooms_and_nothing_else(wheel):
    inside = {n for n in wheel.namelist() if ".dist-info/" not in n}
    there = {str(p) if p.parts[0] == "patron" else f"patron/{p}" for p in tree() if p.parts[0] in ("patron", *ROOMS)}
    assert sorted(inside) == sorted(there)


def test_the_wheel_announces_command_and_plugins(wheel):
    (name,) = (n for n in wheel.namelist() if n.endswith("/entry_points.txt"))
    text = wheel.read(name).decode()
    assert "patron = patron.engine.cli:main" in text
    assert "sources.csv = patron.plugins.sources.csv" in text


def test_the_lowest_versions_are_known():
    script = ROOT / ".ci" / "floors.py"
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout.split()
    project = PYPROJECT["project"]
    said = project["dependencies"] + [r for extra in project["optional-dependencies"].values() for r in extra]
    assert len(told) == len({r.split("[")[0].split(">")[0] for r in said} - {"patron"})
    assert all(len(one.split("==")) == 2 for one in told)


def test_a_skip_needs_an_explanation_where_everything_is_there():
    from tests.conftest import unexplained

    assert unexplained(["Skipped: the oracle does not speak this: x", "Skipped: needs Chromium"]) == [
        "Skipped: needs Chromium"
    ]
