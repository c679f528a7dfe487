"""What the repository promises about itself, checked: house rules that reading alone would let slip."""

from __future__ import annotations

import ast
import gettext
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from statistics import median

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.urls import URLPattern, URLResolver, get_resolver

import pilotage

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(pilotage.__file__).parent
OWN_APPS = [config for config in apps.get_app_configs() if config.name.startswith("pilotage.")]


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


@cache
def sources(*folders: str) -> tuple[Path, ...]:
    """Our Python files under the package's ``folders`` (all when none is named), migrations aside."""
    roots = [PACKAGE / folder for folder in folders] or [PACKAGE]
    return tuple(p for root in roots for p in sorted(root.rglob("*.py")) if "migrations" not in p.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST | None = None) -> str:
    return f"{path.relative_to(ROOT)}{f':{node.lineno}' if node is not None else ''}"  # type: ignore[attr-defined]


# --- rooms ---------------------------------------------------------------------------------


def test_rooms_import_downwards_only():
    done = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_room_is_in_the_contract_for_its_inside():
    contract = (ROOT / ".importlinter").read_text()
    rooms = {
        Path(config.path).name
        for config in OWN_APPS
        if (Path(config.path) / "models.py").exists() or (Path(config.path) / "models").is_dir()
    }

    assert {room for room in rooms if f"    pilotage.{room}\n" not in contract} == set()


# --- state and writes ----------------------------------------------------------------------

# the only places that may set a state: the transition function itself
STATE_WRITERS = {"pilotage/audit/services.py"}
QUERYSET_WRITES = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "update", "save", "delete"}


@cache
def state_fields() -> frozenset[str]:
    """``audit.proposal`` and the like are bound to a field by their table; most are called ``state``."""
    from pilotage.core.transitions import all_tables

    return frozenset(table.field for table in all_tables().values())


def state_writes(path: Path) -> Iterator[str]:
    """Assignments to ``x.state``, and ``update(state=...)`` or ``setattr(x, "state", ...)``.

    ``create(state=...)`` is the birth of a row in a state: allowed, the table's test checks it is the initial one.
    """
    for node in ast.walk(tree(path)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr in state_fields() and not is_self(target):
                yield place(path, node)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"update", "filter_update"} and {keyword.arg for keyword in node.keywords} & state_fields():
                yield place(path, node)
            if name == "setattr" and len(node.args) > 1 and getattr(node.args[1], "value", "") in state_fields():
                yield place(path, node)


def is_self(target: ast.Attribute) -> bool:
    return isinstance(target.value, ast.Name) and target.value.id == "self"


def test_states_change_only_through_the_one_function():
    found = [write for path in sources() if place(path) not in STATE_WRITERS for write in state_writes(path)]

    assert found == []


def database_writes(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERYSET_WRITES):
            continue
        receiver = ast.unparse(node.func.value)
        is_queryset = re.search(r"\bobjects\b|_default_manager|\.(filter|exclude|all)\(", receiver)
        if is_queryset or (node.func.attr in {"save", "delete"} and not re.search(r"session|cache|storage|buffer|workbook", receiver)):
            yield f"{place(path, node)}: {receiver}.{node.func.attr}"


def test_pages_and_endpoints_never_write_themselves():
    assert [write for path in sources("web", "api") for write in database_writes(path)] == []


# --- size ----------------------------------------------------------------------------------


def test_files_stay_short():
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    ordered = sorted(lengths.values())

    assert {name: length for name, length in lengths.items() if length > 800} == {}
    assert ordered[int(len(ordered) * 0.9)] <= 350


def test_functions_stay_short():
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]

    assert median(lengths) <= 8
    assert sorted(lengths)[int(len(lengths) * 0.95)] <= 40


# --- words ---------------------------------------------------------------------------------


@dataclass
class Message:
    identity: str
    texts: list[str]
    fuzzy: bool


def messages(path: Path) -> Iterator[Message]:
    """The entries of a .po file, header and obsolete ones aside; contexts are joined as gettext does."""
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        fields: dict[str, str] = {}
        key = ""
        for line in lines:
            found = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(".*")$', line)
            if found:
                key = found[1]
                fields[key] = ast.literal_eval(found[2])
            elif line.startswith('"') and key:
                fields[key] += ast.literal_eval(line)
        if fields.get("msgid"):
            context = f"{fields['msgctxt']}\x04" if "msgctxt" in fields else ""
            texts = [text for name, text in fields.items() if name.startswith("msgstr")]
            yield Message(context + fields["msgid"], texts, any(line.startswith("#,") and "fuzzy" in line for line in lines))


