"""Checks the metadata that ships: every app loads without a fault, every file is written in canonical form.

`--fix` rewrites files that differ only in form. Prints one line for each fault and exits with 1 if there is any.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from loomwork.catalog import load_catalog, rewrite, system_folder
from loomwork.catalog.write import component_files, is_canonical
from loomwork.core.errors import PlatformError
from loomwork.core.settings import shipped_apps

ROOT = Path(__file__).resolve().parents[1]


def form_faults(folders: Sequence[Path], *, fix: bool) -> list[str]:
    """Files whose bytes are not those that the platform would write."""
    faults = []
    for folder in folders:
        try:
            if fix:
                rewrite(folder)
            faults += [
                f"{file.relative_to(ROOT)}: not in canonical form"
                for file, kind in component_files(folder)
                if not is_canonical(file, kind)
            ]
        except PlatformError as fault:
            faults.append(f"{folder.relative_to(ROOT)}: {fault}")
    return faults


def main(arguments: Sequence[str]) -> int:
    """Check, or with `--fix` also rewrite."""
    apps = [path for path in shipped_apps() if path.is_relative_to(ROOT)]
    faults = form_faults([system_folder(), *apps], fix="--fix" in arguments)
    _, found = load_catalog(apps)
    faults += [diagnostic.as_text() for diagnostic in found]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
