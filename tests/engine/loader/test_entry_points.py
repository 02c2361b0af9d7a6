import importlib.metadata
import subprocess
import sys
import zipfile

from patron.engine.loader.entry_points import EntryPoint, entry_points, normal


def test_says_what_importlib_says_of_this_environment():
    ours = {(e.name, e.module, e.attribute) for e in entry_points()}
    theirs = {(e.name, e.module, e.attr or "") for e in importlib.metadata.entry_points(group="patron")}
    assert ours == theirs
    assert ours


def test_name_and_version_come_from_the_metadata(shelf):
    shelf.source("acme-shop", "acme")
    assert entry_points(shelf.path) == (EntryPoint("acme-shop", "acme_shop", "", "acme-shop", "1.0"),)


def test_the_first_of_two_installations_counts(tmp_path):
    for folder, module in (("one", "first"), ("two", "second")):
        info = tmp_path / folder / "Acme.Shop-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Name: Acme.Shop\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[patron]\nacme = {module}\n")
    found = entry_points([str(tmp_path / "one"), str(tmp_path / "two")])
    assert [e.module for e in found] == ["first"]


def test_a_distribution_without_plugins_hides_a_later_one_of_its_name(tmp_path):
    (tmp_path / "one" / "acme-2.dist-info").mkdir(parents=True)
    info = tmp_path / "two" / "acme-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: acme\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[patron]\nacme = acme\n")
    assert entry_points([str(tmp_path / "one"), str(tmp_path / "two")]) == ()


def test_reads_only_its_own_section(tmp_path):
    info = tmp_path / "acme-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme\nVersion: 1\n\nVersion: 9\n")
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nacme = acme:main\n\n[patron]\n# words\n; words\n"
        "one = acme.one:Plugin.made [extra]\ntwo=acme.two\n[patron.other]\nthree = acme.three\n"
    )
    found = entry_points([str(tmp_path)])
    assert found == (
        EntryPoint("one", "acme.one", "Plugin.made", "acme", "1"),
        EntryPoint("two", "acme.two", "", "acme", "1"),
    )


def test_an_old_style_egg_is_read(tmp_path):
    info = tmp_path / "acme.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Name: acme\nVersion: 3\n")
    (info / "entry_points.txt").write_text("[patron]\nacme = acme\n")
    assert entry_points([str(tmp_path)]) == (EntryPoint("acme", "acme", "", "acme", "3"),)


def test_a_zip_archive_is_read(tmp_path):
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("acme-1.dist-info/METADATA", "Metadata-Version: 2.4\nName: acme\nVersion: 1\n")
        file.writestr("acme-1.dist-info/entry_points.txt", "[patron]\nacme = acme\n")
    assert entry_points([str(archive)]) == (EntryPoint("acme", "acme", "", "acme", "1"),)


def test_folders_that_are_not_there_are_no_trouble(tmp_path):
    assert entry_points([str(tmp_path / "nowhere")]) == ()


def test_names_are_compared_as_installers_do():
    assert normal("Acme.Shop__x") == "acme-shop-x"


def test_the_slow_import_is_left_out_in_the_usual_case():
    code = (
        "import sys; from patron.engine.loader.entry_points import entry_points; entry_points();"
        "print('importlib.metadata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