CATALOGUES = sorted(PACKAGE.rglob("locale/*/LC_MESSAGES/django.po"))


def catalogue_name(path: Path) -> str:
    return str(path.relative_to(PACKAGE).parents[3])


@pytest.mark.parametrize("path", CATALOGUES, ids=catalogue_name)
def test_every_string_is_translated(path):
    entries = list(messages(path))

    assert [entry.identity for entry in entries if entry.fuzzy] == []
    assert [entry.identity for entry in entries if not all(entry.texts)] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=catalogue_name)
def test_compiled_catalogues_are_in_step(path):
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    written = {entry.identity: entry.texts[0] for entry in messages(path)}
    loaded = {
        key[0] if isinstance(key, tuple) else key: text
        for key, text in compiled.items()
        if key and (not isinstance(key, tuple) or key[1] == 0)
    }

    assert loaded == written


def test_one_message_has_one_translation():
    """All catalogues merge into one: a second translation would win on the pages of the first room too. A context tells meanings apart."""
    found: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for path in CATALOGUES:
        for entry in (each for each in messages(path) if all(each.texts)):
            found.setdefault(entry.identity, {}).setdefault(tuple(entry.texts), []).append(catalogue_name(path))

    assert {identity: texts for identity, texts in found.items() if len(texts) > 1} == {}


def test_catalogues_hold_every_string_of_the_code(tmp_path):
    """Collects afresh in a copy: whatever is new there was never translated."""
    copy = tmp_path / "pilotage"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "vendor", "*.mo"))
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "messages.sh", tmp_path / "scripts")
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "PYTHON": sys.executable, "LC_ALL": "C.UTF-8"}
    subprocess.run(["sh", "scripts/messages.sh", "make"], cwd=tmp_path, env=environment, check=True, capture_output=True)

    untranslated = {
        catalogue_name(PACKAGE / path.relative_to(copy)): [
            entry.identity for entry in messages(path) if entry.fuzzy or not all(entry.texts)
        ]
        for path in sorted(copy.rglob("locale/*/LC_MESSAGES/django.po"))
    }

    assert {room: names for room, names in untranslated.items() if names} == {}


def test_verbose_names_are_lower_case():
    names = [
        (place_of.label, str(name))
        for config in OWN_APPS
        for place_of in (model._meta for model in config.get_models())
        for name in (place_of.verbose_name, place_of.verbose_name_plural)
    ]
    from django.utils import translation

    with translation.override("en"):
        wrong = [(label, name) for label, name in names if name[:1].isupper() and not name[1:2].isupper()]

    assert wrong == []


# --- templates -----------------------------------------------------------------------------


def template_files() -> dict[str, Path]:
    """Our templates by the name they are loaded under."""
    return {
        path.relative_to(folder).as_posix(): path
        for folder in sorted(PACKAGE.rglob("templates"))
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".txt"}
    }


LOADED_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}


def overrides_a_package(name: str) -> bool:
    import allauth

    places = [Path(allauth.__file__).parent, Path(django.__file__).parent]
    return any(next(place.glob(f"**/templates/{name}"), None) for place in places)


def test_every_template_is_used():
    texts = {path: path.read_text(encoding="utf-8") for path in [*sources(), *template_files().values()]}
    named = {path: set(re.findall(r"[\"'](?=([\w./-]+)(?:#[\w-]+)?[\"'])", text)) for path, text in texts.items()}
    named_in = Counter(name for names in named.values() for name in names)
    unused = [
        name
        for name, own in template_files().items()
        if name not in LOADED_BY_DJANGO
        and named_in[name] == (name in named[own])
        and not overrides_a_package(name)
        and not loaded_by_pattern(name, texts)
    ]

    assert unused == []


def loaded_by_pattern(name: str, texts: dict[Path, str]) -> bool:
    """A name built in code, as in f"components/{kind}.html"."""
    folder = f"{Path(name).parent.as_posix()}/"
    return folder != "./" and any(
        re.search(rf"[\"']{re.escape(folder)}[^\"']*{{", text) for path, text in texts.items() if path.suffix == ".py"
    )


INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style\b|\sstyle=\"|\son[a-z]+=\"", re.IGNORECASE)


def test_templates_hold_no_inline_script_or_style():
    """The content security policy would switch them off in the browser."""
    found = {name: INLINE.findall(path.read_text(encoding="utf-8")) for name, path in template_files().items() if path.suffix == ".html"}

    assert {name: hits for name, hits in found.items() if hits} == {}


# --- documentation -------------------------------------------------------------------------


