"""Packages of others from npm, as their lock file has them: fetched once, outside the checkout."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

INSTALLS_WITHIN = 180.0


def packages(sources: Path, node_at_least: int = 20) -> Path:
    """Where npm put what `sources/package.json` names. Skips where that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0] or 0) < node_at_least:
        pytest.skip(f"needs node {node_at_least} or later, found {version}")
    lock = (sources / "package-lock.json").read_bytes()
    digest = hashlib.sha256(lock).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"curbside-{sources.name}-{os.getuid()}-{digest}"
    if not folder.exists():
        _install(npm, sources, folder)
    return folder / "node_modules"


def _install(npm: str, sources: Path, folder: Path) -> None:
    """In a folder beside, renamed at its end, so that half an installation is never used."""
    beside = Path(tempfile.mkdtemp(prefix=f"{folder.name}."))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(sources / name, beside)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(
            command, cwd=beside, check=True, capture_output=True, timeout=INSTALLS_WITHIN
        )
        beside.rename(folder)
    except (subprocess.SubprocessError, OSError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        if not folder.exists():
            pytest.skip(f"npm cannot fetch the packages: {type(error).__name__}")
