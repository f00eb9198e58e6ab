"""A test run leaves nothing behind in the system's temporary folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.own_folder import PREFIX

PROGRAM = (
    "from tests.own_folder import own_folder; folder = own_folder(); (folder / 'file').touch(); print(folder)"
)


def run(program: str, temporary: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )


def test_a_process_removes_its_folder_when_it_ends(tmp_path: Path) -> None:
    assert Path(run(PROGRAM, tmp_path).stdout.strip()).name.startswith(PREFIX)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    killed = run(f"{PROGRAM}; import os, signal; os.kill(os.getpid(), signal.SIGKILL)", tmp_path)
    assert killed.returncode < 0
    assert len(list(tmp_path.iterdir())) == 1
    run(PROGRAM, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_process_that_runs_is_left_alone(tmp_path: Path) -> None:
    own = tmp_path / f"{PREFIX}{os.getpid()}-x"
    own.mkdir()
    run(PROGRAM, tmp_path)
    assert own.is_dir()


def test_what_tests_write_is_in_that_folder_or_in_that_of_the_run(
    db: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert Path(settings.FOLDER).name.startswith(f"{PREFIX}{os.getpid()}-")
    if connection.vendor != "sqlite":
        pytest.skip("the database is a server's")
    file = Path(connection.settings_dict["NAME"])
    assert {settings.FOLDER, tmp_path_factory.getbasetemp().parent} & set(file.parents)
