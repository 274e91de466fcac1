import os
import subprocess
import sys

import pytest

from analysis.evidence.scratch import clear_scratch, scratch_folder, scratch_prefix


def test_a_scratch_folder_is_gone_after_its_block():
    with scratch_folder("test") as folder:
        (folder / "a").write_text("x")
    assert not folder.exists()


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="owners are known by /proc")
def test_what_a_killed_process_left_behind_goes_and_what_a_living_one_holds_stays(tmp_path):
    script = "from analysis.evidence.scratch import scratch_prefix; print(scratch_prefix('test'), flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1, text=True)
    held = tmp_path / f"{child.stdout.readline().strip()}-abc"
    mine, other = tmp_path / f"{scratch_prefix('test')}-abc", tmp_path / "incidents-of-somebody-1-2-abc"
    for folder in (held, mine, other):
        (folder / "below").mkdir(parents=True)
    assert clear_scratch(tmp_path) == []
    child.kill()
    child.communicate()
    assert clear_scratch(tmp_path) == [held]
    assert mine.is_dir() and other.is_dir()


def test_a_number_used_again_is_another_process(tmp_path):
    stale = tmp_path / f"incidents-test-{os.getpid()}-1-abc"
    stale.mkdir()
    assert clear_scratch(tmp_path) == [stale]