def test_every_setting_is_documented():
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources())
    read = set(re.findall(r"env(?:str|bool|int|list|path|choice)\(\s*\"(PILOTAGE_[A-Z_]+)\"", code))
    documented = set(re.findall(r"^\| `(PILOTAGE_[A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.MULTILINE))

    assert documented == read


def own_commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app.startswith("pilotage."))


@pytest.mark.parametrize("name", own_commands())
def test_every_command_explains_itself(name):
    command = load_command_class(get_commands()[name], name)
    text = " ".join(command.create_parser("pilotage", name).format_help().split())

    assert re.search(rf"[Ee]xamples?: .*pilotage {name}\b", text), text


def test_every_command_is_documented():
    pages = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if path.exists())

    assert [name for name in own_commands() if f"pilotage {name}" not in pages] == []


def test_state_diagrams_are_up_to_date():
    printed = StringIO()
    call_command("states", stdout=printed)

    assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == printed.getvalue(), "run `make states`"


# --- repository ----------------------------------------------------------------------------


MACHINE_PATHS = re.compile(rb"/(?:work/(?:main|shared|\.)|root/|home/[a-z]+/|tmp/|var/folders/|Users/)")
NOT_OURS = ("static/vendor", ".mo", ".png", ".woff2", "axe.min.js", ".lock")


def test_no_machine_path_is_tracked():
    found = [
        place(path) for path in tracked() if not any(part in str(path) for part in NOT_OURS) and MACHINE_PATHS.search(path.read_bytes())
    ]

    assert [name for name in found if name != "tests/test_consistency.py"] == []


def test_lock_files_hold_no_address():
    for name in ("requirements.lock", "requirements-test.lock"):
        lines = (ROOT / name).read_text().splitlines()
        assert [line for line in lines if "://" in line or line.startswith("-")] == []
        assert all("==" in line or line.strip().startswith("--hash=sha256:") for line in lines if line.strip() and not line.startswith("#"))


# --- pages ---------------------------------------------------------------------------------


def list_pages() -> list[str]:
    def walk(resolver: URLResolver, namespace: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
                yield from walk(entry, inner)
            elif isinstance(entry, URLPattern) and entry.name:
                yield f"{namespace}{entry.name}"

    ours = {Path(config.path).name for config in OWN_APPS}
    names = walk(get_resolver(), "")
    return sorted({name for name in names if name.split(":")[0] in ours and re.search(r"(list|desk|queue|board)$", name)})


def test_every_list_page_has_a_query_count_test():
    """Shown with 1 and 3 rows under the same literal django_assert_num_queries, in a test that names the page."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    counting = [text for text in texts if "num_queries" in text]

    assert [name for name in list_pages() if not any(refers_to(text, name) for text in counting)] == []


def refers_to(text: str, name: str) -> bool:
    """By its name, or by the fixed beginning of its address."""
    if f'"{name}"' in text:
        return True
    found = resolvable().get(name, "")
    beginning = f"/{found.partition('%')[0]}"
    return len(beginning) > 1 and re.search(rf"[\"']{re.escape(beginning)}", text) is not None


@cache
def resolvable() -> dict[str, str]:
    """Addresses by name, with %(argument)s where they vary."""
    addresses = {}
    for namespace, (prefix, resolver) in get_resolver().namespace_dict.items():
        for name in resolver.reverse_dict:
            if isinstance(name, str):
                addresses[f"{namespace}:{name}"] = prefix + resolver.reverse_dict.getlist(name)[0][0][0][0]
    return addresses


def test_settings_come_from_one_module():
    assert [
        place(path) for path in sources() if "os.environ" in path.read_text(encoding="utf-8") and path.name not in ALLOWED_ENVIRON
    ] == []


# setdefault of the settings module, the readers, and environments handed to child processes
ALLOWED_ENVIRON = {"env.py", "wsgi.py", "__main__.py", "postgres.py"}


def test_debug_is_off_by_default():
    assert settings.DEBUG is False


def test_the_site_needs_nothing_but_the_locked_packages():
    """What the tests install beside them would hide a package that a plain installation lacks."""
    code = "import django; django.setup(); import pilotage.urls, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    settings = {"DJANGO_SETTINGS_MODULE": "pilotage.settings", "PILOTAGE_SECRET_KEY": "only-for-this-test-0123456789-0123456789"}
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=True
    ).stdout.split()
    locked = {line.partition("==")[0].lower() for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    owners = importlib.metadata.packages_distributions()
    needed = {re.sub(r"[-_.]+", "-", owners[name][0].lower()) for name in loaded if name in owners}

    taken_when_there = {"jinja2", "markupsafe"}  # libraries use these if they find them, and do without
    assert needed - locked - taken_when_there - {"pilotage", "setuptools", "pip"} == set()
