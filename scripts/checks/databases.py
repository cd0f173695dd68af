# SPDX-License-Identifier: EUPL-1.2
"""Compilation databases for the checks: how each file is compiled."""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def database(preset, *settings):
    """The folder of one that is made for checks alone: without a compiler launcher such as ccache,
    which they do not understand. `settings` go to cmake."""
    folder = ROOT / "build" / f"checks-{preset}"
    settings += ("-DCMAKE_CXX_COMPILER_LAUNCHER=",)
    subprocess.run(
        ["cmake", "--preset", preset, "-B", folder, *settings],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return folder


def entries(folder):
    """Its files as paths, each with its command."""
    found = json.loads((folder / "compile_commands.json").read_text())
    return {pathlib.Path(entry["file"]): entry["command"] for entry in found}
